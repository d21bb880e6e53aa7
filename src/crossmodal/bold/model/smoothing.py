"""Spatial smoothing as SPM12 does it (spm_smooth, spm_smoothkern)."""

import numpy as np
from scipy import ndimage
from scipy.special import erf


def spm_kernel(fwhm_voxels: float) -> np.ndarray:
    """One axis of SPM's kernel, summing to 1: a Gaussian convolved with a linear B-spline.

    Its variance is the Gaussian's plus 1/6, since voxels are taken as samples of a linearly
    interpolated image. It reaches round(6 SD) voxels to each side.
    """
    variance = fwhm_voxels**2 / (8 * np.log(2))
    reach = int(np.round(6 * np.sqrt(variance)))
    x = np.arange(-reach, reach + 1, dtype=float)
    if variance == 0:
        return np.ones(1)

    def part(y: np.ndarray) -> np.ndarray:
        return y * erf(y / np.sqrt(2 * variance)) / 2 + np.sqrt(variance / (2 * np.pi)) * np.exp(
            -(y**2) / (2 * variance)
        )

    kernel = np.maximum(part(x + 1) + part(x - 1) - 2 * part(x), 0)
    return kernel / kernel.sum()


def spm_smooth(volume: np.ndarray, fwhm_mm: float, voxel_mm: np.ndarray) -> np.ndarray:
    """A volume (x, y, z) smoothed along its axes; beyond the edge it counts as 0, as in SPM."""
    for axis, size in enumerate(voxel_mm):
        kernel = spm_kernel(fwhm_mm / size)
        volume = ndimage.convolve1d(volume, kernel, axis=axis, mode="constant")
    return volume
