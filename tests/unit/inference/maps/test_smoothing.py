"""crossmodal.inference.maps.smoothing: Gaussian means inside a mask."""

import numpy as np
import pytest
from nibabel import Nifti1Image
from nilearn.image import smooth_img
from numpy.testing import assert_allclose, assert_array_equal

from crossmodal.inference.maps.smoothing import smoothed

SHAPE, VOXEL_MM = (17, 19, 15), np.array([3.0, 2.0, 4.0])


@pytest.fixture(scope="module")
def mask() -> np.ndarray:
    """An irregular mask."""
    mask = np.random.default_rng(0).random(SHAPE) > 0.2
    mask[:2] = False
    return mask


def test_constants_stay_up_to_the_mask_s_edge(mask: np.ndarray) -> None:
    data = np.full((2, 3, mask.sum()), 0.7, dtype=np.float32)
    assert_allclose(smoothed(data, mask, VOXEL_MM, 8.0), data, rtol=1e-6)


def test_equals_nilearn_where_there_is_no_mask() -> None:
    whole = np.ones(SHAPE, dtype=bool)
    data = np.random.default_rng(1).standard_normal(whole.sum())
    image = Nifti1Image(data.reshape(SHAPE), np.diag([*VOXEL_MM, 1.0]))
    theirs = smooth_img(image, 6.0).get_fdata()
    ours = smoothed(data[None], whole, VOXEL_MM, 6.0)[0].reshape(SHAPE)
    middle = (slice(6, -6), slice(8, -8), slice(5, -5))  # they count what lies outside as 0
    assert_allclose(ours[middle], theirs[middle], atol=1e-3)


def test_values_outside_the_mask_have_no_weight(mask: np.ndarray) -> None:
    """By definition: a weighted mean over the mask's voxels."""
    data = np.random.default_rng(2).standard_normal((1, mask.sum()))
    points = np.argwhere(mask) * VOXEL_MM
    sd = 5.0 / 2.3548200450309493
    for voxel in (0, 700, mask.sum() - 1):
        squares = np.square(points - points[voxel])
        near = (squares <= np.square(4 * sd + VOXEL_MM / 2)).all(axis=1)  # scipy's kernel ends
        weights = np.exp(-squares.sum(axis=1) / (2 * sd**2)) * near
        expected = (weights @ data[0]) / weights.sum()
        assert_allclose(smoothed(data, mask, VOXEL_MM, 5.0)[0, voxel], expected, atol=2e-3)


def test_zero_changes_nothing(mask: np.ndarray) -> None:
    data = np.random.default_rng(3).standard_normal((4, mask.sum())).astype(np.float32)
    assert_array_equal(smoothed(data, mask, VOXEL_MM, 0.0), data)
