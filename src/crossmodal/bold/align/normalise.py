"""T1w -> MNI, brain to brain: affine by mutual information, then SyN by local cross-correlation.

The template has no skull and no neck. A T1w that has them starts an affine some 30 mm off, from
its centre of mass, and ends with the template's edge on its scalp: everything but the brain is
left out first. Avants et al. 2008, 10.1016/j.media.2007.06.004 (SyN), with dipy.
"""

import numpy as np
from dipy.align.imwarp import SymmetricDiffeomorphicRegistration
from dipy.align.metrics import CCMetric
from scipy import ndimage

from crossmodal.bold.align.affine import register_affine, register_part
from crossmodal.bold.align.normalise_config import NormaliseConfig
from crossmodal.bold.align.skull_strip import find_brain
from crossmodal.bold.align.warp import Warp
from crossmodal.bold.read.images import Grid, apply_affine, isotropic_grid
from crossmodal.bold.read.template import resample_mean, template_at

CUT_MM2 = 400.0
SHIFTS_MM = (-40.0, -20.0, 20.0, 40.0)  # between starts of a part


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
    static = (template, template_grid, ndimage.binary_dilation(inside, iterations=2))
    axes = cut_axes(brain, grid)
    if axes:
        starts = _starts(inside, template_grid, brain, grid, axes)
        affine = register_part(static, (moving, moving_grid), config.affine_iterations, starts)
        template = template * _seen(affine, template_grid, moving_grid)
    else:
        affine = register_affine(static, (moving, moving_grid), config.affine_iterations)
    return _syn((template, template_grid), (moving, moving_grid), affine, config), brain


def cut_axes(brain: np.ndarray, grid: Grid) -> list[int]:
    """Axes of the image at whose ends the brain is cut: 4 cm2 of it or more on the last plane."""
    areas = np.prod(grid.voxel_mm) / grid.voxel_mm
    return [
        axis
        for axis in range(3)
        if max(np.take(brain, end, axis).sum() for end in (0, -1)) * areas[axis] >= CUT_MM2
    ]


def _starts(
    inside: np.ndarray, template_grid: Grid, brain: np.ndarray, grid: Grid, axes: list[int]
) -> list[np.ndarray]:
    """Centre on centre, and moved along every cut axis: the part may be any part of the brain."""
    middle = grid.points(brain).mean(axis=0) - template_grid.points(inside).mean(axis=0)
    units = grid.affine[:3, :3] / grid.voxel_mm
    shifts = [np.zeros(3)] + [shift * units[:, axis] for axis in axes for shift in SHIFTS_MM]
    starts = np.tile(np.eye(4), (len(shifts), 1, 1))
    starts[:, :3, 3] = middle + np.array(shifts)
    return list(starts)


def _seen(affine: np.ndarray, static: Grid, moving: Grid) -> np.ndarray:
    """Bool (x, y, z) of the static grid: what lies in the moving image's field of view."""
    voxels = apply_affine(np.linalg.inv(moving.affine) @ affine, static.points())
    inside = ((voxels > -0.5) & (voxels < np.array(moving.shape) - 0.5)).all(axis=1)
    return inside.reshape(static.shape)


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
