"""Smoothing of participants' maps before a group test, so that people need not agree to a voxel."""

import numpy as np
from scipy import ndimage

FWHM_TO_SD = 1 / np.sqrt(8 * np.log(2))  # of a Gaussian


def smoothed(
    data: np.ndarray, mask: np.ndarray, voxel_mm: np.ndarray, fwhm_mm: float
) -> np.ndarray:
    """Gaussian means over the mask's voxels: what lies outside the mask has no weight.

    Parameters
    ----------
    data : (…, voxel), voxels in C order of ``mask`` (x, y, z)
    voxel_mm : edge lengths of a voxel; fwhm_mm : 0 changes nothing

    Returns
    -------
    float32, of the same shape
    """
    if not fwhm_mm:
        return data
    sigma = fwhm_mm * FWHM_TO_SD / voxel_mm

    def spread(values: np.ndarray | float) -> np.ndarray:
        volume = np.zeros(mask.shape)
        volume[mask] = values
        return ndimage.gaussian_filter(volume, sigma, mode="constant")[mask]

    weight = spread(1.0)
    maps = data.reshape(-1, data.shape[-1])
    return np.stack([spread(one) / weight for one in maps]).astype(np.float32).reshape(data.shape)
