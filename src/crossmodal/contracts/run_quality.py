"""RunQuality: what one BOLD run looks like after motion correction, for people to look at."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads

Z_LIMIT = 4.0  # a stored 127 or -127


@dataclass(frozen=True)
class RunQuality:
    """Signal of one run in the brain of its mean image.

    Shapes and units
    ----------------
    carpet : int8 (row, volume), z x 127 / 4, clipped: mean signals of equally many voxels,
        from the brain's surface (first row) to its depth
    depth_mm : float32 (row,), mean distance of a row's voxels from the brain's edge
    tsnr : float32 (x, y, z) on the grid of the mean image, 0 outside the brain

    Raises
    ------
    InputError : shapes that disagree
    """

    carpet: np.ndarray
    depth_mm: np.ndarray
    tsnr: np.ndarray

    def __post_init__(self) -> None:
        if self.carpet.dtype != np.int8 or self.carpet.ndim != 2:
            got = f"{self.carpet.dtype} {self.carpet.shape}"
            raise InputError("RunQuality", "carpet", "int8 (row, volume)", got)
        if self.depth_mm.shape != (len(self.carpet),):
            expected = f"one value a row, {len(self.carpet)}"
            raise InputError("RunQuality", "depth_mm", expected, self.depth_mm.shape)
        if self.tsnr.ndim != 3:
            raise InputError("RunQuality", "tsnr", "(x, y, z)", self.tsnr.shape)

    @property
    def median_tsnr(self) -> float:
        """Median over the brain's voxels; 0 if there is none."""
        return float(np.median(self.tsnr[self.tsnr > 0])) if (self.tsnr > 0).any() else 0.0

    @classmethod
    @reads("an HDF5 file of a run's quality")
    def read(cls, path: str | Path) -> "RunQuality":
        with h5py.File(path, "r") as file:
            return cls(file["carpet"][()], file["depth_mm"][()], file["tsnr"][()])

    def write(self, path: str | Path) -> None:
        with atomic_path(path) as temporary, h5py.File(temporary, "w", libver="latest") as file:
            for name in ("carpet", "tsnr"):
                file.create_dataset(name, data=getattr(self, name), compression="gzip")
            file["depth_mm"] = self.depth_mm
