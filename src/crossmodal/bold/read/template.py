"""The MNI template that comes with nilearn, read without importing nilearn (2 s a job)."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy import ndimage

from crossmodal.bold.read.images import Grid, isotropic_grid, read_volume

SPACE = "MNI152NLin2009aSym"  # what nilearn bundles: ICBM 2009a, symmetric, skull-stripped
FILE = "datasets/data/mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"
BRAIN_THRESHOLD = 0.2  # nilearn's load_mni152_brain_mask


def template_file(contrast: str) -> Path:
    """Where nilearn keeps the template's 't1', 'gm' or 'wm' (tissue fractions)."""
    return Path(find_spec("nilearn").submodule_search_locations[0], FILE.format(contrast))


@cache
def load_template() -> tuple[np.ndarray, np.ndarray, Grid]:
    """T1 contrast scaled to [0, 1] (x, y, z), brain mask, grid; 1 mm."""
    data, grid = read_volume(template_file("t1"))
    data = data / data.max()
    return data, ndimage.binary_closing(data > BRAIN_THRESHOLD, iterations=2), grid


def template_at(voxel_mm: float) -> tuple[np.ndarray, np.ndarray, Grid]:
    """The template on a coarser grid: averaged intensities, mask where half is brain."""
    data, mask, grid = load_template()
    coarse = isotropic_grid(grid, voxel_mm)
    return resample_mean(data, grid, coarse), resample_mean(mask, grid, coarse) > 0.5, coarse


def resample_mean(volume: np.ndarray, grid: Grid, target: Grid) -> np.ndarray:
    """Linear resampling after smoothing to the target's voxel size (no aliasing), float32."""
    ratio = target.voxel_mm.mean() / grid.voxel_mm
    sigma = 0.42 * np.sqrt(np.maximum(ratio**2 - 1, 0))  # FWHM of one target voxel
    smoothed = ndimage.gaussian_filter(volume.astype(np.float32), sigma, mode="nearest")
    to_voxel = np.linalg.inv(grid.affine) @ target.affine
    return ndimage.affine_transform(
        smoothed, to_voxel[:3, :3], to_voxel[:3, 3], output_shape=target.shape, order=1
    )
