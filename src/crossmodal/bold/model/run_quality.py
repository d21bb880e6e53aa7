"""What a run looks like once its motion is undone: carpet and temporal signal-to-noise ratio."""

import numpy as np
from scipy import ndimage

from crossmodal.bold.read.images import Grid, apply_affine
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.run_quality import Z_LIMIT, RunQuality

CARPET_ROWS = 240


def aligned_brain(
    volumes: np.ndarray, grid: Grid, matrices: np.ndarray, target: Grid, brain: np.ndarray
) -> np.ndarray:
    """Brain voxels of every volume, motion undone, float32 (volume, voxel).

    Linear interpolation: enough for summaries. What is analysed is resampled from raw data.

    Parameters
    ----------
    volumes : (x, y, z, volume) on ``grid``
    matrices : (volume, 4, 4), from the world of ``target`` to each volume's world
    brain : bool on ``target``

    Raises
    ------
    InputError : an empty mask
    """
    if not brain.any():
        raise InputError("BOLD", "brain mask of the mean image", "at least one voxel", "none")
    points = target.points(brain)
    to_voxel = np.linalg.inv(grid.affine) @ matrices
    series = np.empty((volumes.shape[3], len(points)), dtype=np.float32)
    for index, matrix in enumerate(to_voxel):
        ndimage.map_coordinates(
            volumes[..., index],
            apply_affine(matrix, points).T,
            order=1,
            output=series[index],
            mode="nearest",
        )
    return series


def detrended(series: np.ndarray) -> np.ndarray:
    """The series (volume, voxel) without constant, linear and quadratic trend."""
    time = np.linspace(-1, 1, len(series), dtype=np.float32)
    basis = np.linalg.qr(np.stack([time**order for order in range(3)], axis=1))[0]
    return series - basis @ (basis.T @ series)


def run_quality(series: np.ndarray, brain: np.ndarray, voxel_mm: np.ndarray) -> RunQuality:
    """Summaries of aligned brain voxels.

    Parameters
    ----------
    series : (volume, voxel), voxels in C order of ``brain`` (x, y, z)
    voxel_mm : edge lengths of a voxel
    """
    residual = detrended(series)
    sd = residual.std(axis=0)
    mean = series.mean(axis=0)
    tsnr = np.zeros(brain.shape, dtype=np.float32)
    # ASSUME: tSNR is mean / SD after a quadratic trend, so that scanner drift is no noise.
    tsnr[brain] = np.divide(mean, sd, out=np.zeros_like(mean), where=sd > 0)
    z = np.divide(residual, sd, out=np.zeros_like(residual), where=sd > 0)
    depth = ndimage.distance_transform_edt(brain, sampling=voxel_mm)[brain]
    carpet, depths = carpet_rows(z, depth)
    return RunQuality(carpet, depths, tsnr)


def carpet_rows(z: np.ndarray, depth_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Voxels sorted by depth and averaged in equal groups; int8 (row, volume), mean depths.

    Each row is scaled to unit SD again, so that what a group shares is seen.
    """
    groups = np.array_split(np.argsort(depth_mm, kind="stable"), min(CARPET_ROWS, len(depth_mm)))
    rows = np.stack([z[:, group].mean(axis=1) for group in groups])
    sd = rows.std(axis=1, keepdims=True)
    rows = np.divide(rows, sd, out=np.zeros_like(rows), where=sd > 0)
    stored = np.clip(rows * 127 / Z_LIMIT, -127, 127).round().astype(np.int8)
    return stored, np.array([depth_mm[group].mean() for group in groups], dtype=np.float32)
