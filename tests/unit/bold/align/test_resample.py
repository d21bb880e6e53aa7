"""crossmodal.bold.align.resample against scipy's shift and a plain loop."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from crossmodal.bold.align.resample import always_inside, compose, sample_series
from crossmodal.bold.align.rigid import matrix_from_parameters
from crossmodal.bold.read.images import apply_affine
from tests.unit.bold_data import ORIENTATIONS, grid, noise_series

SHAPE = (9, 10, 8)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_without_motion_the_voxels_themselves_come_back(orientation):
    on = grid(orientation, SHAPE)
    volumes = noise_series(on, 3).astype(np.float32)
    found = sample_series(volumes, on, on.points(), np.broadcast_to(np.eye(4), (3, 4, 4)))
    assert found.dtype == np.float32
    assert_allclose(found, volumes.reshape(-1, 3).T, atol=0.01)


def test_a_shift_equals_scipys():
    on = grid("LAS", (16, 17, 18), (3.0, 3.0, 4.0))
    volumes = noise_series(on, 2).astype(np.float32)
    shift_mm = np.array([[0.0, 0, 0], [1.2, -0.7, 2.5]])
    matrices = np.broadcast_to(np.eye(4), (2, 4, 4)).copy()
    matrices[:, :3, 3] = shift_mm
    found = sample_series(volumes, on, on.points(), matrices)
    voxels = shift_mm[1] / np.diag(on.affine)[:3]
    expected = ndimage.shift(volumes[..., 1].astype(float), -voxels, order=3, mode="nearest")
    inner = (slice(5, -5),) * 3  # scipy pads before it finds the spline, which shows at the edge
    assert_allclose(found[1].reshape(on.shape)[inner], expected[inner], atol=0.05)


def test_transforms_apply_in_the_order_given():
    points = np.array([[1.0, 2, 3]])
    shift = np.eye(4)
    shift[0, 3] = 10
    assert_array_equal(compose(points, shift, lambda p: 2 * p), [[22, 4, 6]])
    assert_array_equal(compose(points, lambda p: 2 * p, shift), [[12, 4, 6]])
    assert_array_equal(compose(points), points)


@pytest.mark.parametrize("orientation", ["RAS", "oblique"])
def test_points_inside_every_volume_equal_a_plain_loop(orientation):
    on = grid(orientation, SHAPE)
    rng = np.random.default_rng(0)
    points = rng.uniform(-40, 40, (2000, 3))
    motion = rng.normal(size=(6, 6)) * [2, 2, 2, 0.05, 0.05, 0.05]
    matrices = np.array([matrix_from_parameters(row) for row in motion])
    expected = np.ones(len(points), dtype=bool)
    for matrix in matrices:
        voxels = apply_affine(np.linalg.inv(on.affine) @ matrix, points)
        expected &= ((voxels >= 0) & (voxels <= np.array(SHAPE) - 1)).all(axis=1)
    assert 50 < expected.sum() < 1500
    assert_array_equal(always_inside(points, on, matrices), expected)
