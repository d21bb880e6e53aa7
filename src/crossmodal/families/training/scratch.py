"""Frames of many clips in a nameless temporary file instead of in memory."""

import errno
import tempfile
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from crossmodal.contracts.errors import InputError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def in_scratch_file(arrays: Iterable[Tensor]) -> list[Tensor]:
    """Copies of uint8 tensors, of any shapes, that lie in a file mapped into memory.

    Where memory runs short the system writes them out and reads them again; where it does not,
    they are as fast as in memory. Kept in memory between the larger arrays that each clip is made
    from, they would also leave gaps in the heap of three times their own size. The file is in
    TMPDIR, has no name and goes with the last tensor.

    Raises
    ------
    InputError : no room for the file (names the folder)
    """
    try:
        shapes, everything = _written(arrays)
    except OSError as error:  # also of closing the file, which tries to write again
        if error.errno not in NO_ROOM:  # whatever made the arrays has failed
            raise
        folder = tempfile.gettempdir()
        raise InputError(folder, "TMPDIR", "room for the clips' frames", error) from None
    parts = everything.split([shape.numel() for shape in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def _written(arrays: Iterable[Tensor]) -> tuple[list[torch.Size], Tensor]:
    """Shapes, and the bytes of all arrays one after the other, uint8 (byte,)."""
    shapes = []
    with tempfile.TemporaryFile() as file:
        for array in arrays:
            file.write(array.contiguous().numpy())
            shapes.append(array.shape)
        file.flush()
        if not shapes:  # an empty file cannot be mapped
            return shapes, torch.empty(0, dtype=torch.uint8)
        return shapes, torch.from_numpy(np.memmap(file, np.uint8, "r+"))
