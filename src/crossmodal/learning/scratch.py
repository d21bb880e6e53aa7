"""Frames of many clips in a nameless temporary file instead of in memory."""

import tempfile
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor


def in_scratch_file(arrays: Iterable[Tensor]) -> list[Tensor]:
    """Copies of uint8 tensors, of any shapes, that lie in a file mapped into memory.

    Where memory runs short the system writes them out and reads them again; where it does not,
    they are as fast as in memory. Kept in memory between the larger arrays that each clip is made
    from, they would also leave gaps in the heap of three times their own size. The file is in
    TMPDIR, has no name and goes with the last tensor.
    """
    shapes: list[torch.Size] = []
    with tempfile.TemporaryFile() as file:
        for array in arrays:
            file.write(array.contiguous().numpy())
            shapes.append(array.shape)
        file.flush()
        if not shapes:
            return []
        everything = torch.from_numpy(np.memmap(file, np.uint8, "r+"))
    parts = everything.split([shape.numel() for shape in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
