"""mrpn's figures: everything that is drawn lies on the page."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from crossmodal.contracts.tables import write_table
from crossmodal.figures import style
from crossmodal.figures.mrpn import draw_embedding, draw_interference, draw_variants

EMOTIONS = ("angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised")


@pytest.fixture(autouse=True)
def _style():
    style.use_style()
    yield
    plt.close("all")


def legend_texts(figure: Figure) -> list[str]:
    """Texts of the legend, which must lie within the figure."""
    figure.canvas.draw()
    (legend,) = figure.legends
    for text in legend.get_texts():
        box = text.get_window_extent()
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1, text.get_text()
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1, text.get_text()
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("n_variants", [1, 2, 5, 6, 7, 9])
def test_variants_legend_is_on_the_page(n_variants: int) -> None:
    names = [f"variant_{n}" for n in range(n_variants)]
    folds = pd.DataFrame(
        [(name, fold, 0.5, 0.7) for name in names for fold in ("A1,2", "A3,4")],
        columns=["variant", "fold", "accuracy", "published"],
    )
    summary = pd.DataFrame({"variant": names, "label": names, "accuracy": 0.5, "low": 0.4,
                            "high": 0.6, "chance": 0.125})  # fmt: skip
    assert legend_texts(draw_variants(folds, summary))[-1] == "published, same actors"


def test_a_published_mean_over_unknown_actors_is_a_diamond_beside_ours() -> None:
    rows = [("n2", fold, 0.5, np.nan) for fold in ("S1", "S2")]
    folds = pd.DataFrame(rows, columns=["variant", "fold", "accuracy", "published"])
    summary = pd.DataFrame({"variant": ["n2"], "label": ["N2 Transformer"], "accuracy": 0.5,
                            "low": 0.4, "high": 0.6, "chance": 0.17, "published": 0.8})  # fmt: skip
    figure = draw_variants(folds, summary)
    assert legend_texts(figure)[-1] == "published mean"
    assert [
        list(line.get_ydata()) for line in figure.axes[0].lines if line.get_marker() == "D"
    ] == [[0.8]]


@pytest.mark.parametrize("sets", [("a",), ("a", "va"), ("v", "a", "va")])
def test_embedding_names_every_emotion_on_the_page(sets: tuple[str, ...]) -> None:
    rows = [(one, emotion, *np.eye(8)[n, :2]) for one in sets for n, emotion in enumerate(EMOTIONS)]
    figure = draw_embedding(pd.DataFrame(rows, columns=["set", "label", "x", "y"]))
    assert legend_texts(figure) == list(EMOTIONS)


def test_every_level_of_noise_is_one_tick(tmp_path: Path) -> None:
    levels = (np.nan, 0.0, -10.0)
    rows = [(snr, name, seed, "A1,2", 0.9 - 0.1 * seed) for snr in levels
            for name in ("video_t", "n2") for seed in (0, 1)]  # fmt: skip
    path = tmp_path / "interference.tsv"
    columns = ["snr_db", "variant", "seed", "fold", "accuracy"]
    write_table(pd.DataFrame(rows, columns=columns), path)
    summary = pd.DataFrame({"variant": ["n2"], "label": ["N2 (MRPN)"]})
    figure = draw_interference(pd.read_csv(path, sep="\t"), summary, "audio")
    assert legend_texts(figure) == ["video_t", "N2 (MRPN)"]
    (axes,) = figure.axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["no noise", "0 dB", "-10 dB"]
    for line in axes.lines:
        assert line.get_ydata() == pytest.approx([0.85] * 3)
