"""T1w -> MNI, brain to brain: affine by mutual information, then SyN by local cross-correlation.

The template has no skull and no neck. A T1w that has them starts an affine some 30 mm off, from
its centre of mass, and ends with the template's edge on its scalp: everything but the brain is
left out first. Avants et al. 2008, 10.1016/j.media.2007.06.004 (SyN), with dipy.
"""

import numpy as np
from dipy.align.imwarp import SymmetricDiffeomorphicRegistration
from dipy.align.metrics import CCMetric
from scipy import ndimage

from crossmodal.bold.affine import register_affine
from crossmodal.bold.images import Grid, apply_affine, isotropic_grid
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.skull_strip import find_brain
from crossmodal.bold.template import resample_mean, template_at
from crossmodal.bold.warp import Warp


def normalise(
    t1: np.ndarray, grid: Grid, config: NormaliseConfig, brain: np.ndarray | None = None
) -> tuple[Warp, np.ndarray]:
    """Register the brain of a T1w image (x, y, z) to the template.

    Parameters
    ----------
    brain : bool on the T1w's grid; default: what ``find_brain`` sees

    Returns
    -------
    warp : template -> T1w, mm
    mask : bool, brain on the T1w's grid

    Raises
    ------
    ValueError : a mask without a voxel
    """
    brain = find_brain(t1, grid) if brain is None else brain
    if not brain.any():
        raise ValueError("no brain in the T1w image")
    template, inside, template_grid = template_at(config.voxel_mm)
    moving_grid = isotropic_grid(grid, config.voxel_mm)
    moving = resample_mean(t1 * brain, grid, moving_grid)
    moving /= np.percentile(moving[moving > 0], 99)
    affine = register_affine(
        (template, template_grid, ndimage.binary_dilation(inside, iterations=2)),
        (moving, moving_grid),
        config.affine_iterations,
    )
    return _syn((template, template_grid), (moving, moving_grid), affine, config), brain


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
