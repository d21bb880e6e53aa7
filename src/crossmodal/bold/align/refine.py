"""BOLD -> T1w to a tenth of a millimetre: Gauss-Newton on a smooth intensity mapping.

Mutual information finds the place; its estimate is limited by interpolation and by edges of the
head that the two images show differently. Inside the brain the BOLD intensity is, but for a
bias field, a smooth function of the T1w's (fluid, grey and white matter keep one order), so
that position, function and field are estimated together by robust least squares, as a
correlation ratio would (Roche et al. 1998, 10.1007/BFb0056301).
"""

import logging
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial.transform import Rotation

from crossmodal.bold.align.motion import smooth
from crossmodal.bold.read.images import Grid, apply_affine, isotropic_grid
from crossmodal.bold.read.template import resample_mean

LOG = logging.getLogger(__name__)
T1_MM = 2.0  # a finer T1w is averaged to this: the BOLD voxels are larger anyway
DEGREE = 3  # of the polynomial from T1w to BOLD intensity
MAX_ITERATIONS, TOLERANCE_MM = 40, 2e-3
MAX_SHIFT_MM = 5.0  # a larger correction means that the start was wrong or the model is
LEAST_POINTS = 500
TUKEY = 4.685  # of a robust SD; 95 % efficient for Gaussian noise
HEAD_MM = 60.0


@dataclass(frozen=True)
class Target:
    """The T1w's brain at the BOLD's resolution.

    values : float32 (x, y, z), about 1 at its brightest; gradient : per mm, (x, y, z, 3)
    """

    values: np.ndarray
    gradient: np.ndarray
    brain: np.ndarray
    to_voxel: np.ndarray

    @classmethod
    def from_t1(cls, t1: np.ndarray, brain: np.ndarray, grid: Grid, fwhm_mm: float) -> "Target":
        """Average to ``T1_MM`` and smooth to the BOLD's point spread."""
        coarse = isotropic_grid(grid, max(T1_MM, grid.voxel_mm.min()))
        values = smooth(resample_mean(t1 * brain, grid, coarse), coarse, fwhm_mm)
        inside = resample_mean(brain.astype(np.float32), grid, coarse)
        values /= np.percentile(values[inside > 0.5], 95)
        gradient = np.stack(np.gradient(values), axis=-1)
        gradient @= np.linalg.inv(coarse.affine[:3, :3]).astype(np.float32)
        return cls(values, gradient, inside, np.linalg.inv(coarse.affine))

    def sample(self, image: np.ndarray, points_mm: np.ndarray) -> np.ndarray:
        """Linear interpolation at T1w points (point, 3)."""
        voxels = apply_affine(self.to_voxel, points_mm).T
        return ndimage.map_coordinates(image, voxels, order=1)


def refine(
    mean: np.ndarray,
    grid: Grid,
    t1: tuple[np.ndarray, Grid],
    t1_brain: np.ndarray,
    start: np.ndarray,
) -> np.ndarray:
    """4 x 4 rigid matrix from the BOLD reference's world to the T1w's, near ``start``.

    Returns ``start`` itself, with a warning in the log, where the brain has too few voxels or
    where the correction exceeds 5 mm.

    Parameters
    ----------
    mean : BOLD reference (x, y, z) on ``grid``
    t1, t1_brain : volume and grid; bool, brain on that grid
    start : (4, 4), rigid
    """
    target = Target.from_t1(t1[0], t1_brain, t1[1], float(grid.voxel_mm.mean()))
    points = grid.points()
    inside = target.sample(target.brain, apply_affine(start, points)) > 0.5
    inside &= mean.ravel() > 0
    points, values = points[inside], mean.ravel()[inside].astype(float)
    if len(values) < LEAST_POINTS:
        LOG.warning("coregistration not refined: %d voxels in the brain", len(values))
        return start
    matrix = _descend(points, values / np.median(values), target, start)
    shift = np.linalg.norm(apply_affine(matrix, points) - apply_affine(start, points), axis=1)
    if not shift.max() < MAX_SHIFT_MM:
        LOG.warning("coregistration not refined: it would move by %.1f mm", shift.max())
        return start
    LOG.info("refined by %.2f mm on average", shift.mean())
    return matrix


def _descend(
    points: np.ndarray, values: np.ndarray, target: Target, matrix: np.ndarray
) -> np.ndarray:
    field = _bias_field(points)
    weights = np.ones(len(values))
    for _ in range(MAX_ITERATIONS):
        moved = apply_affine(matrix, points)
        t1 = target.sample(target.values, moved)
        powers = np.stack([t1**power for power in range(1, DEGREE + 1)], axis=1)
        intensity = np.column_stack([powers, field])
        mapping = _least_squares(intensity, values, weights)
        slope = sum(mapping[p - 1] * p * t1 ** (p - 1) for p in range(1, DEGREE + 1))
        gradient = np.stack(
            [target.sample(target.gradient[..., axis], moved) for axis in range(3)], axis=1
        )
        gradient *= slope[:, None]
        centre = moved.mean(axis=0)
        design = np.column_stack([gradient, np.cross(moved - centre, gradient), intensity])
        solution = _least_squares(design, values, weights)
        weights = _tukey(values - design @ solution)
        matrix = _step(solution[:6], centre) @ matrix
        if np.abs(solution[:3]).sum() + HEAD_MM * np.abs(solution[3:6]).sum() < TOLERANCE_MM:
            break
    return matrix


def _bias_field(points: np.ndarray) -> np.ndarray:
    """Polynomials of second degree in space, (point, 10)."""
    x = (points - points.mean(axis=0)) / HEAD_MM
    squares = [x[:, i] * x[:, j] for i in range(3) for j in range(i, 3)]
    return np.stack([np.ones(len(x)), *x.T, *squares], axis=1)


def _least_squares(design: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    weighted = design * weights[:, None]
    return np.linalg.lstsq(weighted.T @ design, weighted.T @ values, rcond=None)[0]


def _tukey(residuals: np.ndarray) -> np.ndarray:
    sd = 1.4826 * np.median(np.abs(residuals))
    return np.clip(1 - np.square(residuals / max(TUKEY * sd, 1e-12)), 0, 1) ** 2


def _step(parameters: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Rotation (rad) about ``centre`` and translation (mm) as a 4 x 4 matrix."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(parameters[3:]).as_matrix()
    matrix[:3, 3] = parameters[:3] + centre - matrix[:3, :3] @ centre
    return matrix
