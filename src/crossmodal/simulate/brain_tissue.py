"""Tissue maps of the MNI template and their contrasts, sampled in a simulated head."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from nilearn import datasets
from scipy.ndimage import gaussian_filter, map_coordinates

from crossmodal.simulate.brain_pose import apply_affine

FWHM_TO_SD = 1 / np.sqrt(8 * np.log(2))
# ASSUME: T2*-weighted grey, white and fluid intensities of a 3T EPI, relative to grey matter.
EPI_GREY, EPI_WHITE, EPI_FLUID = 1000.0, 850.0, 1300.0
T1_SCALE = 1000.0
# Field of view about the template's brain, mm in scanner axes.
BOX_LOW_MM, BOX_HIGH_MM = np.array([-88.0, -120.0, -88.0]), np.array([88.0, 88.0, 96.0])
# Where air cavities spoil the field: (MNI centre, extent SD mm).
CAVITIES = (((0, 34, -22), 14.0), ((48, -30, -32), 10.0), ((-48, -30, -32), 10.0))


@dataclass(frozen=True)
class Tissue:
    """Template volumes on one 1 mm grid: T1 contrast and tissue fractions, float32 (x, y, z).

    The template is nilearn's bundled, skull-stripped ICBM 2009a symmetric.
    """

    t1: np.ndarray
    epi: np.ndarray
    fluid: np.ndarray
    affine: np.ndarray

    @classmethod
    def load(cls) -> "Tissue":
        image = datasets.load_mni152_template(resolution=1)
        grey, white = (
            np.clip(load(resolution=1).get_fdata(dtype=np.float32), 0, 1)
            for load in (datasets.load_mni152_gm_template, datasets.load_mni152_wm_template)
        )
        t1 = image.get_fdata(dtype=np.float32)
        fluid = np.clip(1 - grey - white, 0, 1) * (t1 > 0)
        epi = EPI_GREY * grey + EPI_WHITE * white + EPI_FLUID * fluid
        return cls(T1_SCALE * t1, epi, fluid, image.affine)

    def sample(self, name: str, mni_mm: np.ndarray) -> np.ndarray:
        """One contrast at MNI points (point, 3); 0 outside the template."""
        voxels = apply_affine(np.linalg.inv(self.affine), mni_mm)
        return map_coordinates(getattr(self, name), voxels.T, order=1, output=np.float32)


@dataclass(frozen=True)
class Grid:
    """A voxel grid in scanner space: shape and affine (voxel index -> mm)."""

    shape: tuple[int, int, int]
    affine: np.ndarray

    @classmethod
    def over_head(cls, voxel_mm: float, tilt: np.ndarray | None = None) -> "Grid":
        """The field of view at isotropic ``voxel_mm``; ``tilt`` (4 x 4) makes it oblique."""
        shape = tuple(int(n) for n in np.round((BOX_HIGH_MM - BOX_LOW_MM) / voxel_mm))
        affine = np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0])
        affine[:3, 3] = BOX_LOW_MM + voxel_mm / 2
        return cls(shape, affine if tilt is None else tilt @ affine)

    def points_mm(self) -> np.ndarray:
        """All voxel centres (voxel, 3) in C order."""
        return apply_affine(self.affine, np.indices(self.shape).reshape(3, -1).T)

    def image(
        self, tissue: Tissue, contrast: str, to_mni: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        """A contrast of the template on this grid, float32 (x, y, z)."""
        return tissue.sample(contrast, to_mni(self.points_mm())).reshape(self.shape)


def blurred(volume: np.ndarray, fwhm_mm: float, voxel_mm: float) -> np.ndarray:
    """Gaussian point spread."""
    return gaussian_filter(volume, fwhm_mm * FWHM_TO_SD / voxel_mm)


def field_disturbance(mni_mm: np.ndarray) -> np.ndarray:
    """Susceptibility field (point,), 1 at the centre of a cavity."""
    return np.max(
        [
            np.exp(-(((mni_mm - np.asarray(centre)) / extent) ** 2).sum(axis=1) / 2)
            for centre, extent in CAVITIES
        ],
        axis=0,
    )
