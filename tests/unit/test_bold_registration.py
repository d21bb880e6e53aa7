"""crossmodal.bold.coregister and .normalise: planted transforms of small images."""

import numpy as np
import pytest
from bold_data import grid, head
from numpy.testing import assert_allclose
from scipy.ndimage import affine_transform

from crossmodal.bold.coregister import coregister
from crossmodal.bold.coregister_config import CoregisterConfig
from crossmodal.bold.images import Grid, apply_affine, isotropic_grid
from crossmodal.bold.normalise import brain_in_t1, normalise
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.rigid import matrix_from_parameters
from crossmodal.bold.template import load_template, template_at
from crossmodal.bold.warp import Warp
from crossmodal.contracts.errors import InputError

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
    assert np.linalg.norm(error, axis=1).mean() < 1.0
    assert_allclose(found[:3, :3] @ found[:3, :3].T, np.eye(3), atol=1e-9)


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
    with pytest.raises(InputError, match="scans.normalise.voxel_mm: expected > 0, got 0"):
        NormaliseConfig(voxel_mm=0)
