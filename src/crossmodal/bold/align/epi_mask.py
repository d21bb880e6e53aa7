"""The brain as a mean EPI shows it, without any anatomy."""

import numpy as np
from scipy import ndimage

from crossmodal.bold.align.motion import bright_voxels


def brain_in_epi(mean: np.ndarray) -> np.ndarray:
    """Brain mask of a mean EPI: bright, opened, largest piece, holes filled (as nilearn does)."""
    opened = ndimage.binary_erosion(bright_voxels(mean), iterations=2)
    pieces, n_pieces = ndimage.label(opened)
    if n_pieces == 0:
        return opened
    largest = pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    return ndimage.binary_fill_holes(ndimage.binary_dilation(largest, iterations=2))
