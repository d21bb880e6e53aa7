"""Where left is: what a NIfTI header's two affines and their codes say, and whether they agree.

nibabel takes the sform where its code is above 0, else the qform, else guesses that the first
axis runs to the left. ITK takes the sform only where its code is 1 or the qform's is 0.
"""

from itertools import product
from pathlib import Path

import nibabel as nib
import numpy as np

from crossmodal.contracts.errors import InputError

CHOICES = ("sform", "qform")
# Of the smallest voxel edge: the qform cannot hold shear, and both are stored in few digits.
TOLERANCE_VOXELS = 0.5
SIZE_TOLERANCE = 0.05  # of an edge: sizes are rounded, but never by more
ADVICE = "or scans.trust_affine: sform | qform if you know which is right"


def require_one_orientation(image: nib.Nifti1Image, path: str | Path) -> None:
    """Raise unless the header says, and says only once, where the voxels lie.

    Raises
    ------
    InputError : both codes are 0; sform and qform, both valid, mirror each other or put a
        corner of the image more than half a voxel apart; voxels of two sizes
    """
    sform, qform = (_affine(image, path, name) for name in CHOICES)
    if sform is not None and qform is None:
        _require_voxel_size(image, path, sform)
    if sform is None and qform is None:
        wanted = f"one above 0 ({ADVICE})"
        raise InputError(path, "sform and qform codes", wanted, "0 and 0: left or right unknown")
    if sform is None or qform is None:
        return
    if handedness(sform) != handedness(qform):
        wanted = f"affines that agree ({ADVICE})"
        raise InputError(path, "sform and qform", wanted, "one is the mirror image of the other")
    apart_mm = _corner_distance_mm(sform, qform, image.shape[:3])
    if apart_mm > TOLERANCE_VOXELS * np.linalg.norm(sform[:3, :3], axis=0).min():
        wanted = f"affines that agree ({ADVICE})"
        raise InputError(path, "sform and qform", wanted, f"corners up to {apart_mm:.3g} mm apart")


def with_trusted_affine(image: nib.Nifti1Image, path: str | Path, which: str) -> nib.Nifti1Image:
    """The same image with the affine that the user trusts, whatever its code is.

    Raises
    ------
    InputError : the header has no such affine
    """
    affine = _affine(image, path, which, coded=False)
    return type(image)(image.dataobj, affine, image.header)


def handedness(affine: np.ndarray) -> float:
    """1 for a right-handed grid, -1 for a left-handed one."""
    return float(np.sign(np.linalg.det(affine[:3, :3])))


def _affine(
    image: nib.Nifti1Image, path: str | Path, name: str, coded: bool = True
) -> np.ndarray | None:
    try:
        if name == "sform":
            return image.get_sform(coded=True)[0] if coded else image.get_sform()
        return image.get_qform(coded=True)[0] if coded else image.get_qform()
    except (nib.spatialimages.HeaderDataError, ValueError) as error:
        raise InputError(path, name, "an affine", str(error)) from None


def _require_voxel_size(image: nib.Nifti1Image, path: str | Path, sform: np.ndarray) -> None:
    """Sizes are in the header twice: in the sform, and in pixdim, which a qform is made with."""
    stated = np.array(image.header.get_zooms()[:3], dtype=float)
    edges = np.linalg.norm(sform[:3, :3], axis=0)
    if edges.all() and (np.abs(stated - edges) > SIZE_TOLERANCE * edges).any():
        wanted = f"{_mm(edges)} as by the sform ({ADVICE})"
        raise InputError(path, "voxel size (pixdim)", wanted, _mm(stated))


def _mm(sizes: np.ndarray) -> str:
    return " x ".join(f"{size:.4g}" for size in sizes) + " mm"


def _corner_distance_mm(one: np.ndarray, other: np.ndarray, shape: tuple[int, ...]) -> float:
    """How far apart two affines put a corner of the image, at most."""
    corners = np.array([(*corner, 1) for corner in product(*((0, n - 1) for n in shape))])
    return float(np.linalg.norm((corners @ (one - other).T)[:, :3], axis=1).max())
