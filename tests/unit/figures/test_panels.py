"""Figures 1 to 3: places, orders, scales; equal bytes and the id in every format."""

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.layer_table import COLUMNS, LayerTable
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.figures import style
from crossmodal.figures.architecture import draw_architecture
from crossmodal.figures.architecture_layout import columns, place
from crossmodal.figures.colour_maps import diverging_map, oklab_to_srgb, srgb_to_oklab
from crossmodal.figures.layer_similarity import arm_spans, draw_layer_similarity, short_name
from crossmodal.figures.rdm_panels import draw_rdms, sort_rdm, upper_limit
from crossmodal.figures.save import FORMATS, save_figure

LAYERS = [
    ("visual_conv1", "visual", "conv", "8x16x16", 80),
    ("visual_conv1_inhibition", "visual", "inhibition", "8x16x16", 80),
    ("visual_shunting", "visual", "shunting", "8x16x16", 0),
    ("visual_dense", "visual", "dense", "10", 500),
    ("auditory_conv1", "auditory", "conv", "4x12x10", 40),
    ("auditory_dense", "auditory", "dense", "10", 300),
    ("crossmodal_dense", "cross_modal", "dense", "20", 400),
]


@pytest.fixture(autouse=True)
def _style():
    style.use_style()
    yield
    plt.close("all")


def table(*arms: str) -> LayerTable:
    return LayerTable(pd.DataFrame([row for row in LAYERS if row[1] in arms], columns=COLUMNS))


def test_parallel_layers_share_a_column() -> None:
    assert columns([name for name, *_ in LAYERS[:4]]) == [0, 0, 1, 2]
    boxes = place(table("visual"))["visual"]
    assert boxes[0].x == boxes[1].x
    assert boxes[0].y > boxes[1].y


def test_arms_end_together_and_meet_in_the_cross_modal_arm() -> None:
    placed = place(table("visual", "auditory", "cross_modal"))
    assert placed["visual"][-1].x == placed["auditory"][-1].x < placed["cross_modal"][0].x
    assert placed["visual"][-1].y > placed["cross_modal"][0].y > placed["auditory"][-1].y


@pytest.mark.parametrize("arms", [("auditory",), ("visual", "auditory", "cross_modal")])
def test_architecture_names_every_layer_and_no_boxes_overlap(arms: tuple[str, ...]) -> None:
    layers = table(*arms)
    boxes = list(itertools.chain(*place(layers).values()))
    for one, other in itertools.combinations(boxes, 2):
        apart_x = abs(one.x - other.x) >= 1
        assert apart_x or abs(one.y - other.y) >= (one.height + other.height) / 2
    texts = {text.get_text() for text in draw_architecture(layers).axes[0].texts}
    assert {box.text for box in boxes} <= texts
    assert "8\n16×16" in texts or "visual" not in arms


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("arm", "nasal", "arm: expected one of"),
        ("layer", "visual_dense", "layer: expected each layer once"),
        ("shape", "8 by 8", "shape: expected sizes such as"),
    ],
)
def test_bad_layer_tables_are_refused(column: str, value: str, message: str) -> None:
    frame = pd.DataFrame(LAYERS, columns=COLUMNS)
    frame.loc[0, column] = value
    with pytest.raises(InputError, match=message):
        LayerTable(frame)
    with pytest.raises(InputError, match="columns: expected"):
        LayerTable(frame.drop(columns=column))


def test_layer_table_survives_a_round_trip(tmp_path: Path) -> None:
    layers = table("visual", "auditory", "cross_modal")
    layers.write(tmp_path / "layers.tsv")
    pd.testing.assert_frame_equal(LayerTable.read(tmp_path / "layers.tsv").frame, layers.frame)


def rdms() -> ModelRDMs:
    """Four stimuli; the distance of i and j is 10 i + j."""
    pairs = np.array([[10.0 * i + j for i, j in itertools.combinations(range(4), 2)]])
    return ModelRDMs(pairs, tuple("abcd"), ("dense",), ("visual",), ("ensemble",), "m", "emotion")


def test_rdm_is_sorted_by_label_in_order_of_first_appearance() -> None:
    panel = sort_rdm(rdms(), "dense", {"a": "sad", "b": "calm", "c": "sad", "d": "calm"})
    assert panel.labels == ("sad", "sad", "calm", "calm")
    expected = [[0, 2, 1, 3], [2, 0, 12, 23], [1, 12, 0, 13], [3, 23, 13, 0]]
    np.testing.assert_array_equal(panel.matrix, expected)


