"""Is a normalised head a head? Numbers that a registration that failed cannot have.

A registration always returns something. What it returns is held against limits that do not
depend on the other participants of the study; docs/scan-quality.md says where they come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from crossmodal.bold.align.warp import Warp
from crossmodal.bold.read.images import Grid, apply_affine, isotropic_grid
from crossmodal.bold.read.template import load_template, resample_mean, template_at
from crossmodal.contracts.errors import InputError

COMPARED_MM = 4.0  # both images are averaged to this: noise of single voxels does not count


@dataclass(frozen=True)
class Limit:
    """What a measure must be at least and at most; in words, what it is."""

    low: float
    high: float
    what: str

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}" if np.isfinite(self.high) else f">= {self.low:g}"


# ASSUME: volumes of adults' brains with fluid are 1,100 to 2,000 cm3 (Buckner et al. 2004,
# 10.1016/j.neuroimage.2004.06.018); the bounds leave room for children and for masks' edges.
# The others lie between what right and wrong registrations of real heads gave.
LIMITS = {
    "brain_volume_cm3": Limit(800, 2200, "volume of the brain mask, cm3"),
    "t1_coverage": Limit(0.5, np.inf, "share of the brain that the T1w shows"),
    "affine_volume_ratio": Limit(
        0.82, 1.15, "volume of the template's brain, scaled as this head, / of the brain mask"
    ),
    "brain_template_overlap": Limit(
        0.9, np.inf, "Dice of the brain mask and the template's brain, carried to the T1w"
    ),
    "t1_template_correlation": Limit(
        0.68, np.inf, "correlation of the normalised T1w and the template"
    ),
}


def normalisation_measures(
    t1: np.ndarray, brain: np.ndarray, grid: Grid, warp: Warp
) -> dict[str, float]:
    """The measures of ``LIMITS``; volumes are of the whole brain, where the T1w shows a part.

    Parameters
    ----------
    t1, brain : (x, y, z) on ``grid``; the mask is bool
    warp : template -> T1w
    """
    template, inside, template_grid = template_at(COMPARED_MM)
    points = template_grid.points(inside)
    carried = warp(points)
    voxels = apply_affine(np.linalg.inv(grid.affine), carried)
    seen = ((voxels > -0.5) & (voxels < np.array(grid.shape) - 0.5)).all(axis=1)
    coverage = max(float(seen.mean()), 1e-9)
    volume = float(brain.sum() * np.prod(grid.voxel_mm)) / coverage
    linear = np.linalg.lstsq(np.column_stack([points, np.ones(len(points))]), carried, rcond=None)
    scaled = np.linalg.det(linear[0][:3]) * len(points) * COMPARED_MM**3
    coarse_grid = isotropic_grid(grid, COMPARED_MM)
    coarse = resample_mean(t1 * brain, grid, coarse_grid)
    where = apply_affine(np.linalg.inv(coarse_grid.affine), carried[seen]).T
    values = ndimage.map_coordinates(coarse, where, order=1)
    return {
        "brain_volume_cm3": volume / 1000,
        "t1_coverage": float(seen.mean()),
        "affine_volume_ratio": float(scaled / max(volume, 1e-9)),
        "brain_template_overlap": dice(brain, brain_in_t1(warp, grid)),
        "t1_template_correlation": _correlation(values, template[inside][seen]),
    }


def refuse_misplaced(path: str | Path, measures: Mapping[str, float]) -> None:
    """Stop where a measure is outside of its limit.

    Raises
    ------
    InputError : names the T1w, the first such measure, its limit and value
    """
    for name, limit in LIMITS.items():
        if measures[name] not in limit:
            wanted = f"{limit} ({limit.what}), or a mask of its own in scans.brain_masks"
            raise InputError(path, name, wanted, f"{measures[name]:.3g}")


def dice(first: np.ndarray, second: np.ndarray) -> float:
    """Overlap of two masks, 0 to 1."""
    total = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / total if total else 0.0


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    flat = len(first) < 2 or np.ptp(first) == 0
    return 0.0 if flat else float(np.corrcoef(first, second)[0, 1])


def brain_in_t1(warp: Warp, grid: Grid) -> np.ndarray:
    """The template's brain mask carried to the T1w's grid: voxels that its 1 mm voxels reach."""
    _, brain, template_grid = load_template()
    inside = warp(template_grid.points(brain))
    voxels = np.round(apply_affine(np.linalg.inv(grid.affine), inside)).astype(int)
    hit = np.zeros(grid.shape, dtype=bool)
    hit[tuple(voxels[((voxels >= 0) & (voxels < grid.shape)).all(axis=1)].T)] = True
    gap = int(np.ceil(2 / grid.voxel_mm.min()))  # closes holes where the mapping expands
    return ndimage.binary_closing(np.pad(hit, gap), iterations=gap)[(slice(gap, -gap),) * 3]
