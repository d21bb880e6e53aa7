"""Affine and rigid registration by mutual information, with dipy.

Mattes et al. 2003, 10.1109/TMI.2002.806588.
"""

import logging

import numpy as np
from dipy.align.imaffine import AffineRegistration, MutualInformationMetric
from dipy.align.transforms import AffineTransform3D, RigidTransform3D, TranslationTransform3D

from crossmodal.bold.images import Grid

logging.getLogger("dipy").setLevel(logging.WARNING)  # it reports every starting matrix


def register_affine(
    static: tuple[np.ndarray, Grid, np.ndarray],
    moving: tuple[np.ndarray, Grid],
    iterations: tuple[int, ...],
    rigid: bool = False,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """4 x 4 matrix from static to moving world by mutual information.

    Parameters
    ----------
    static : volume, grid, mask of the voxels that count
    moving : volume, grid
    iterations : per level, coarsest first
    start : first guess; default: centres of mass
    """
    levels = len(iterations)
    registration = AffineRegistration(
        metric=MutualInformationMetric(nbins=32),
        level_iters=list(iterations),
        factors=[2**level for level in reversed(range(levels))],
        sigmas=[float(level) for level in reversed(range(levels))],
        verbosity=0,
    )
    matrix = "mass" if start is None else start
    steps = [TranslationTransform3D(), RigidTransform3D()]
    steps += [] if rigid else [AffineTransform3D()]
    for step in steps:
        found = registration.optimize(
            static[0],
            moving[0],
            step,
            None,
            static_grid2world=static[1].affine,
            moving_grid2world=moving[1].affine,
            starting_affine=matrix,
            static_mask=static[2].astype(np.int32),
        )
        matrix = found.affine
    return matrix
