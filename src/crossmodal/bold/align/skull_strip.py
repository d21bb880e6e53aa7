"""The brain in a T1w image, skull, neck and all: deepbet's two networks.

Fisch et al. 2024, 10.1016/j.compbiomed.2024.108845. Their weights are in deepbet's wheel.
"""

from pathlib import Path

import nibabel as nib
import numpy as np
from deepbet import BrainExtraction
from scipy import ndimage

from crossmodal.bold.read.images import Grid
from crossmodal.contracts.errors import InputError

BRIGHT = 0.15  # of the 99th percentile of the smoothed image: a head, not the noise around it
MARGIN_MM = 10.0


def brain_of(path: str | Path, t1: np.ndarray, grid: Grid) -> np.ndarray:
    """The brain of the T1w in a file, bool (x, y, z).

    Raises
    ------
    InputError : the networks see no brain
    """
    brain = find_brain(t1, grid)
    if not brain.any():
        wanted = "a brain that deepbet finds, or a mask of its own in scans.brain_masks"
        raise InputError(path, "T1w", wanted, "none")
    return brain


def find_brain(t1: np.ndarray, grid: Grid) -> np.ndarray:
    """Bool (x, y, z): the brain of a T1w image; all False where the networks see none.

    The networks scale intensities by percentiles of what they are given, so that a wide field of
    view would change what they see: the image is cut to the head first. They run on the
    processor, wherever they are: the same mask with and without a GPU.
    """
    box = head_box(t1, grid)
    origin = np.eye(4)
    origin[:3, 3] = [side.start for side in box]
    image = nib.Nifti1Image(t1[box].astype(np.float32), grid.affine @ origin)
    brain = np.zeros(t1.shape, dtype=bool)
    try:
        _, mask, _ = BrainExtraction(no_gpu=True).run(image)
    except (AssertionError, ValueError):  # how deepbet says that it finds nothing
        return brain
    brain[box] = np.asarray(mask.dataobj) > 0
    return brain


def head_box(t1: np.ndarray, grid: Grid) -> tuple[slice, ...]:
    """The part of the image that holds its largest bright piece, with a margin of 10 mm."""
    smooth = ndimage.gaussian_filter(t1.astype(np.float32), 3.0 / grid.voxel_mm)
    pieces, n_pieces = ndimage.label(smooth > BRIGHT * np.percentile(smooth, 99))
    if n_pieces == 0:
        return (slice(0, None),) * 3
    largest = 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    margin = np.ceil(MARGIN_MM / grid.voxel_mm).astype(int)
    found = ndimage.find_objects(pieces)[largest - 1]
    return tuple(
        slice(max(side.start - wide, 0), side.stop + wide)
        for side, wide in zip(found, margin, strict=True)
    )
