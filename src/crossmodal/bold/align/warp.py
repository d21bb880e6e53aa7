"""A deformation of space as a sampled displacement field."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from crossmodal.bold.read.images import Grid, apply_affine


@dataclass(frozen=True)
class Warp:
    """A mapping of template points to T1w points, sampled on a grid in template space.

    displacement_mm : float32 (x, y, z, 3): T1w point minus template point (affine included)
    """

    displacement_mm: np.ndarray
    grid: Grid

    def __call__(self, points_mm: np.ndarray) -> np.ndarray:
        """Template points (point, 3), mm -> T1w points; constant beyond the grid's border."""
        voxels = apply_affine(np.linalg.inv(self.grid.affine), points_mm).T
        shift = [
            ndimage.map_coordinates(component, voxels, order=1, mode="nearest")
            for component in np.moveaxis(self.displacement_mm, -1, 0)
        ]
        return points_mm + np.stack(shift, axis=1)
