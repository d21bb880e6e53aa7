"""Transforms on disk in ITK's formats, so that ANTs, SimpleITK, 3D Slicer … can apply them.

Both formats hold the direction in which images are resampled: points of the image that is
made -> points of the image that is read. ITK's world is LPS; ours and NIfTI's is RAS.
"""

from pathlib import Path

import nibabel as nib
import numpy as np

from crossmodal.bold.align.warp import Warp
from crossmodal.bold.read.images import Grid, grid_of, open_image
from crossmodal.contracts.atomic import atomic_path, write_text
from crossmodal.contracts.errors import InputError

HEADER = "#Insight Transform File V1.0"
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def write_affines(path: str | Path, matrices: np.ndarray) -> None:
    """Write 4 x 4 matrices (matrix, 4, 4), RAS mm, as one ITK text file."""
    lines = [HEADER]
    for index, matrix in enumerate(matrices):
        lps = RAS_TO_LPS @ matrix @ RAS_TO_LPS
        numbers = " ".join(repr(float(x)) for x in [*lps[:3, :3].ravel(), *lps[:3, 3]])
        lines += [
            f"#Transform {index}",
            "Transform: AffineTransform_double_3_3",
            f"Parameters: {numbers}",
            "FixedParameters: 0 0 0",
        ]
    write_text(path, "\n".join(lines) + "\n")


def read_affines(path: str | Path) -> np.ndarray:
    """Matrices (matrix, 4, 4), RAS mm, of an ITK text file; centres of rotation are honoured.

    Raises
    ------
    InputError : another format, or parameters of another kind of transform
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    if not lines or lines[0].strip() != HEADER:
        raise InputError(path, "first line", HEADER, repr(lines[0] if lines else ""))
    parameters = [_numbers(path, line, 12) for line in lines if line.startswith("Parameters:")]
    centres = [_numbers(path, line, 3) for line in lines if line.startswith("FixedParameters:")]
    if not parameters or len(parameters) != len(centres):
        got = f"{len(parameters)} and {len(centres)}"
        raise InputError(path, "Parameters and FixedParameters", "one pair a transform", got)
    return np.array([_matrix(*pair) for pair in zip(parameters, centres, strict=True)])


def _numbers(path: str | Path, line: str, n: int) -> np.ndarray:
    name, _, text = line.partition(":")
    values = np.array([float(number) for number in text.split()])
    if len(values) != n:
        raise InputError(path, name, f"{n} numbers", len(values))
    return values


def _matrix(parameters: np.ndarray, centre: np.ndarray) -> np.ndarray:
    lps = np.eye(4)
    lps[:3, :3] = parameters[:9].reshape(3, 3)
    lps[:3, 3] = parameters[9:] + centre - lps[:3, :3] @ centre
    return RAS_TO_LPS @ lps @ RAS_TO_LPS


def write_warp(path: str | Path, warp: Warp) -> None:
    """Write a displacement field as ITK's NIfTI: (x, y, z, 1, 3), vector intent, LPS mm."""
    lps = warp.displacement_mm * np.array([-1, -1, 1], dtype=np.float32)
    image = nib.Nifti1Image(lps[:, :, :, None, :].astype(np.float32), warp.grid.affine)
    image.header.set_intent("vector")
    image.header.set_xyzt_units("mm")
    with atomic_path(path) as temporary:
        image.to_filename(temporary)


def read_warp(path: str | Path) -> Warp:
    """Read a displacement field in ITK's NIfTI form.

    Raises
    ------
    InputError : another shape
    """
    image = open_image(path, 5)
    if image.shape[3:] != (1, 3):
        raise InputError(path, "shape", "(x, y, z, 1, 3)", image.shape)
    lps = np.asarray(image.dataobj, dtype=np.float32)[:, :, :, 0, :]
    grid = grid_of(image)
    return Warp(lps * np.array([-1, -1, 1], dtype=np.float32), Grid(grid.shape, grid.affine))
