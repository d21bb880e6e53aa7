"""Betas: condition-wise response estimates of one participant, in the analysis mask."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading, reads


@dataclass(frozen=True)
class Betas:
    """Response estimates on a regular grid.

    Shapes and units
    ----------------
    betas : float32 (run, condition, voxel); voxels in C order of ``mask``
    mask : bool (x, y, z)
    affine : float64 (4, 4), voxel index -> mm
    condition_ids, run_ids : names along the first two axes
    residual_variance : float32 (run, voxel), variance of the GLM's (prewhitened) residuals
    space : name of the space, e.g. 'MNI152NLin2009aSym' or 'native'
    residuals : float16 (time, voxel) of all runs, or None; prewhitened, scaled so that the sum
        of squares over (times - 1) is a voxel's variance. A temporary file of their own holds
        them (67 MB a run at 3 mm), because only multivariate noise normalisation needs them.

    Raises
    ------
    InputError : shapes that disagree or ids that repeat
    """

    betas: np.ndarray
    mask: np.ndarray
    affine: np.ndarray
    condition_ids: tuple[str, ...]
    run_ids: tuple[str, ...]
    residual_variance: np.ndarray
    space: str
    name: str = "Betas"
    residuals: np.ndarray | None = None

    def __post_init__(self) -> None:
        runs, conditions, voxels = self._three_axes()
        for field, axis, length in (
            ("run_ids", "run", runs),
            ("condition_ids", "condition", conditions),
        ):
            ids = getattr(self, field)
            if len(ids) != length:
                raise InputError(self.name, field, f"{length} as on the {axis} axis", len(ids))
            if len(set(ids)) != length:
                raise InputError(self.name, field, "each id once", "one repeated")
        if self.mask.dtype != bool or self.mask.ndim != 3 or int(self.mask.sum()) != voxels:
            got = f"{self.mask.dtype} {self.mask.shape} with {int(self.mask.sum())} voxels"
            raise InputError(self.name, "mask", f"bool, 3-D, {voxels} voxels", got)
        if self.residual_variance.shape != (runs, voxels):
            raise InputError(
                self.name,
                "residual_variance",
                f"shape {(runs, voxels)}",
                self.residual_variance.shape,
            )
        if self.residuals is not None:
            _check_residuals(self.residuals, voxels, self.name)
        if self.affine.shape != (4, 4) or abs(np.linalg.det(self.affine)) < 1e-9:
            raise InputError(
                self.name, "affine", "an invertible 4 x 4 matrix", self.affine.tolist()
            )

    def _three_axes(self) -> tuple[int, int, int]:
        if self.betas.ndim != 3 or self.betas.dtype != np.float32:
            got = f"{self.betas.dtype} {self.betas.shape}"
            raise InputError(self.name, "betas", "float32 (run, condition, voxel)", got)
        return self.betas.shape

    @classmethod
    @reads("an HDF5 file of betas")
    def read(cls, path: str | Path, residuals: str | Path | None = None) -> "Betas":
        """Read betas, and their residuals (memory-mapped) where a file of them is given."""
        noise = read_residuals(residuals) if residuals else None
        with h5py.File(path, "r") as file:
            return cls(
                file["betas"][()],
                file["mask"][()].astype(bool),
                file["affine"][()],
                tuple(file["condition_ids"].asstr()[()]),
                tuple(file["run_ids"].asstr()[()]),
                file["residual_variance"][()],
                str(file.attrs["space"]),
                f"Betas {Path(path).name}",
                noise,
            )

    def write(self, path: str | Path) -> None:
        with atomic_path(path) as temporary, h5py.File(temporary, "w", libver="latest") as file:
            file["betas"] = self.betas
            file.create_dataset("mask", data=self.mask.astype(np.uint8), compression="gzip")
            file["affine"] = self.affine.astype(np.float64)
            file["condition_ids"] = list(self.condition_ids)
            file["run_ids"] = list(self.run_ids)
            file["residual_variance"] = self.residual_variance
            file.attrs["space"] = self.space


def _check_residuals(residuals: np.ndarray, n_voxels: int, name: str) -> None:
    shape = (residuals.dtype, residuals.ndim, residuals.shape[-1])
    if shape != (np.float16, 2, n_voxels):
        got = f"{residuals.dtype} {residuals.shape}"
        raise InputError(name, "residuals", f"float16 (time, {n_voxels} voxels)", got)


def read_residuals(path: str | Path) -> np.ndarray:
    """Residuals float16 (time, voxel), memory-mapped: spheres are read where they are needed."""
    with reading(path, "residuals as a NumPy array"):
        return np.load(path, mmap_mode="r", allow_pickle=False)


def write_residuals(residuals: np.ndarray, path: str | Path) -> None:
    """Write residuals float16 (time, voxel)."""
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.save(file, residuals, allow_pickle=False)
