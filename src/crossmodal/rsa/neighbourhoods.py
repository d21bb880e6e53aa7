"""Spherical searchlight neighbourhoods, truncated to a mask."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

# NIfTI affines are float32: a neighbour at exactly the radius must not fall out by rounding.
RELATIVE_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Neighbourhoods:
    """For every voxel of a mask, the voxels of the mask within ``radius_mm`` of its centre.

    The neighbours are not stored (at 2 mm they would need 400 MB): the mask is padded, so that
    one list of flat steps is right for every centre.

    Shapes and units
    ----------------
    lookup : int32 (padded voxel,); voxel number in C order of the mask, -1 outside it
    centres : int64 (voxel,); positions of the mask's voxels in ``lookup``
    steps : int64 (neighbour,); added to a centre, they give its neighbours
    """

    lookup: np.ndarray
    centres: np.ndarray
    steps: np.ndarray

    def __len__(self) -> int:
        return len(self.centres)

    def voxels(self, centre: int) -> np.ndarray:
        """Voxel numbers in the sphere around one centre, ascending."""
        found = self.lookup[self.centres[centre] + self.steps]
        return found[found >= 0]

    @cached_property
    def sizes(self) -> np.ndarray:
        """int32 (voxel,); number of voxels in each sphere, its centre included."""
        return _sizes(self.lookup, self.centres, self.steps)


def sphere_steps(affine: np.ndarray, radius_mm: float) -> np.ndarray:
    """Voxel steps whose length is at most ``radius_mm``, for any voxel shape.

    Parameters
    ----------
    affine : (4, 4), voxel index -> mm
    radius_mm : distance between voxel centres; equal counts as inside (Nili et al. 2014)

    Returns
    -------
    int64 (neighbour, 3), in C order
    """
    directions = np.asarray(affine, dtype=np.float64)[:3, :3]
    # The sphere's half-width along each voxel axis is radius times the row norm of the inverse.
    limit = radius_mm * np.linalg.norm(np.linalg.inv(directions), axis=1)
    reach = np.floor(limit * (1 + RELATIVE_TOLERANCE)).astype(int)
    grid = np.stack(
        np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), axis=-1
    ).reshape(-1, 3)
    inside = np.linalg.norm(grid @ directions.T, axis=1) <= radius_mm * (1 + RELATIVE_TOLERANCE)
    return grid[inside]


def as_mask(mask: np.ndarray) -> np.ndarray:
    """A mask of 0 and 1 of any type as bool; NumPy would take integers for voxel numbers.

    Raises
    ------
    ValueError : other values
    """
    if mask.dtype == bool:
        return mask
    inside = mask == 1
    if not (inside | (mask == 0)).all():
        wrong = mask[~(inside | (mask == 0))][0]
        raise ValueError(f"a mask must be bool or hold 0 and 1 only, not {wrong}")
    return inside


def spheres(mask: np.ndarray, affine: np.ndarray, radius_mm: float) -> Neighbourhoods:
    """Neighbourhoods of all voxels of a mask.

    Parameters
    ----------
    mask : bool (x, y, z), or numbers 0 and 1
    affine : (4, 4), voxel index -> mm
    radius_mm : see ``sphere_steps``

    Raises
    ------
    ValueError : an empty mask, one of other values, or a radius that is not positive
    """
    mask = as_mask(mask)
    if not mask.any():
        raise ValueError("the mask is empty: there is no searchlight centre")
    if not radius_mm > 0:
        raise ValueError(f"radius_mm must be positive, not {radius_mm!r}")
    steps = sphere_steps(affine, radius_mm)
    steps = steps[(np.abs(steps) < mask.shape).all(axis=1)]
    pad = np.abs(steps).max(axis=0)
    padded = np.pad(mask, [(n, n) for n in pad])
    lookup = np.full(padded.size, -1, dtype=np.int32)
    centres = np.flatnonzero(padded)
    lookup[centres] = np.arange(len(centres), dtype=np.int32)
    _, rows, columns = padded.shape
    return Neighbourhoods(lookup, centres, steps @ np.array([rows * columns, columns, 1]))


@njit(nogil=True, cache=True)
def _sizes(lookup, centres, steps):  # noqa: ANN001, ANN202
    sizes = np.zeros(len(centres), dtype=np.int32)
    for centre in range(len(centres)):
        for step in steps:
            if lookup[centres[centre] + step] >= 0:
                sizes[centre] += 1
    return sizes
