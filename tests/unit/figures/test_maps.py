"""Maps on slices: what is outlined, which scale, which slices; tables of accuracy."""

import numpy as np
import pandas as pd
import pytest
from nibabel import Nifti1Image

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import CLUSTER_COLUMNS, GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rois import Roi
from crossmodal.figures import brain_maps
from crossmodal.figures.accuracy import (
    KIND_NAMES,
    accuracy_table,
    draw_accuracy,
    markdown_table,
    seed_accuracy,
)
from crossmodal.figures.backgrounds import head_only
from crossmodal.figures.style import use_style

AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])
AFFINE[:3, 3] = [-40, -40, -40]
FACTS = {
    "test": "sign_flip", "n_participants": 8, "n_permutations": 256, "exact": True,
    "alternative": "greater", "alpha": 0.05, "seed": 1,
}  # fmt: skip


@pytest.fixture
def result() -> GroupResult:
    """Two layers on a 20-voxel cube; 'a' passes in a block of 8 voxels around (0, 0, 20) mm."""
    mask = np.zeros((20, 20, 20), dtype=bool)
    mask[2:18, 2:18, 2:18] = True
    mean = np.zeros((2, *mask.shape), dtype=np.float32)
    mean[0, 9:11, 9:11, 14:16] = 0.2
    p_fwe = np.ones_like(mean)
    p_fwe[0, 9:11, 9:11, 14:16] = 0.04
    maps = {
        name: Maps(values[:, mask], mask, AFFINE, ("a", "b"), name, "MNI")
        for name, values in (
            ("mean", mean),
            ("p_fwe", p_fwe),
            ("p_fwe_all", np.minimum(2 * p_fwe, 1)),
        )
    }
    return GroupResult(maps, pd.DataFrame(columns=CLUSTER_COLUMNS), FACTS)


def test_outlined_is_what_passes_at_alpha(result: GroupResult) -> None:
    one = brain_maps.group_map(result, "a", "visual")
    assert one.significant.sum() == 8
    np.testing.assert_allclose(one.values[one.significant], 0.2, rtol=1e-6)
    assert not brain_maps.group_map(result, "b").significant.any()
    assert not one.significant[~result.maps["mean"].mask].any()
    assert not brain_maps.group_map(result, "a", "visual", "p_fwe_all").significant.any()


@pytest.mark.parametrize(
    ("over", "words"),
    [("voxels", "voxels"), ("layers", "voxels and layers"),
     ("study", "voxels, layers and model sets")],
)  # fmt: skip
def test_a_figure_says_what_its_outline_is_corrected_over(result, over: str, words: str) -> None:
    said = brain_maps.scale_words(result, over)
    assert said.startswith("mean; dotted circles: regions\n")
    assert said.endswith(f"black outline: p < 0.05, family-wise error corrected over {words}")


def test_a_block_has_all_layers_or_the_named_ones(result: GroupResult) -> None:
    assert [one.name for one in brain_maps.group_block(result)] == ["a", "b"]
    named = brain_maps.group_block(result, {"b": "auditory"})
    assert [(one.name, one.arm) for one in named] == [("b", "auditory")]
    with pytest.raises(InputError, match="name: expected one of"):
        brain_maps.group_block(result, {"c": "visual"})


def test_contrast_is_outlined_on_both_sides() -> None:
    mask = np.ones((2, 2, 1), dtype=bool)
    values = np.array([[-4.0, 0.0, 3.0, 3.2]], dtype=np.float32)
    one = brain_maps.contrast_map(Maps(values, mask, AFFINE, ("a_minus_b",), "t", "native"), 3.1)
    assert one.significant.ravel().tolist() == [True, False, False, True]
    assert one.name == "a minus b"


def test_cuts_pass_through_what_is_significant(result: GroupResult) -> None:
    cuts = brain_maps.strongest_cuts_mm(brain_maps.group_block(result), 3)
    assert len(cuts) == 3
    assert 16 <= min(cuts) <= max(cuts) <= 20


def test_scale_is_that_of_the_largest_map(result: GroupResult) -> None:
    block = brain_maps.group_block(result)
    assert brain_maps.colour_limit(block) == pytest.approx(0.2, rel=1e-5)
    assert brain_maps.colour_limit([block[1]]) > 0


