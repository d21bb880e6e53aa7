"""crossmodal.bold.align.normalise_check and .skull_strip: what is refused, in one line."""

import numpy as np
import pytest

from crossmodal.bold.align.normalise import normalise
from crossmodal.bold.align.normalise_check import (
    LIMITS,
    dice,
    normalisation_measures,
    refuse_misplaced,
)
from crossmodal.bold.align.normalise_config import NormaliseConfig
from crossmodal.bold.align.skull_strip import brain_of, head_box
from crossmodal.bold.align.warp import Warp
from crossmodal.bold.read.images import Grid
from crossmodal.bold.read.template import template_at
from crossmodal.contracts.errors import InputError

RIGHT = {
    "brain_volume_cm3": 1500.0,
    "t1_coverage": 1.0,
    "affine_volume_ratio": 0.9,
    "brain_template_overlap": 0.96,
    "t1_template_correlation": 0.85,
}


def test_what_real_heads_gave_is_accepted():
    refuse_misplaced("t1.nii.gz", RIGHT)
    assert list(RIGHT) == list(LIMITS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("brain_volume_cm3", 700.0),
        ("brain_volume_cm3", 3113.0),  # the mask that a head with neck once got
        ("t1_coverage", 0.3),
        ("affine_volume_ratio", 0.7),
        ("affine_volume_ratio", 1.3),
        ("brain_template_overlap", 0.63),
        ("t1_template_correlation", 0.56),
        ("t1_template_correlation", np.nan),
    ],
)
def test_each_measure_stops_the_participant_with_a_line_that_names_the_t1w(name, value):
    with pytest.raises(InputError, match=f"^sub-01_T1w.nii.gz: {name}: expected .*, got ") as found:
        refuse_misplaced("sub-01_T1w.nii.gz", RIGHT | {name: value})
    assert "\n" not in str(found.value)


def test_an_image_without_a_brain_is_refused():
    on = Grid((32, 32, 32), np.diag([6.0, 6.0, 6.0, 1.0]))
    with pytest.raises(InputError, match="^t1.nii.gz: T1w: expected a brain .*, got none"):
        brain_of("t1.nii.gz", np.zeros(on.shape, np.float32), on)


def test_a_mask_without_a_voxel_is_no_brain():
    on = Grid((8, 8, 8), np.eye(4))
    none = np.zeros(on.shape, dtype=bool)
    with pytest.raises(ValueError, match="no brain"):
        normalise(np.ones(on.shape), on, NormaliseConfig(), none)


def still(grid):
    return Warp(np.zeros((*grid.shape, 3), dtype=np.float32), grid)


def test_the_template_itself_is_right_and_half_of_it_says_so():
    template, brain, grid = template_at(2.0)
    measures = normalisation_measures(template, brain, grid, still(grid))
    refuse_misplaced("template", measures)
    assert measures["t1_coverage"] == 1
    assert measures["affine_volume_ratio"] == pytest.approx(1, abs=0.02)
    assert measures["brain_template_overlap"] > 0.97
    assert measures["t1_template_correlation"] > 0.99
    top = Grid((*grid.shape[:2], grid.shape[2] - 40), grid.affine.copy())
    top.affine[:3, 3] += 40 * grid.affine[:3, 2]
    part = normalisation_measures(template[..., 40:], brain[..., 40:], top, still(grid))
    assert 0.4 < part["t1_coverage"] < 0.6
    assert part["brain_volume_cm3"] == pytest.approx(measures["brain_volume_cm3"], rel=0.05)
    assert part["t1_template_correlation"] > 0.99


def test_the_wrong_place_is_seen():
    template, brain, grid = template_at(2.0)
    moved = Warp(still(grid).displacement_mm + np.float32([0, 0, 30]), grid)
    with pytest.raises(InputError, match="brain_template_overlap"):
        refuse_misplaced("t1", normalisation_measures(template, brain, grid, moved))


def test_the_head_is_cut_out_of_a_wide_field_of_view():
    image = np.abs(np.random.default_rng(0).normal(0, 2, (60, 60, 60)))
    image[20:40, 25:45, 10:30] += 100
    on = Grid(image.shape, np.diag([5.0, 5.0, 5.0, 1.0]))
    box = head_box(image, on)
    edges = [(side.start, side.stop) for side in box]
    assert np.abs(np.array(edges) - [(18, 42), (23, 47), (8, 32)]).max() <= 1
    assert head_box(np.zeros((4, 4, 4)), on) == (slice(0, None),) * 3


def test_dice():
    one, other = np.array([1, 1, 0, 0], bool), np.array([0, 1, 1, 0], bool)
    assert (dice(one, other), dice(one, one), dice(~one & one, ~one & one)) == (0.5, 1, 0)
