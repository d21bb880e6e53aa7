"""What a T1w image shows besides the brain: skull, scalp, face, neck; and what spoils it.

Drawn, not measured: shells at a distance from the template's brain, an ellipsoid for the face and
a cylinder for the neck, with the order of a T1w's intensities (fat brightest, bone and air dark).
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from crossmodal.simulate.brain_pose import apply_affine
from crossmodal.simulate.brain_tissue import BOX_HIGH_MM, BOX_LOW_MM, T1_SCALE, Grid, Tissue

PADDING_MM, SPACING = 60, 2  # of the distance map, and its voxels in the template's
# ASSUME: thickness of fluid, bone with marrow in its middle, and scalp, mm from the brain; their
# intensities and those of muscle relative to white matter's.
FLUID_MM, BONE_MM, SCALP_MM, MARROW_MM = 3.0, 9.0, 16.0, (5.0, 7.0)
FLUID, BONE, MARROW, FAT, MUSCLE = 0.25, 0.08, 0.5, 1.1, 0.45
FACE_CENTRE_MM, FACE_RADII_MM = np.array([0.0, 45.0, -60.0]), np.array([62.0, 55.0, 75.0])
NECK_CENTRE_MM, NECK_RADII_MM, NECK_TOP_MM = np.array([0.0, -40.0]), np.array([62.0, 65.0]), -50.0
FAT_MM = 8.0  # under the skin of face and neck
# The field of view grows by this, mm; a neck's grows further down.
WIDER_LOW_MM, WIDER_HIGH_MM = np.array([12.0, 8.0, 4.0]), np.array([12.0, 28.0, 16.0])
NECK_MM = np.array([0.0, 0.0, 90.0])


def t1_grid(voxel_mm: float, surroundings: str, cut_mm: float) -> Grid:
    """The T1w's field of view; ``cut_mm`` of it are missing: at the top, if negative below."""
    low, high = BOX_LOW_MM.copy(), BOX_HIGH_MM.copy()
    if surroundings != "none":
        low, high = low - WIDER_LOW_MM, high + WIDER_HIGH_MM
    if surroundings == "neck":
        low -= NECK_MM
    high[2] -= max(cut_mm, 0)
    low[2] += max(-cut_mm, 0)
    shape = tuple(int(n) for n in np.round((high - low) / voxel_mm))
    affine = np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0])
    affine[:3, 3] = low + voxel_mm / 2
    return Grid(shape, affine)


@dataclass(frozen=True)
class Surroundings:
    """Distance from the template's brain, mm, float32 (x, y, z), and where it is known."""

    distance_mm: np.ndarray
    affine: np.ndarray

    @classmethod
    def of(cls, tissue: Tissue) -> "Surroundings":
        padded = np.pad(tissue.t1 > 0, PADDING_MM)[(slice(None, None, SPACING),) * 3]
        affine = tissue.affine.copy()
        affine[:3, 3] -= PADDING_MM * affine[:3, :3].sum(axis=1)
        affine[:3, :3] *= SPACING
        brain = ndimage.binary_closing(padded, iterations=3)
        return cls(ndimage.distance_transform_edt(~brain).astype(np.float32) * SPACING, affine)

    def intensity(self, mni_mm: np.ndarray, neck: bool) -> np.ndarray:
        """Float32 (point,): T1w intensity at MNI points (point, 3), 0 in brain and air."""
        voxels = apply_affine(np.linalg.inv(self.affine), mni_mm).T
        distance = ndimage.map_coordinates(self.distance_mm, voxels, order=1, cval=1e3)
        below = _shell((mni_mm - FACE_CENTRE_MM) / FACE_RADII_MM, FACE_RADII_MM.mean())
        if neck:
            column = _shell((mni_mm[:, :2] - NECK_CENTRE_MM) / NECK_RADII_MM, NECK_RADII_MM.mean())
            below = np.maximum(below, np.where(mni_mm[:, 2] < NECK_TOP_MM, column, -1.0))
        value = np.select(
            [distance <= 0, distance < FLUID_MM, distance < BONE_MM, distance < SCALP_MM],
            [0.0, FLUID, _bone(distance), FAT],
            np.select([below > FAT_MM, below > 0], [MUSCLE, FAT], 0.0),
        )
        return (T1_SCALE * value * _texture(mni_mm)).astype(np.float32)


def bias_field(points_mm: np.ndarray, strength: float) -> np.ndarray:
    """Receive sensitivity (point,): exp(strength) times as much at the back than at the front."""
    return np.exp(-strength * (points_mm[:, 1] + 0.5 * points_mm[:, 2]) / 200).astype(np.float32)


def _shell(scaled: np.ndarray, radius_mm: float) -> np.ndarray:
    """Depth below the surface of a unit ball, about mm, (point,); negative outside."""
    return (1 - np.linalg.norm(scaled, axis=1)) * radius_mm


def _bone(distance: np.ndarray) -> np.ndarray:
    return np.where((distance > MARROW_MM[0]) & (distance < MARROW_MM[1]), MARROW, BONE)


def _texture(mni_mm: np.ndarray) -> np.ndarray:
    """Tissue is not of one grey: 1 +- .15, waves of about 20 mm."""
    return 1 + 0.15 * np.sin(mni_mm @ [0.3, 0.1, 0.05]) * np.sin(mni_mm @ [-0.1, 0.25, 0.3])