def test_figure_has_a_column_per_cut_and_marks_spheres_in_their_slice(result: GroupResult) -> None:
    use_style()
    background = Nifti1Image(result.maps["mean"].mask.astype(np.float32), AFFINE)
    sphere = Roi("STG", "R", (0.0, 0.0, 20.0), 9.0, "test", "test")
    slices = brain_maps.Slices(background, (0.0, 20.0), (sphere,))
    block = {"block": brain_maps.group_block(result, {"a": "visual"})}
    figure = brain_maps.draw_maps(block, slices, "z")
    titles = [axes.get_title() for axes in figure.axes]
    assert "z = 0 mm" in titles
    assert "z = 20 mm" in titles
    circles = {axes.get_title(): len(axes.patches) for axes in figure.axes if axes.get_title()}
    assert circles == {"z = 0 mm": 0, "z = 20 mm": 1}


@pytest.fixture
def per_fold() -> pd.DataFrame:
    rows = [(0, 0, 10, 0.5), (0, 1, 30, 0.9), (1, 0, 10, 1.0), (1, 1, 30, 0.6)]
    frame = pd.DataFrame(rows, columns=["seed", "fold", "n", "accuracy"])
    return frame.assign(kind="cross_validated", chance=0.5)


@pytest.fixture
def summary() -> pd.DataFrame:
    return pd.DataFrame(
        [("gender", "cross_validated", 2, 40, 0.5, 0.75, 0.07, 0.8, 0.8, 0.6, 0.9)],
        columns=[
            "regime", "kind", "n_seeds", "n_clips", "chance", "mean", "sd", "best_by_validation",
            "best_of_seeds", "ci_low", "ci_high",
        ],
    )  # fmt: skip


def test_folds_weigh_by_their_clips(per_fold: pd.DataFrame) -> None:
    seeds = seed_accuracy(per_fold)
    np.testing.assert_allclose(seeds.accuracy, [(5 + 27) / 40, (10 + 18) / 40])
    assert seeds.n.tolist() == [40, 40]


def test_table_has_a_row_per_seed_with_chance(per_fold, summary) -> None:
    table = accuracy_table({"gender": per_fold}, summary)
    assert table.seed.tolist() == [0, 1]
    assert set(table.chance) == {0.5}
    line = markdown_table(summary).splitlines()[2]
    assert line == (
        "| gender | cross-validated | 2 | 40 | 0.50 | 0.75 ± 0.07 | 0.60 to 0.90 | 0.80 | 0.80 |"
    )  # fmt: skip


def test_chance_is_drawn_at_its_height(per_fold, summary) -> None:
    use_style()
    axes = draw_accuracy({"gender": per_fold}, summary).axes[0]
    chance = [line for line in axes.collections if line.get_label() == "chance"]
    np.testing.assert_allclose(chance[0].get_segments()[0][:, 1], 0.5)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_legend_leaves_the_axes_their_width(per_fold, summary, n: int) -> None:
    use_style()
    names = ["gender", "emotion", "identity", "sentence"][:n]
    folds, rows = (
        pd.concat([frame.assign(kind=kind) for kind in KIND_NAMES]) for frame in (per_fold, summary)
    )
    summaries = pd.concat([rows.assign(regime=name) for name in names])
    figure = draw_accuracy(dict.fromkeys(names, folds), summaries)
    figure.draw_without_rendering()
    assert figure.axes[0].get_position().width > 0.75
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1


def test_background_of_a_native_map_is_the_head_alone() -> None:
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(*[np.arange(40)] * 3, indexing="ij"), -1)
    inside = np.linalg.norm(grid - 20, axis=-1) < 14
    data = np.where(inside, 1000, 0) + rng.uniform(0, 60, inside.shape)
    flipped = np.diag([-3.0, 3.0, 3.0, 1.0])
    image = head_only(Nifti1Image(data.astype(np.float32), flipped))
    background = np.asarray(image.dataobj)
    assert image.affine[0, 0] > 0
    assert np.count_nonzero(background) == pytest.approx(inside.sum(), rel=0.1)
    assert not background[0].any()
