"""Where patterns are estimated: an analysis grid, its mask, and the way to the BOLD reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from crossmodal.bold.align.epi_mask import brain_in_epi
from crossmodal.bold.align.resample import compose
from crossmodal.bold.align.transform_files import read_affines, read_warp
from crossmodal.bold.read.entities import entities
from crossmodal.bold.read.images import Grid, isotropic_grid, read_volume
from crossmodal.bold.read.template import SPACE, resample_mean, template_at
from crossmodal.contracts.errors import InputError

NATIVE = "native"


@dataclass(frozen=True)
class Space:
    """An analysis space.

    mask : bool on ``grid``
    to_bold : sends points of the grid's world (point, 3), mm, to the BOLD reference's world
    """

    name: str
    grid: Grid
    mask: np.ndarray
    to_bold: Callable[[np.ndarray], np.ndarray]

    def __post_init__(self) -> None:
        if not self.mask.any():
            raise InputError(f"space {self.name}", "mask", "at least one voxel", "none")

    @cached_property
    def points_mm(self) -> np.ndarray:
        """Where the mask's voxels lie in the BOLD reference's world, (voxel, 3), C order."""
        return self.to_bold(self.grid.points(self.mask))

    def keep(self, voxels: np.ndarray) -> "Space":
        """The same space with fewer voxels; ``voxels`` is bool (voxel,)."""
        mask = np.zeros_like(self.mask)
        mask[self.mask] = voxels
        return replace(self, mask=mask)

    def whole(self) -> "Space":
        """The same space with all voxels of the grid."""
        return replace(self, mask=np.ones_like(self.mask))


def mni_space(
    voxel_mm: float, warp: Callable[[np.ndarray], np.ndarray], bold_to_t1: np.ndarray
) -> Space:
    """The template's brain at ``voxel_mm``; ``warp`` sends template points to T1w points."""
    _, mask, grid = template_at(voxel_mm)
    return Space(SPACE, grid, mask, lambda points: compose(points, warp, np.linalg.inv(bold_to_t1)))


def fmriprep_space(masks: Sequence[str], voxel_mm: float, trust_affine: str | None = None) -> Space:
    """Where all runs' brain masks agree, at ``voxel_mm`` on fMRIPrep's field of view.

    With ``voxel_mm`` of fMRIPrep's own voxels, the grid is fMRIPrep's.

    Raises
    ------
    InputError : a mask that cannot be read, no voxel in all masks
    """
    images = [read_volume(path, trust_affine) for path in masks]
    first = images[0][1]
    isotropic = isotropic_grid(first, voxel_mm)
    target = first if isotropic.same_as(first) else isotropic
    inside = [_mask_on(data > 0.5, grid, target) for data, grid in images]
    name = entities(masks[0])["space"]
    return Space(name, target, np.logical_and.reduce(inside), lambda points: points)


def _mask_on(mask: np.ndarray, grid: Grid, target: Grid) -> np.ndarray:
    """The mask where at least half of a voxel of ``target`` lies in it."""
    return mask if grid.same_as(target) else resample_mean(mask, grid, target) > 0.5


def native_space(mean: np.ndarray, grid: Grid) -> Space:
    """The brain as the BOLD reference shows it, on its own grid."""
    return Space(NATIVE, grid, brain_in_epi(mean), lambda points: points)


def read_space(voxel_mm: float | None, files: Any, trust_affine: str | None = None) -> Space:
    """The analysis space that a participant's files define.

    Parameters
    ----------
    voxel_mm : voxel size in the template's space
    files : paths by attribute: ``masks``, fMRIPrep's, where its derivatives are used; else
        ``mean``, the BOLD reference; and, unless the space is native, ``warp`` and
        ``coregistration``, ITK files as the workflow writes them
    """
    if files.get("masks"):
        return fmriprep_space(files.masks, voxel_mm, trust_affine)
    if not files.get("warp"):
        return native_space(*read_volume(files.mean))
    t1_to_bold = read_affines(files.coregistration)[0]
    return mni_space(voxel_mm, read_warp(files.warp), np.linalg.inv(t1_to_bold))
