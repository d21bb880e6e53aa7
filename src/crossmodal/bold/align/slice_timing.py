"""Slice timing: every slice interpolated in time to one moment of the volume.

A shift of phases, as in SPM's spm_slice_timing; slices that are recorded together (multiband)
share a time and so a shift.
"""

import numpy as np
from scipy import fft


def at_one_time(
    volumes: np.ndarray, axis: int, times_s: np.ndarray, repetition_time_s: float, reference: float
) -> np.ndarray:
    """The volumes as if all slices had been recorded at once, float32 (x, y, z, volume).

    Parameters
    ----------
    times_s : (slice,) along ``axis``
    reference : the common moment, as a fraction of the repetition time
    """
    shifted = np.empty(volumes.shape, dtype=np.float32)
    for index, time_s in enumerate(times_s):
        where = (slice(None),) * axis + (index,)
        shifted[where] = shift_in_time(volumes[where], reference - time_s / repetition_time_s)
    return shifted


def shift_in_time(series: np.ndarray, shift: float) -> np.ndarray:
    """Values ``shift`` samples later, along the last axis.

    What is left of the series without the line through its ends is continued as an odd,
    periodic function, whose Fourier phases are turned: no jump arises at either end, lines
    are moved exactly, and so are waves within the series.
    """
    n = series.shape[-1]
    if shift == 0 or n < 3:
        return series
    first = series[..., :1]
    slope = (series[..., -1:] - first) / (n - 1)
    time = np.arange(n, dtype=np.float32)
    rest = series - (first + slope * time)
    odd = np.concatenate([rest, -rest[..., -2:0:-1]], axis=-1)
    length = odd.shape[-1]
    turn = np.exp(2j * np.pi * np.arange(length // 2 + 1) / length * shift).astype(np.complex64)
    moved = fft.irfft(fft.rfft(odd, axis=-1) * turn, length, axis=-1)[..., :n]
    return moved + (first + slope * (time + np.float32(shift)))
