"""crossmodal.bold.model.contrasts: planted differences, smoothing, several runs."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage

from crossmodal.bold.align.spaces import native_space
from crossmodal.bold.model.contrasts import contrast_maps, contrast_weights, smoothed_series
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import run_series
from crossmodal.bold.model.smoothing import spm_kernel
from crossmodal.bold.read.events import EventsConfig
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import (
    CONDITIONS,
    grid,
    noise_series,
    save,
    still_runs,
    write_bids,
    write_responses,
)

LEFT = np.arange(grid().shape[0])[:, None, None] < grid().shape[0] / 2
A_MINUS_B = {"a_minus_b": {"a": 1.0, "b": -1.0}}


@pytest.fixture
def planted(tmp_path):
    """Runs with a > b on one side, b > a on the other, and the space they are in."""
    root = write_bids(tmp_path / "bids")
    sign = np.broadcast_to(np.where(LEFT, 0.01, -0.01), grid().shape)
    still = write_responses(root, np.stack([sign, -sign, 0 * sign]))
    return root, still_runs(root, tmp_path), native_space(still, grid())


def maps(runs, space, smoothing_mm=0.0, contrasts=A_MINUS_B):
    options = EventsConfig(block_gap_s=1.0), GLMConfig(noise="white"), smoothing_mm
    return contrast_maps(runs, space, contrasts, *options)


def test_planted_differences_have_their_sign(planted):
    _, runs, space = planted
    (found,) = maps(runs, space)
    assert found.names == ("a_minus_b",)
    assert found.quantity == "t"
    left = np.broadcast_to(LEFT, space.mask.shape)[found.mask]
    assert found.values[0][left].min() > 4
    assert found.values[0][~left].max() < -4


def test_runs_are_combined_as_equally_precise(planted):
    _, runs, space = planted
    single = [maps([run], space)[0].values for run in runs]
    assert_allclose(maps(runs, space)[0].values, sum(single) / np.sqrt(2), rtol=1e-4)


def test_opposite_contrasts_have_opposite_maps(planted):
    _, runs, space = planted
    both = maps(runs[:1], space, contrasts={**A_MINUS_B, "b_minus_a": {"b": 1.0, "a": -1.0}})
    assert_allclose(both[0].values, -both[1].values, rtol=1e-5)


def test_smoothing_is_spms_on_the_whole_grid(planted):
    _, runs, space = planted
    found = smoothed_series(runs[0], space, 6.0)
    whole = run_series(runs[0], space.whole())[7].reshape(grid().shape)
    # A Gaussian and a linear B-spline one after the other, in steps of a fiftieth of a voxel.
    variance = np.square(6.0 / np.sqrt(8 * np.log(2)) / np.array([4.0, 3.5, 5.0]))
    expected = whole.astype(float)
    for axis in range(3):
        kernel = spm_kernel(6.0 / grid().voxel_mm[axis])
        fine = np.arange(-400, 401) / 50
        gauss = np.exp(-(fine**2) / (2 * variance[axis]))
        spread = np.convolve(gauss, np.clip(1 - np.abs(fine), 0, None), mode="same")[::50]
        spread = spread[8 - len(kernel) // 2 : 9 + len(kernel) // 2]
        assert_allclose(kernel, spread / spread.sum(), atol=2e-4)
        expected = ndimage.convolve1d(expected, kernel, axis=axis, mode="constant")
    assert_allclose(found[7], expected[space.mask], rtol=1e-4)


def test_spms_kernel_is_wider_than_its_gaussian_by_a_sixth_of_a_squared_voxel():
    for fwhm in (1.5, 2.0, 4.0):
        kernel = spm_kernel(fwhm)
        x = np.arange(len(kernel)) - len(kernel) // 2
        assert_allclose((kernel * x**2).sum(), fwhm**2 / (8 * np.log(2)) + 1 / 6, rtol=1e-3)
    assert_array_equal(spm_kernel(0.0), [1.0])


def test_unknown_condition_is_refused():
    with pytest.raises(InputError, match=r"scans.contrasts.x: expected of \['a', 'b', 'c'\], got"):
        contrast_weights({"a": 1, "house": -1}, CONDITIONS, "x")
    assert_array_equal(contrast_weights({"c": 2}, CONDITIONS, "x"), [0, 0, 2])


def test_runs_that_do_not_belong_together_are_refused(planted):
    root, runs, space = planted
    path = root / "sub-01/func/sub-01_task-x_run-2_bold.nii.gz"
    save(path, noise_series(grid(), 40), grid().affine, repetition_time_s=1.5)
    with pytest.raises(InputError, match="repetition time: expected 2 s, got 1.5 s"):
        maps(runs, space)