def test_unknown_layers_and_unlabelled_stimuli_are_refused() -> None:
    labels = dict.fromkeys("abcd", "x")
    with pytest.raises(InputError, match="layer: expected one of"):
        sort_rdm(rdms(), "conv9", labels)
    with pytest.raises(InputError, match="only stimuli of the table, got 'd'"):
        sort_rdm(rdms(), "dense", dict.fromkeys("abc", "x"))


def test_one_scale_per_row_and_names_of_all_categories() -> None:
    panel = sort_rdm(rdms(), "dense", {"a": "sad", "b": "calm", "c": "sad", "d": "calm"})
    figure = draw_rdms({"emotion": [panel, panel]})
    limits = {axes.images[0].get_clim() for axes in figure.axes if axes.images}
    assert limits == {(0, upper_limit([panel, panel]))}
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["sad", "calm"]


def test_similarity_has_lines_between_arms_and_a_scale_centred_at_zero() -> None:
    arms = ("visual", "visual", "auditory", "cross_modal")
    layers = ("visual_conv1", "visual_conv1_inhibition", "auditory_dense", "crossmodal_dense")
    matrix = np.full((4, 4), -0.5)
    np.fill_diagonal(matrix, 1)
    matrix[0, 1] = matrix[1, 0] = np.nan
    figure = draw_layer_similarity({"emotion": LayerSimilarity(matrix, layers, arms)}, "pearson")
    axes = figure.axes[0]
    assert axes.images[0].get_clim() == (-1, 1)
    assert sorted({line.get_xdata()[0] for line in axes.lines} - {0, 1}) == [1.5, 2.5]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "conv1", "conv1 inh.", "dense", "dense",
    ]  # fmt: skip
    assert arm_spans(arms) == [("visual", 0, 2), ("auditory", 2, 3), ("cross_modal", 3, 4)]
    assert short_name("crossmodal_pool") == "pool"


def test_signed_map_is_even_to_the_eye_and_symmetric() -> None:
    lab = srgb_to_oklab(style.SIGNED_MAP(np.linspace(0, 1, 255))[:, :3])
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    for half in (steps[:127], steps[127:]):
        assert half.std() / half.mean() < 0.02
    assert steps[:127].sum() / steps[127:].sum() == pytest.approx(1, abs=0.2)


def test_oklab_against_its_published_example() -> None:
    # https://bottosson.github.io/posts/oklab/: white is (1, 0, 0); red by the published matrices
    np.testing.assert_allclose(srgb_to_oklab([1, 1, 1]), [1, 0, 0], atol=1e-4)
    np.testing.assert_allclose(srgb_to_oklab([1, 0, 0]), [0.628, 0.225, 0.126], atol=1e-3)
    colours = np.random.default_rng(0).uniform(size=(50, 3))
    np.testing.assert_allclose(oklab_to_srgb(srgb_to_oklab(colours)), colours, atol=1e-6)
    middle = diverging_map("m", "#000000", "#808080", "#ffffff")(0.5)[:3]
    np.testing.assert_allclose(middle, 128 / 255, atol=0.01)


def _bytes(folder: Path) -> dict[str, bytes]:
    figure = draw_architecture(table("visual"))
    paths = [folder / f"figure.{suffix}" for suffix in FORMATS]
    save_figure(figure, paths, "0123456789abcdef", "A title")
    return {path.suffix: path.read_bytes() for path in paths}


def test_equal_input_gives_equal_bytes_in_every_format(tmp_path: Path) -> None:
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_the_figure_id_stands_in_every_format(tmp_path: Path) -> None:
    content = _bytes(tmp_path)
    with Image.open(tmp_path / "figure.png") as image:
        assert image.text["figure_id"] == "0123456789abcdef"
    assert b"crossmodal figure_id 0123456789abcdef" in content[".svg"]
    subject = re.search(rb"/Subject \(([^)]*)\)", content[".pdf"])
    assert subject is not None
    assert subject.group(1) == b"crossmodal figure_id 0123456789abcdef"
    with pytest.raises(ValueError, match="figure format: expected one of"):
        save_figure(plt.figure(), [tmp_path / "figure.bmp"], "x", "y")
