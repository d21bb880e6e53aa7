"""crossmodal.bold.align.slice_timing against closed forms, and sidecars that do not fit."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from crossmodal.bold.align.slice_timing import at_one_time, shift_in_time
from crossmodal.bold.read.slice_times import slice_times
from crossmodal.contracts.errors import InputError

TR, N = 2.0, 120
MULTIBAND = np.array([0.0, 1.0, 0.5, 0.0, 1.0, 0.5])  # two slices at a time


def brain_signal(time_s):
    """Two waves within the band of BOLD, a drift and an offset."""
    return (
        500
        + 0.3 * time_s
        + 10 * np.sin(2 * np.pi * 0.03 * time_s + 0.4)
        + 4 * np.cos(2 * np.pi * 0.11 * time_s)
    )


def recorded(axis):
    """The signal as slices record it, (x, y, z, volume), the same in every voxel."""
    times = TR * np.arange(N) + MULTIBAND[:, None]
    shape = [2, 2, 2, N]
    shape[axis] = len(MULTIBAND)
    lead = [1, 1, 1, N]
    lead[axis] = len(MULTIBAND)
    return np.broadcast_to(brain_signal(times).reshape(lead), shape).astype(np.float32)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("reference", [0.0, 0.5, 1.0])
def test_slices_are_brought_to_one_time(axis, reference):
    volumes = recorded(axis)
    before = brain_signal(TR * (np.arange(N) + reference))
    found = at_one_time(volumes, axis, MULTIBAND, TR, reference)
    assert found.dtype == np.float32
    inner = slice(10, -10)
    error = np.abs(found - before)[..., inner].max()
    assert error < 0.03  # of waves of 14
    assert np.abs(volumes - before)[..., inner].max() > 2
    # At the ends, where waves are cut, it is better than nothing.
    assert np.abs(found - before).max() < np.abs(volumes - before).max()


def test_slices_recorded_together_stay_together():
    found = at_one_time(recorded(2), 2, MULTIBAND, TR, 0.5)
    assert_array_equal(found[:, :, 0], found[:, :, 3])


def test_lines_are_moved_exactly_and_no_shift_changes_nothing():
    line = (3 + 0.25 * np.arange(50, dtype=np.float32))[None]
    assert_allclose(shift_in_time(line, 0.3), line + 0.075, rtol=1e-6)
    noise = np.random.default_rng(0).standard_normal((4, 50)).astype(np.float32)
    assert_array_equal(shift_in_time(noise, 0), noise)


def test_there_and_back_again():
    # A shift turns phases only; what it cannot keep is the wave at the Nyquist frequency.
    smooth = np.cumsum(np.random.default_rng(1).standard_normal((5, 200)), axis=1)
    smooth = smooth.astype(np.float32)
    back = shift_in_time(shift_in_time(smooth, 0.4), -0.4)
    assert np.corrcoef(back[:, 10:-10].ravel(), smooth[:, 10:-10].ravel())[0, 1] > 0.995


def test_direction_of_the_slices():
    sidecar = {"SliceTiming": [0.0, 0.5, 1.0]}
    axis, times = slice_times(sidecar, "x", (9, 9, 3), TR)
    assert (axis, times.tolist()) == (2, [0.0, 0.5, 1.0])
    axis, times = slice_times(sidecar | {"SliceEncodingDirection": "j-"}, "x", (9, 3, 9), TR)
    assert (axis, times.tolist()) == (1, [1.0, 0.5, 0.0])


@pytest.mark.parametrize(
    ("sidecar", "message"),
    [
        ({}, "SliceTiming: expected a list of seconds in the sidecar, got none"),
        ({"SliceTiming": "x"}, "expected a list of seconds"),
        ({"SliceTiming": [0, "1", 0]}, "expected a list of seconds"),
        ({"SliceTiming": [0, 1]}, "SliceTiming: expected 3 slices, got 2"),
        ({"SliceTiming": [0, 1000, 500]}, "SliceTiming: expected 0 to 2 s, got 0 to 1000 s"),
        (
            {"SliceTiming": [0, 1, 0], "SliceEncodingDirection": "z"},
            "SliceEncodingDirection: expected i, j or k, .* got z",
        ),
    ],
)
def test_bad_sidecars(sidecar, message):
    with pytest.raises(InputError, match=message):
        slice_times(sidecar, "x.nii.gz", (9, 9, 3), TR)
