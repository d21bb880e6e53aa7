"""Simulated heads can fail as real ones do: neck, scalp, bias, tilt, missing parts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crossmodal.bold.align.normalise import cut_axes, normalise
from crossmodal.bold.align.normalise_check import dice, normalisation_measures, refuse_misplaced
from crossmodal.bold.align.normalise_config import NormaliseConfig
from crossmodal.bold.align.skull_strip import find_brain
from crossmodal.bold.read.images import Grid
from crossmodal.bold.read.template import template_at
from crossmodal.contracts.errors import InputError
from crossmodal.simulate.brain import simulate_t1
from crossmodal.simulate.brain_config import BrainConfig
from crossmodal.simulate.brain_layout import shared_options
from crossmodal.simulate.brain_pose import draw_head
from crossmodal.simulate.brain_surroundings import t1_grid
from crossmodal.simulate.brain_tissue import Grid as Field
from crossmodal.simulate.brain_tissue import Tissue
from crossmodal.study.validate import load_study

SEED = 1
AFFINE_ONLY = NormaliseConfig(4.0, (100, 50), (), 3)


@pytest.fixture(scope="module")
def tissue():
    return Tissue.load()


@pytest.fixture(scope="module")
def config():
    options = load_study(Path(__file__).parents[3] / "config/config.yaml").simulate.brain
    return BrainConfig(**shared_options(options) | {"t1_voxel_mm": 4.0, "t1_surroundings": "none"})


def scan(config, tissue):
    """T1w, its grid, the true brain on it, and the head."""
    head = draw_head("01", config.anatomy_warp_mm, SEED, config.head_tilt_deg)
    t1, affine = simulate_t1(config, head, tissue, SEED, "01")
    grid = Grid(t1.shape, affine)
    brain = tissue.sample("t1", head.t1_to_mni(grid.points())).reshape(t1.shape) > 100
    return t1, grid, brain, head


def test_without_surroundings_nothing_is_added(config, tissue):
    t1, grid, brain, _ = scan(config, tissue)
    plain = Field.over_head(4.0)
    assert (grid.shape, grid.affine.tolist()) == (plain.shape, plain.affine.tolist())
    assert t1[~brain].mean() < 20


def test_a_neck_moves_the_centre_of_mass_and_leaves_the_brain(config, tissue):
    t1, grid, brain, head = scan(replace(config, t1_surroundings="neck"), tissue)
    centre = np.average(grid.points(), axis=0, weights=t1.ravel())
    assert grid.points(brain).mean(axis=0)[2] - centre[2] > 25
    own = tissue.sample("t1", head.t1_to_mni(grid.points(brain)))
    assert np.abs(t1[brain] - own).max() < 60  # six SD of the noise
    assert np.percentile(t1[~brain], 95) > t1[brain].mean()  # fat


def test_bias_tilt_and_missing_parts(config, tissue):
    head = replace(config, t1_surroundings="head")
    t1, _, brain, _ = scan(head, tissue)
    biased = scan(replace(head, t1_bias=1.0), tissue)[0]
    assert np.ptp(np.log(biased[brain] / t1[brain])) > 0.8
    turned = scan(replace(head, head_tilt_deg=20.0), tissue)[3]
    up = turned.t1_to_mni_affine[:3, :3] @ scan(head, tissue)[3].t1_to_mni_affine[:3, :3].T
    assert np.rad2deg(np.arctan2(up[2, 1], up[2, 2])) == pytest.approx(20, abs=1.5)
    whole = t1_grid(4.0, "head", 0.0)
    top, bottom = t1_grid(4.0, "head", 40.0), t1_grid(4.0, "head", -40.0)
    assert top.shape[2] == bottom.shape[2] == whole.shape[2] - 10
    assert (top.affine[2, 3], bottom.affine[2, 3]) == (whole.affine[2, 3], whole.affine[2, 3] + 40)


def test_an_unknown_surrounding_is_refused(config):
    with pytest.raises(InputError, match="t1_surroundings: expected one of .*, got 'hat'"):
        replace(config, t1_surroundings="hat")


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [{}, {"t1_bias": 0.8}, {"head_tilt_deg": 20.0}],
    ids=["neck", "bias", "tilt"],
)
def test_a_head_with_a_neck_is_normalised(config, tissue, changed):
    t1, grid, brain, head = scan(replace(config, t1_surroundings="neck", **changed), tissue)
    found = find_brain(t1, grid)
    assert dice(found, brain) > 0.95
    warp, _ = normalise(t1, grid, AFFINE_ONLY, found)
    refuse_misplaced("t1", normalisation_measures(t1, found, grid, warp))
    assert error_mm(warp, head).mean() < 4


@pytest.mark.slow
def test_a_head_that_is_shown_in_part_is_registered_as_a_part(config, tissue):
    """With the missing part taken for dark, and from centres of mass, it is far off."""
    t1, grid, brain, head = scan(replace(config, t1_surroundings="head", t1_cut_mm=70.0), tissue)
    assert cut_axes(brain, grid) == [2]
    warp, _ = normalise(t1, grid, AFFINE_ONLY, brain)
    measures = normalisation_measures(t1, brain, grid, warp)
    refuse_misplaced("t1", measures)
    assert 0.7 < measures["t1_coverage"] < 0.95
    assert error_mm(warp, head).mean() < 4


@pytest.mark.slow
def test_with_its_neck_left_in_a_head_is_lost_and_refused(config, tissue, monkeypatch):
    """The normalisation as it was before brains were cut out."""
    monkeypatch.setattr("crossmodal.bold.align.normalise.cut_axes", lambda *_: [])
    t1, grid, brain, head = scan(replace(config, t1_surroundings="neck"), tissue)
    warp, _ = normalise(t1, grid, AFFINE_ONLY, t1 > 60)
    assert error_mm(warp, head).mean() > 8
    with pytest.raises(InputError, match="affine_volume_ratio|brain_template_overlap"):
        refuse_misplaced("t1", normalisation_measures(t1, brain, grid, warp))


def error_mm(warp, head) -> np.ndarray:
    _, inside, template_grid = template_at(8.0)
    points = template_grid.points(inside)
    return np.linalg.norm(head.t1_to_mni(warp(points)) - points, axis=1)
