"""Head motion: every volume of a run aligned rigidly to a reference volume.

Gauss-Newton on the sum of squares, as in SPM's realignment (Friston et al. 1995,
10.1002/hbm.460030303), in the inverse compositional form (Baker & Matthews 2004,
10.1023/B:VISI.0000011205.11775.fd): derivatives are those of the reference and are
computed once. All transforms live in world coordinates, so the handedness and the
obliqueness of the stored grid do not matter.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from crossmodal.bold.align.motion_config import MotionConfig
from crossmodal.bold.align.rigid import small_motion
from crossmodal.bold.read.images import Grid, apply_affine
from crossmodal.contracts.errors import InputError

FWHM_TO_SD = 1 / 2.3548200450309493  # of a Gaussian
MEAN_VOLUMES = 40  # more make the reference hardly better


@dataclass(frozen=True)
class Reference:
    """What Gauss-Newton needs of a reference volume.

    points_mm (point, 3); design (point, 7): derivatives of the intensities with respect to
    the six parameters about ``centre_mm``, and the intensities themselves for their scale.
    """

    points_mm: np.ndarray
    design: np.ndarray
    centre_mm: np.ndarray


def smooth(volume: np.ndarray, grid: Grid, fwhm_mm: float) -> np.ndarray:
    """Gaussian smoothing, float32, with ``fwhm_mm`` along every axis of the grid."""
    sigma = fwhm_mm * FWHM_TO_SD / grid.voxel_mm
    return ndimage.gaussian_filter(volume.astype(np.float32), sigma, mode="nearest")


def bright_voxels(volume: np.ndarray) -> np.ndarray:
    """Mask of the head: above a fifth of the way from the dark to the bright percentile."""
    low, high = np.percentile(volume, [2, 98])
    return volume > low + 0.2 * (high - low)


def reference_from(volume: np.ndarray, grid: Grid, config: MotionConfig) -> Reference:
    """Sample a reference volume (x, y, z) on a lattice inside the head.

    Raises
    ------
    InputError : fewer than 100 points above background
    """
    smoothed = smooth(volume, grid, config.smoothing_mm)
    steps = np.maximum(1, np.round(config.sampling_mm / grid.voxel_mm)).astype(int)
    lattice = np.zeros(grid.shape, dtype=bool)
    lattice[tuple(slice(1, -1, step) for step in steps)] = True
    lattice &= ndimage.binary_dilation(bright_voxels(smoothed), iterations=2)
    if lattice.sum() < 100:
        raise InputError("BOLD", "reference volume", "a head (>= 100 points)", int(lattice.sum()))
    points = grid.points(lattice)
    gradient = _gradient(smoothed, np.argwhere(lattice)) @ np.linalg.inv(grid.affine[:3, :3])
    centre = points.mean(axis=0)
    # SPM turns left-handed about x and z, right-handed about y.
    turning = np.cross(gradient, points - centre) * [1, -1, 1]
    values = smoothed[lattice].astype(float)
    return Reference(points, np.column_stack([gradient, turning, values]), centre)


def _gradient(volume: np.ndarray, voxels: np.ndarray, step: float = 0.05) -> np.ndarray:
    """Derivatives of the cubic spline through ``volume`` at voxel indices, (point, 3)."""
    coefficients = ndimage.spline_filter(volume, order=3)

    def sample(shift: np.ndarray) -> np.ndarray:
        return ndimage.map_coordinates(
            coefficients, (voxels + shift).T, order=3, mode="nearest", prefilter=False
        )

    return np.stack([(sample(s) - sample(-s)) / (2 * step) for s in step * np.eye(3)], axis=1)


def align(
    volume: np.ndarray, grid: Grid, reference: Reference, start: np.ndarray, config: MotionConfig
) -> np.ndarray:
    """4 x 4 rigid matrix from the reference's world to the volume's world.

    Parameters
    ----------
    volume : (x, y, z), not smoothed
    start : (4, 4), first guess
    """
    coefficients = ndimage.spline_filter(smooth(volume, grid, config.smoothing_mm), order=3)
    to_voxel = np.linalg.inv(grid.affine)
    limit = np.array(grid.shape) - 1
    matrix, normal = start, None
    for _ in range(config.max_iterations):
        voxels = apply_affine(to_voxel @ matrix, reference.points_mm)
        inside = ((voxels >= 0) & (voxels <= limit)).all(axis=1)
        sampled = ndimage.map_coordinates(
            coefficients, voxels.T, order=3, mode="nearest", prefilter=False
        )
        weighted = reference.design * inside[:, None]
        normal = weighted.T @ reference.design
        # Values are proportional: scale * sampled = reference + derivatives @ step.
        step = np.linalg.solve(normal, weighted.T @ sampled)
        step = step[:6] / step[6]
        matrix = matrix @ np.linalg.inv(small_motion(step, reference.centre_mm))
        if np.abs(step[:3]).sum() + 100 * np.abs(step[3:]).sum() < config.tolerance_mm:
            break
    return matrix


def realign(
    volumes: np.ndarray, grid: Grid, first: np.ndarray, first_grid: Grid, config: MotionConfig
) -> tuple[np.ndarray, np.ndarray]:
    """Align a run to the space of ``first``, the first volume of the participant's first run.

    Some evenly spaced volumes are aligned to ``first``; their mean, which has less noise and
    no saturation effect, is then what every volume of the run is aligned to (SPM's two passes).

    Parameters
    ----------
    volumes : (x, y, z, volume)

    Returns
    -------
    matrices : (volume, 4, 4), from the world of ``first`` to each volume's world
    mean : float32, on ``first_grid``
    """
    some = volumes[..., _evenly_spaced(volumes.shape[3])]
    to_first = align_all(some, grid, reference_from(first, first_grid, config), config)
    mean = mean_aligned(some, grid, first_grid, to_first)
    reference = reference_from(mean, first_grid, config)
    return align_all(volumes, grid, reference, config, to_first[0]), mean


def align_all(
    volumes: np.ndarray,
    grid: Grid,
    reference: Reference,
    config: MotionConfig,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """``align`` for each of (x, y, z, volume), started from its predecessor; (volume, 4, 4)."""
    matrices, matrix = [], np.eye(4) if start is None else start
    for index in tqdm(range(volumes.shape[3]), unit="volume", delay=5, mininterval=5, leave=False):
        matrix = align(volumes[..., index], grid, reference, matrix, config)
        matrices.append(matrix)
    return np.array(matrices)


def _evenly_spaced(n_volumes: int) -> np.ndarray:
    count = min(n_volumes, MEAN_VOLUMES)
    return np.linspace(0, n_volumes - 1, count).round().astype(int)


def mean_aligned(volumes: np.ndarray, grid: Grid, target: Grid, matrices: np.ndarray) -> np.ndarray:
    """Mean over volumes, each resampled linearly through its matrix into ``target``; float32."""
    total = np.zeros(target.shape, dtype=np.float64)
    for index, matrix in enumerate(matrices):
        to_voxel = np.linalg.inv(grid.affine) @ matrix @ target.affine
        total += ndimage.affine_transform(
            volumes[..., index],
            to_voxel[:3, :3],
            to_voxel[:3, 3],
            output_shape=target.shape,
            order=1,
            mode="nearest",
        )
    return (total / len(matrices)).astype(np.float32)
