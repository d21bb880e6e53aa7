"""Reading NIfTI files, refusing what cannot be right, and grids in world coordinates."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np

from crossmodal.bold.read.orientation import require_one_orientation, with_trusted_affine
from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError

# What nibabel raises for files that are damaged or no NIfTI at all.
UNREADABLE = (
    *(nib.filebasedimages.ImageFileError, nib.spatialimages.HeaderDataError),
    *(EOFError, OSError, OverflowError, ValueError, TypeError, zlib.error),
)

# Interpolation makes a few voxels negative; removing the mean makes half of everything so.
MAX_NEGATIVE = 0.2
MAX_WRAPPED = 0.5  # of the largest value; interpolation gives a tenth
MAX_CLIPPED = 0.05  # of the bright voxels; in a good image hardly two have the largest value


@dataclass(frozen=True)
class Grid:
    """A regular grid: ``shape`` (x, y, z) and ``affine`` (4, 4), voxel index -> mm (RAS+)."""

    shape: tuple[int, int, int]
    affine: np.ndarray

    @property
    def voxel_mm(self) -> np.ndarray:
        """Edge lengths of a voxel, (3,)."""
        return np.linalg.norm(self.affine[:3, :3], axis=0)

    def points(self, mask: np.ndarray | None = None) -> np.ndarray:
        """World coordinates, mm, float64 (voxel, 3), in C order of the mask (default: all)."""
        inside = np.ones(self.shape, dtype=bool) if mask is None else mask
        return apply_affine(self.affine, np.argwhere(inside))

    def same_as(self, other: "Grid", tolerance_mm: float = 1e-2) -> bool:
        """Equal shapes and affines up to rounding in file headers."""
        close = np.isclose(self.affine, other.affine, rtol=0, atol=tolerance_mm).all()
        return self.shape == other.shape and bool(close)


def apply_affine(affine: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Transform points (point, 3) by a 4 x 4 affine."""
    return points @ affine[:3, :3].T + affine[:3, 3]


def load_image(path: str | Path) -> nib.Nifti1Image:
    """Open a NIfTI lazily.

    Raises
    ------
    InputError : no such file, not a NIfTI
    """
    try:
        return nib.load(path)
    except FileNotFoundError:
        raise InputError(path, "file", "a NIfTI file", "no such file") from None
    except UNREADABLE as error:
        raise InputError(path, "file", "a NIfTI file", str(error)) from None


def open_image(path: str | Path, n_axes: int, trust_affine: str | None = None) -> nib.Nifti1Image:
    """Open a NIfTI lazily and check what its header says.

    Axes of length 1 at the end, (x, y, z, t, 1), are taken away.

    Parameters
    ----------
    trust_affine : 'sform' or 'qform', where the user knows which of two that contradict is
        right, or what they say although their codes are 0

    Raises
    ------
    InputError : no such file, not a NIfTI of real numbers in mm, another number of axes, an
        affine without inverse, an orientation that is unknown or contradictory
    """
    image = load_image(path)
    _require_numbers(image, path)
    shape = tuple(image.shape)
    while len(shape) > n_axes and shape[-1] == 1:
        shape = shape[:-1]
    if len(shape) != n_axes or min(shape) < 1 or (n_axes == 4 and shape[3] < 2):
        wanted = "4-D with at least 2 volumes" if n_axes == 4 else f"{n_axes}-D"
        raise InputError(path, "shape", wanted, tuple(image.shape))
    if shape != tuple(image.shape):
        image = type(image)(image.dataobj.reshape(shape), image.affine, image.header)
    if trust_affine is None:
        require_one_orientation(image, path)
    else:
        image = with_trusted_affine(image, path, trust_affine)
    if not np.isfinite(image.affine).all() or abs(np.linalg.det(image.affine[:3, :3])) < 1e-6:
        raise InputError(path, "affine", "an invertible matrix", image.affine.tolist())
    return image


def _require_numbers(image: nib.Nifti1Image, path: str | Path) -> None:
    """One file or pair of NIfTI, of integers or floats, in mm."""
    if not isinstance(image, nib.Nifti1Pair):
        raise InputError(path, "file", "a NIfTI file", type(image).__name__)
    kind = image.get_data_dtype()
    if kind.kind not in "iuf":
        raise InputError(path, "data type", "integers or floats", _type_name(kind))
    unit = image.header.get_xyzt_units()[0]
    if unit not in ("mm", "unknown"):
        raise InputError(path, "unit of the voxels (xyzt_units)", "mm", unit)


def _type_name(kind: np.dtype) -> str:
    return "colours (RGB)" if kind.kind == "V" else str(kind)


def read_volume(path: str | Path, trust_affine: str | None = None) -> tuple[np.ndarray, Grid]:
    """One 3-D image as float32 and its grid.

    Raises
    ------
    InputError : what ``open_image`` refuses, truncated data, values that are not finite
    """
    image = open_image(path, 3, trust_affine)
    data = _load(image, path)
    if not np.isfinite(data).all():
        raise InputError(path, "data", "finite values", f"{_n_bad(data)} NaN or infinite voxels")
    return data, grid_of(image)


