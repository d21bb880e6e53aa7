"""One-shot resampling: all transforms composed, every volume interpolated once.

Only the voxels of the analysis mask are computed: (volume, voxel), never a 4-D image.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from crossmodal.bold.read.images import Grid, apply_affine


def compose(
    points_mm: np.ndarray, *mappings: np.ndarray | Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Send points (point, 3) through 4 x 4 matrices and callables, the first one first."""
    for mapping in mappings:
        points_mm = mapping(points_mm) if callable(mapping) else apply_affine(mapping, points_mm)
    return points_mm


def always_inside(points_mm: np.ndarray, grid: Grid, matrices: np.ndarray) -> np.ndarray:
    """Which points (point, 3) lie within the field of view of every volume; bool (point,).

    Only points that the head's motion can bring near the edge are followed through all volumes.
    """
    to_voxel = np.linalg.inv(grid.affine) @ matrices
    limit = np.array(grid.shape) - 1
    voxels = apply_affine(to_voxel[0], points_mm)
    low, high = points_mm.min(axis=0), points_mm.max(axis=0)
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
    # An affine map moves no point of a box further than it moves one of its corners.
    paths = np.stack([apply_affine(matrix, corners) for matrix in to_voxel])
    margin = np.abs(paths - paths[0]).max(axis=(0, 1))
    inside = ((voxels >= 0) & (voxels <= limit)).all(axis=1)
    near = inside & ((voxels < margin) | (voxels > limit - margin)).any(axis=1)
    for matrix in to_voxel[1:] if near.any() else ():
        moved = apply_affine(matrix, points_mm[near])
        inside[near] &= ((moved >= 0) & (moved <= limit)).all(axis=1)
    return inside


def sample_series(
    volumes: np.ndarray, grid: Grid, points_mm: np.ndarray, matrices: np.ndarray
) -> np.ndarray:
    """Cubic-spline values of every volume at points that move with the head.

    Parameters
    ----------
    volumes : (x, y, z, volume)
    points_mm : (point, 3) in the world of the motion reference
    matrices : (volume, 4, 4), motion reference -> volume

    Returns
    -------
    float32 (volume, point)
    """
    to_voxel = np.linalg.inv(grid.affine)
    sampled = np.empty((volumes.shape[3], len(points_mm)), dtype=np.float32)
    for index in tqdm(range(len(sampled)), unit="volume", delay=5, mininterval=5, leave=False):
        # ASSUME: values beyond the edge equal the edge's (points there are masked out anyway).
        coefficients = ndimage.spline_filter(
            volumes[..., index], order=3, output=np.float32, mode="nearest"
        )
        voxels = apply_affine(to_voxel @ matrices[index], points_mm).T
        ndimage.map_coordinates(
            coefficients, voxels, order=3, output=sampled[index], mode="nearest", prefilter=False
        )
    return sampled
