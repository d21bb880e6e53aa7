"""Figures of the regions show the tables' numbers."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer

from crossmodal.figures.ranking import plot_ranking
from crossmodal.figures.roi import plot_layers, plot_models, plot_variance, roi_figures
from crossmodal.figures.roi_gradient import plot_gradients
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import ARM_COLOURS, CONTROL_COLOURS, OTHER_COLOUR

REGIONS = ("FFA", "STG")
LAYERS = (("v1", "visual"), ("v2", "visual"), ("a1", "auditory"), ("a2", "auditory"))


def tables(with_network=True):
    """Tables of models, participants and variance parts with numbers that can be told apart."""
    rows = [("labels", "categories", "labels", "emotion", "labels")]
    if with_network:
        rows += [("net", "emotion", source, *layer)
                 for source in ("ensemble", "untrained") for layer in LAYERS]  # fmt: skip
    columns = ["model", "regime", "source", "layer", "arm"]
    models = pd.concat(
        [pd.DataFrame(rows, columns=columns).assign(region=region) for region in REGIONS],
        ignore_index=True,
    )
    models["estimate"] = np.linspace(0.1, 0.4, len(models))
    models["standard_error"] = np.linspace(0.01, 0.03, len(models))
    models = models.assign(p_fdr=0.01, ceiling_low=0.5, ceiling_high=0.6)
    singles = models.loc[models.index.repeat(3)].assign(similarity=0.2)
    parts = [("visual", 1), ("auditory", 1), ("visual & auditory", 2), ("total", 0)]
    variance = pd.DataFrame(
        [("net", "emotion", "ensemble", region, part, n, 0.1 * (i + 1), 0.01 * (i + 2), 0.2)
         for region in REGIONS for i, (part, n) in enumerate(parts)],
        columns=["model", "regime", "source", "region", "part", "n_groups", "r2",
                 "standard_error", "p_fdr"],
    )  # fmt: skip
    return models, singles, variance


def gradient():
    """Depths rise along the visual arm of the ensemble and fall elsewhere."""
    rows = []
    for source in ("ensemble", "untrained"):
        for arm in ("auditory", "visual"):
            rises = (source, arm) == ("ensemble", "visual")
            depths = [0.1, 0.4, 0.9] if rises else [0.8, 0.3, 0.2]
            key = {"model": "net", "regime": "emotion", "source": source, "arm": arm}
            rows += [
                key | {"region": region, "position": i, "depth": depth, "standard_error": 0.05}
                for i, (region, depth) in enumerate(zip(("V1", "FFA", "TPJ"), depths, strict=True))
            ]
            rows.append(key | {"region": "all", "order_correlation": 1.0 if rises else -0.5,
                                   "p": 0.01, "p_fdr": 0.02 if rises else 0.9})  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def test_bars_are_the_estimates_of_chosen_layers_and_other_models():
    models, singles, _ = tables()
    figure = plot_models(models, singles, "ensemble", ["v2", "a2"])
    panels = figure.axes
    assert [ax.get_title() for ax in panels] == list(REGIONS)
    labels = [text.get_text() for text in panels[0].get_yticklabels()]
    assert labels == ["net emotion: v2", "net emotion: a2", "category: emotion"]
    widths = [bar.get_width() for bar in panels[1].patches if bar.get_height() == 0.7]
    chosen = models[(models.region == "STG") & models.layer.isin(["emotion", "v2", "a2"])]
    by_layer = chosen[chosen.source != "untrained"].set_index("layer").estimate
    expected = by_layer[["v2", "a2", "emotion"]]
    np.testing.assert_allclose(widths, expected)


def half_lengths(ax, axis):
    """Half the length of every error bar of a panel along x (0) or y (1), NaN bars left out."""
    (lines,) = (bars.lines[2] for bars in ax.containers if isinstance(bars, ErrorbarContainer))
    segments = np.array([line for line in lines[0].get_segments() if len(line) == 2])
    return (segments[:, 1, axis] - segments[:, 0, axis]) / 2


def errors_of(models, region, layers):
    chosen = models[(models.region == region) & (models.source != "untrained")]
    return chosen.set_index("layer").standard_error[layers].to_numpy()


def test_error_bars_are_one_standard_error_either_way():
    models, singles, variance = tables()
    ax = plot_models(models, singles, "ensemble", ["v2", "a2"]).axes[1]
    expected = errors_of(models, "STG", ["v2", "a2", "emotion"])
    np.testing.assert_allclose(half_lengths(ax, 0), expected)
    parts = plot_variance(variance, models, "ensemble").axes[0]
    np.testing.assert_allclose(half_lengths(parts, 1), [0.02, 0.03, 0.05])


def test_profiles_bands_are_one_standard_error_either_way():
    models, _, _ = tables()
    ax = plot_layers(models, "ensemble").axes[0]
    bands = [band.get_paths()[0].vertices for band in ax.collections]
    for layers, band in zip((["v1", "v2"], ["a1", "a2"]), bands, strict=True):
        x = np.unique(band[:, 0])
        heights = [np.ptp(band[band[:, 0] == value, 1]) for value in x]
        np.testing.assert_allclose(heights, 2 * errors_of(models, "FFA", layers))


def test_profiles_have_one_line_per_arm_in_layer_order():
    models, _, _ = tables()
    lines = [
        line for line in plot_layers(models, "ensemble").axes[0].lines if len(line.get_xdata())
    ]
    profiles = [line for line in lines if line.get_marker() == "."]
    assert [list(line.get_xdata()) for line in profiles] == [[1, 2], [3, 4]]


def test_variance_bars_are_unique_parts_shared_and_total():
    models, _, variance = tables()
    ax = plot_variance(variance, models, "ensemble").axes[0]
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], [0.1, 0.2, 0.3, 0.4])
    names = [text.get_text() for text in ax.get_xticklabels()]
    assert names == ["visual", "auditory", "shared", "total"]


def test_trial_order_and_clip_features_are_two_bars_with_colours_of_their_own():
    models, _, _ = tables()
    parts = ["visual", "auditory", "clip_features", "trial_order", "total"]
    variance = pd.DataFrame({"part": parts, "r2": 0.1, "n_groups": [1, 1, 1, 1, 0]})
    variance = variance.assign(model="net", regime="emotion", source="ensemble", region="V1",
                               standard_error=0.01, p_fdr=[0.5, 0.5, 0.5, 0.01, 0.01])  # fmt: skip
    figure = plot_variance(variance, models, "ensemble")
    (ax,) = figure.axes
    names = [text.get_text() for text in ax.get_xticklabels()]
    assert names == ["visual", "auditory", "clip features", "trial order", "shared", "total"]
    colours = [to_hex(bar.get_facecolor()) for bar in ax.patches[:4]]
    assert colours == [colour.lower() for colour in (ARM_COLOURS | CONTROL_COLOURS).values()
                       if colour != ARM_COLOURS["cross_modal"]]  # fmt: skip
    assert [star.xy[0] for star in ax.texts] == [3, 5]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["visual", "auditory", "clip features", "trial order", "FDR < .05"]


def test_gradients_are_the_tables_depths_with_the_test_beside_them():
    figure = plot_gradients(gradient(), "ensemble")
    visual, auditory = figure.axes
    (grey, coloured) = (container.lines[0] for container in visual.containers)
    np.testing.assert_allclose(coloured.get_ydata().astype(float), [0.1, 0.4, 0.9])
    np.testing.assert_allclose(grey.get_ydata().astype(float), [0.8, 0.3, 0.2])
    assert (coloured.get_color(), grey.get_color()) == (ARM_COLOURS["visual"], OTHER_COLOUR)
    assert [text.get_text() for text in visual.get_xticklabels()] == ["V1", "FFA", "TPJ"]
    notes = [[text.get_text() for text in ax.texts] for ax in (visual, auditory)]
    assert notes == [["ρ = 1.00 *"], ["ρ = −0.50"]]


def test_networks_without_arms_are_said_to_have_none():
    models, _, variance = tables()
    for figure in (
        plot_gradients(gradient()[:0], "ensemble"),
        plot_variance(variance[:0], models, "ensemble"),
    ):
        assert [text.get_text() for text in figure.texts] == [
            "no network with several arms of several layers"
        ]


def test_the_gradient_figure_has_the_same_bytes_twice(tmp_path):
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for path in paths:
        save_figure(plot_gradients(gradient(), "ensemble"), [path], "id", "title")
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_without_a_network_there_is_one_figure():
    models, singles, variance = tables(with_network=False)
    assert len(roi_figures(models, singles, variance, gradient()[:0], "ensemble", [])) == 1
    assert len(roi_figures(*tables(), gradient(), "ensemble", ["v1"])) == 4


def test_ranked_models_stand_best_first_beside_their_twins() -> None:
    rows = [
        ("V1", 1, "external", "faces", "block2", 0.3, 0.02, 0.01, 0.05, np.nan),
        ("V1", 2, "table", "mine", "size", 0.1, 0.02, 0.30, np.nan, 0.01),
    ]
    columns = ["region", "rank", "model", "regime", "layer", "similarity", "standard_error",
               "p_fdr", "untrained", "p_best_fdr"]  # fmt: skip
    models = pd.DataFrame({"region": ["V1"], "ceiling_low": [0.4], "ceiling_high": [0.5]})
    figure = plot_ranking(pd.DataFrame(rows, columns=columns), models)
    (ax,) = figure.axes
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels == ["external faces: block2", "table mine: size"]
    assert ax.yaxis_inverted()
    assert [text.get_text() for text in ax.texts] == ["*", "<"]
    assert any(0.05 in list(line.get_xdata()) for line in ax.lines)
    plt.close(figure)