def read_series(
    path: str | Path, trust_affine: str | None = None, first: int = 0
) -> tuple[np.ndarray, Grid]:
    """A BOLD run (x, y, z, volume), float32, and its grid.

    Voxels that are not finite in *every* volume (some tools write NaN outside the brain)
    become 0; NaN in some volumes only is an error.

    Raises
    ------
    InputError : what ``open_image`` refuses, truncated data, volumes with NaN, empty volumes
    """
    image = open_image(path, 4, trust_affine)
    data = _load(image, path)[..., first:]
    bad = ~np.isfinite(data)
    if bad.any():
        outside = bad.all(axis=3)
        volumes = np.flatnonzero((bad & ~outside[..., None]).any(axis=(0, 1, 2)))
        if len(volumes):
            raise InputError(
                path, "data", "finite values", f"NaN or infinite values in volumes {_few(volumes)}"
            )
        data[outside] = 0
    empty = np.flatnonzero(data.max(axis=(0, 1, 2)) == data.min(axis=(0, 1, 2)))
    if len(empty):
        raise InputError(path, "data", "an image in each volume", f"constant volumes {_few(empty)}")
    return data, grid_of(image)


def read_first(
    path: str | Path, trust_affine: str | None = None, first: int = 0
) -> tuple[np.ndarray, Grid]:
    """The first volume of a BOLD run (x, y, z), float32, and its grid; errors as above.

    Raises
    ------
    InputError : moreover, an image whose mean was removed; integers that have run over
    """
    image = open_image(path, 4, trust_affine)
    data = np.nan_to_num(_load(image.slicer[..., first : first + 1], path)[..., 0])
    if data.max() == data.min():
        raise InputError(path, "data", "an image in each volume", "a constant first volume")
    require_intensities(data, path)
    if image.get_data_dtype().kind in "iu":
        _refuse_overflow(data, path)
    return data, grid_of(image)


def _refuse_overflow(volume: np.ndarray, path: str | Path) -> None:
    """Integers that were too large for their type: they come back negative, or all alike."""
    largest = float(volume.max())
    if -float(volume.min()) > MAX_WRAPPED * largest:
        got = f"{volume.min():g} to {largest:g}: integers that have run over"
        raise InputError(path, "intensities", "values above 0", got)
    levels, counts = np.unique(volume[volume > 0.2 * largest], return_counts=True)
    clipped = counts[-1] / counts.sum()
    if len(levels) > 1 and clipped > MAX_CLIPPED and counts[-1] > 10 * counts[-2]:
        wanted = "a BOLD image that is not cut off at its largest value"
        got = f"{clipped:.0%} of what is bright at {largest:g}"
        raise InputError(path, "intensities", wanted, got)


def require_intensities(values: np.ndarray, path: str | Path) -> None:
    """Raise unless values are the intensities of a BOLD image, which are positive.

    Percent signal change is relative to the mean, and what is dark relative to the median: both
    mean nothing once a mean was removed.

    Parameters
    ----------
    values : of any shape: a volume, or voxels' means over time

    Raises
    ------
    InputError : too much of their sum is below 0
    """
    total = float(np.abs(values).sum(dtype=np.float64))
    negative = -float(values[values < 0].sum(dtype=np.float64))
    if not 0 < total < np.inf or negative > MAX_NEGATIVE * total:
        wanted = "a BOLD image with its mean (not demeaned, z-scored or in percent change)"
        share = f"{negative / total:.0%} of it below 0" if total else "all 0"
        raise InputError(path, "intensities", wanted, share)


def grid_of(image: nib.Nifti1Image) -> Grid:
    """The spatial grid of an image."""
    return Grid(tuple(int(n) for n in image.shape[:3]), np.asarray(image.affine, dtype=float))


def write_volume(path: str | Path, data: np.ndarray, grid: Grid) -> None:
    """Write one 3-D image atomically; bool becomes uint8, floats float32."""
    stored = data.astype(np.uint8 if data.dtype == bool else np.float32)
    image = nib.Nifti1Image(stored, grid.affine)
    image.header.set_xyzt_units("mm", "sec")
    with atomic_path(path) as temporary:
        image.to_filename(temporary)


def isotropic_grid(grid: Grid, voxel_mm: float) -> Grid:
    """A grid with the same corner, axes and extent, and cubic voxels of ``voxel_mm``."""
    edges = np.array(grid.shape) * grid.voxel_mm
    shape = tuple(int(n) for n in np.maximum(1, np.round(edges / voxel_mm)))
    directions = grid.affine[:3, :3] / grid.voxel_mm
    corner = apply_affine(grid.affine, np.full((1, 3), -0.5))[0]
    affine = np.eye(4)
    affine[:3, :3] = directions * voxel_mm
    affine[:3, 3] = corner + affine[:3, :3] @ np.full(3, 0.5)
    return Grid(shape, affine)


def _load(image: nib.Nifti1Image, path: str | Path) -> np.ndarray:
    try:
        return np.asarray(image.dataobj, dtype=np.float32)
    except (EOFError, OSError, ValueError, zlib.error) as error:
        got = f"truncated or damaged data ({error})"
        raise InputError(path, "data", f"{image.shape} values", got) from None


def _n_bad(data: np.ndarray) -> int:
    return int((~np.isfinite(data)).sum())


def _few(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(int(number)) for number in numbers[:5])
    return shown + (f" … ({len(numbers)} in all)" if len(numbers) > 5 else "")
