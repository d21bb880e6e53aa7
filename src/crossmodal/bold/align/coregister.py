"""BOLD -> T1w: rigid, by mutual information, then refined."""

import numpy as np

from crossmodal.bold.align.affine import register_affine
from crossmodal.bold.align.coregister_config import CoregisterConfig
from crossmodal.bold.align.motion import bright_voxels
from crossmodal.bold.align.refine import refine
from crossmodal.bold.align.rigid import nearest_rigid
from crossmodal.bold.read.images import Grid, isotropic_grid
from crossmodal.bold.read.template import resample_mean


def coregister(
    bold_mean: tuple[np.ndarray, Grid],
    t1: tuple[np.ndarray, Grid],
    t1_brain: np.ndarray,
    config: CoregisterConfig,
) -> np.ndarray:
    """4 x 4 rigid matrix from the BOLD reference's world to the T1w's world.

    Parameters
    ----------
    bold_mean, t1 : volume (x, y, z) and its grid
    t1_brain : bool, brain on the T1w's grid; the rest of the T1w is left out
    """
    volume, grid = bold_mean
    target = isotropic_grid(t1[1], max(config.voxel_mm, t1[1].voxel_mm.min()))
    brain = resample_mean(t1[0] * t1_brain, t1[1], target)
    matrix = register_affine(
        (volume, grid, bright_voxels(volume)), (brain, target), config.iterations, rigid=True
    )
    rigid = nearest_rigid(matrix)
    return refine(volume, grid, t1, t1_brain, rigid) if config.refine else rigid
