"""T1w -> MNI: affine by mutual information, then SyN by local cross-correlation, with dipy.

Avants et al. 2008, 10.1016/j.media.2007.06.004 (SyN); Mattes et al. 2003 (mutual information).
"""

import logging

import numpy as np
from dipy.align.imaffine import AffineRegistration, MutualInformationMetric
from dipy.align.imwarp import SymmetricDiffeomorphicRegistration
from dipy.align.metrics import CCMetric
from dipy.align.transforms import AffineTransform3D, RigidTransform3D, TranslationTransform3D
from scipy import ndimage

from crossmodal.bold.images import Grid, apply_affine, isotropic_grid
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.template import load_template, resample_mean, template_at
from crossmodal.bold.warp import Warp

logging.getLogger("dipy").setLevel(logging.WARNING)  # it reports every starting matrix


def normalise(t1: np.ndarray, grid: Grid, config: NormaliseConfig) -> tuple[Warp, np.ndarray]:
    """Register a T1w image (x, y, z) to the template.

    Returns
    -------
    warp : template -> T1w, mm
    mask : bool, brain on the T1w's grid
    """
    template, brain, template_grid = template_at(config.voxel_mm)
    moving_grid = isotropic_grid(grid, config.voxel_mm)
    moving = resample_mean(t1, grid, moving_grid)
    moving /= np.percentile(moving[moving > 0], 99)
    affine = register_affine(
        (template, template_grid, ndimage.binary_dilation(brain, iterations=2)),
        (moving, moving_grid),
        config.affine_iterations,
    )
    warp = _syn((template, template_grid), (moving, moving_grid), affine, config)
    return warp, brain_in_t1(warp, grid)


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


def _syn(
    static: tuple[np.ndarray, Grid],
    moving: tuple[np.ndarray, Grid],
    affine: np.ndarray,
    config: NormaliseConfig,
) -> Warp:
    grid = static[1]
    points = grid.points()
    target = apply_affine(affine, points)
    if config.syn_iterations:
        registration = SymmetricDiffeomorphicRegistration(
            CCMetric(3, radius=config.syn_radius_voxels), level_iters=list(config.syn_iterations)
        )
        registration.verbosity = 0
        mapping = registration.optimize(
            static[0],
            moving[0],
            static_grid2world=grid.affine,
            moving_grid2world=moving[1].affine,
            prealign=affine,
        )
        target = mapping.transform_points(points)
    return Warp((target - points).reshape(*grid.shape, 3).astype(np.float32), grid)


def brain_in_t1(warp: Warp, grid: Grid) -> np.ndarray:
    """The template's brain mask carried to the T1w's grid: voxels that its 1 mm voxels reach."""
    _, brain, template_grid = load_template()
    inside = warp(template_grid.points(brain))
    voxels = np.round(apply_affine(np.linalg.inv(grid.affine), inside)).astype(int)
    hit = np.zeros(grid.shape, dtype=bool)
    hit[tuple(voxels[((voxels >= 0) & (voxels < grid.shape)).all(axis=1)].T)] = True
    gap = int(np.ceil(2 / grid.voxel_mm.min()))  # closes holes where the mapping expands
    return ndimage.binary_closing(np.pad(hit, gap), iterations=gap)[(slice(gap, -gap),) * 3]
