"""Spheres: distance in mm, at most the radius, truncated to the mask."""

import numpy as np
import pytest

from crossmodal.rsa.neighbourhoods import sphere_steps, spheres


def test_nine_mm_at_three_mm_are_123_voxels():
    assert len(sphere_steps(np.diag([3.0, 3, 3, 1]), 9.0)) == 123


def test_float32_affines_keep_voxels_at_exactly_the_radius():
    affine = np.diag([np.float32(2.4000001), np.float32(2.4), 2.4, 1]).astype(np.float32)
    assert len(sphere_steps(affine, 7.2)) == 123


@pytest.mark.parametrize(
    "affine",
    [
        np.diag([2.0, 3.0, 4.5, 1]),
        np.array([[-2, 0.5, 0, 9], [0.3, 2.5, 0.8, 0], [0, -0.7, 3, -4], [0, 0, 0, 1.0]]),
    ],
)
def test_neighbours_equal_brute_force_distances(affine):
    rng = np.random.default_rng(0)
    mask = rng.random((7, 8, 6)) < 0.7
    around = spheres(mask, affine, 6.0)
    positions = np.argwhere(mask) @ affine[:3, :3].T
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    for centre in range(len(around)):
        np.testing.assert_array_equal(
            around.voxels(centre), np.flatnonzero(distances[centre] <= 6.0)
        )
    np.testing.assert_array_equal(around.sizes, (distances <= 6.0).sum(axis=1))


def test_no_wrap_around_at_the_edges_of_the_volume():
    mask = np.zeros((4, 4, 4), dtype=bool)
    mask[0, 0, 0] = mask[3, 3, 3] = mask[0, 0, 3] = True
    assert spheres(mask, np.eye(4), 1.5).sizes.tolist() == [1, 1, 1]


def test_empty_mask_is_refused():
    with pytest.raises(ValueError, match="the mask is empty"):
        spheres(np.zeros((3, 3, 3), dtype=bool), np.eye(4), 3.0)


@pytest.mark.parametrize("radius_mm", [0, -1.0, float("nan")])
def test_radius_must_be_positive(radius_mm):
    with pytest.raises(ValueError, match="radius_mm must be positive"):
        spheres(np.ones((3, 3, 3), dtype=bool), np.eye(4), radius_mm)
