"""crossmodal.bold.align.coregister and .normalise: planted transforms of small images."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.ndimage import affine_transform

from crossmodal.bold.align import refine as refining
from crossmodal.bold.align.coregister import coregister
from crossmodal.bold.align.coregister_config import CoregisterConfig
from crossmodal.bold.align.normalise import normalise
from crossmodal.bold.align.normalise_check import brain_in_t1
from crossmodal.bold.align.normalise_config import NormaliseConfig
from crossmodal.bold.align.rigid import matrix_from_parameters
from crossmodal.bold.align.warp import Warp
from crossmodal.bold.read.images import Grid, apply_affine, isotropic_grid
from crossmodal.bold.read.template import load_template, template_at
from crossmodal.contracts.errors import InputError
from crossmodal.simulate.brain_config import BrainConfig
from crossmodal.simulate.brain_layout import shared_options
from crossmodal.study.validate import load_study
from tests.unit.bold_data import grid, head
from tests.unit.simulated_head import simulated_pair

RIGID = matrix_from_parameters(np.array([4.0, -3.0, 2.0, 0.04, -0.03, 0.05]))


def test_planted_rigid_transform_of_another_contrast_is_found():
    bold_grid, t1_grid = grid("LAS"), grid("RAS", (32, 36, 32), (3.0, 3.0, 3.0))
    bold = head(bold_grid.points()).reshape(bold_grid.shape)
    in_bold = apply_affine(np.linalg.inv(RIGID), t1_grid.points())
    seen = head(in_bold).reshape(t1_grid.shape)
    t1 = np.sqrt(np.clip(1600 - seen, 0, None)) * (seen > 200)  # another, inverted contrast
    config = CoregisterConfig(voxel_mm=4.0, iterations=(60, 40))
    found = coregister((bold, bold_grid), (t1, t1_grid), seen > 200, config)
    points = bold_grid.points()[np.linalg.norm(bold_grid.points(), axis=1) < 35]
    error = apply_affine(found, points) - apply_affine(RIGID, points)
    assert np.linalg.norm(error, axis=1).mean() < 0.2
    assert_allclose(found[:3, :3] @ found[:3, :3].T, np.eye(3), atol=1e-9)


@pytest.mark.slow
def test_a_simulated_epi_is_found_to_a_fifth_of_a_mm(simulated):
    """Another contrast, 4 mm voxels, noise and dropout; no distortion, which is no motion."""
    mean, t1, brain, truth = simulated
    config = CoregisterConfig(voxel_mm=4.0, iterations=(60, 30))
    points = t1[1].points(brain)[::50]
    in_bold = apply_affine(np.linalg.inv(truth), points)
    errors = {}
    for refined in (False, True):
        found = coregister(mean, t1, brain, replace(config, refine=refined))
        errors[refined] = np.linalg.norm(apply_affine(found, in_bold) - points, axis=1).mean()
    assert errors[True] <= 0.1  # goal: 0.2 mm
    assert errors[True] < errors[False]


@pytest.fixture(scope="module")
def simulated():
    """One participant of the simulator: BOLD reference, T1w, brain mask, BOLD -> T1w."""
    config = load_study(Path(__file__).parents[4] / "config/config.yaml").simulate.brain
    changed = {"distortion_mm": 0.0, "voxel_size_mm": 4.0, "t1_surroundings": "none"}
    brain = BrainConfig(**shared_options(config) | changed)
    return simulated_pair(brain, "02", 7)


def test_without_enough_brain_the_start_is_kept(caplog):
    on = grid()
    volume = head(on.points()).reshape(on.shape)
    few = np.zeros(on.shape, dtype=bool)
    few[10:13, 10:13, 10:13] = True
    start = np.eye(4)
    assert refining.refine(volume, on, (volume, on), few, start) is start
    assert "not refined: 2" in caplog.text  # 27 voxels, or one less by rounding


def test_a_large_correction_is_not_believed(monkeypatch, caplog):
    on = grid()
    volume = head(on.points()).reshape(on.shape)
    far = np.eye(4)
    far[:3, 3] = 6.0
    monkeypatch.setattr(refining, "_descend", lambda *_: far)
    start = np.eye(4)
    assert refining.refine(volume, on, (volume, on), volume > 500, start) is start
    assert "not refined: it would move by 10.4 mm" in caplog.text


@pytest.fixture(scope="module")
def normalised():
    """The template seen through a planted affine, registered back to the template."""
    affine = RIGID.copy()
    affine[:3, :3] @= np.diag([1.06, 0.95, 1.03])
    template, brain, template_grid = template_at(4.0)
    on = isotropic_grid(template_grid, 5.0)
    to_voxel = np.linalg.inv(template_grid.affine) @ np.linalg.inv(affine) @ on.affine
    t1 = affine_transform(template, to_voxel[:3, :3], to_voxel[:3, 3], output_shape=on.shape)
    config = NormaliseConfig(
        voxel_mm=6.0, affine_iterations=(60, 40), syn_iterations=(5,), syn_radius_voxels=2
    )
    warp, mask = normalise(t1.clip(0), on, config)
    return affine, (template_grid.points(brain), warp), (t1, mask)


def test_planted_affine_is_found(normalised):
    affine, (points, warp), _ = normalised
    error = np.linalg.norm(warp(points) - apply_affine(affine, points), axis=1)
    before = np.linalg.norm(points - apply_affine(affine, points), axis=1)
    assert np.median(before) > 4
    assert np.median(error) < 1.0


def test_brain_mask_covers_the_brain_in_the_t1(normalised):
    _, _, (t1, mask) = normalised
    brain = t1 > 0.2
    assert mask[brain].mean() > 0.98
    assert mask.sum() < 1.15 * brain.sum()  # ventricles are dark, yet belong to the mask


def test_without_a_warp_the_brain_mask_is_the_templates():
    _, brain, on = load_template()
    corner = (slice(40, 90), slice(60, 110), slice(60, 100))
    affine = on.affine.copy()
    affine[:3, 3] = apply_affine(on.affine, np.array([[40, 60, 60]]))[0]
    part = Grid((50, 50, 40), affine)
    still = Warp(np.zeros((2, 2, 2, 3), dtype=np.float32), Grid((2, 2, 2), np.eye(4)))
    found = brain_in_t1(still, part)
    assert (found == brain[corner]).mean() > 0.99


def test_voxels_need_a_size():
    with pytest.raises(InputError, match="voxel_mm: expected more than 0, got 0"):
        NormaliseConfig(voxel_mm=0)
