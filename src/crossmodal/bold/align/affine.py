"""Affine and rigid registration by mutual information, with dipy.

Mattes et al. 2003, 10.1109/TMI.2002.806588.
"""

import logging
from collections.abc import Sequence

import numpy as np
from dipy.align.imaffine import AffineRegistration, MutualInformationMetric
from dipy.align.transforms import (
    AffineTransform3D,
    RigidTransform3D,
    Transform,
    TranslationTransform3D,
)

from crossmodal.bold.read.images import Grid

logging.getLogger("dipy").setLevel(logging.WARNING)  # it reports every starting matrix


def register_affine(
    static: tuple[np.ndarray, Grid, np.ndarray],
    moving: tuple[np.ndarray, Grid],
    iterations: tuple[int, ...],
    rigid: bool = False,
) -> np.ndarray:
    """4 x 4 matrix from static to moving world by mutual information, from centres of mass.

    Parameters
    ----------
    static : volume, grid, mask of the voxels that count
    moving : volume, grid
    iterations : per level, coarsest first
    """
    steps = [TranslationTransform3D(), RigidTransform3D()]
    steps += [] if rigid else [AffineTransform3D()]
    return _optimise(static, moving, iterations, steps, "mass")[0]


def register_part(
    static: tuple[np.ndarray, Grid, np.ndarray],
    moving: tuple[np.ndarray, Grid],
    iterations: tuple[int, ...],
    starts: Sequence[np.ndarray],
) -> np.ndarray:
    """As ``register_affine`` for a moving image that shows a part of what the static one does.

    What lies outside of the moving image's field of view counts as unknown, not as dark. A part's
    centre of mass says little, so that the best of several starts (4 x 4) is taken.
    """
    steps = [TranslationTransform3D(), RigidTransform3D(), AffineTransform3D()]
    seen = np.ones(moving[1].shape, dtype=np.int32)
    found = [_optimise(static, moving, iterations, steps, start, seen) for start in starts]
    return min(found, key=lambda each: each[1])[0]


def _optimise(
    static: tuple[np.ndarray, Grid, np.ndarray],
    moving: tuple[np.ndarray, Grid],
    iterations: tuple[int, ...],
    steps: Sequence[Transform],
    matrix: np.ndarray | str,
    moving_mask: np.ndarray | None = None,
) -> tuple[np.ndarray, float]:
    """The matrix and minus the mutual information."""
    levels = len(iterations)
    registration = AffineRegistration(
        metric=MutualInformationMetric(nbins=32),
        level_iters=list(iterations),
        factors=[2**level for level in reversed(range(levels))],
        sigmas=[float(level) for level in reversed(range(levels))],
        verbosity=0,
    )
    value = np.inf
    for step in steps:
        found, _, value = registration.optimize(
            static[0],
            moving[0],
            step,
            None,
            static_grid2world=static[1].affine,
            moving_grid2world=moving[1].affine,
            starting_affine=matrix,
            static_mask=static[2].astype(np.int32),
            moving_mask=moving_mask,
            ret_metric=True,
        )
        matrix = found.affine
    return matrix, float(value)
