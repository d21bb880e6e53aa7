"""Whether a NIfTI file holds all that its header announces."""

import gzip
from pathlib import Path

import numpy as np

from crossmodal.bold.read.images import load_image
from crossmodal.contracts.errors import InputError


def check_complete(path: str | Path) -> None:
    """Raise if a NIfTI file ends too early; reads a few bytes, everything only in doubt.

    Raises
    ------
    InputError : truncated or damaged data
    """
    image = load_image(path)
    header = image.header
    # Not the header's vox_offset: nibabel sets it to 0 on reading.
    n_bytes = int(image.dataobj.offset) + header.get_data_dtype().itemsize * np.prod(image.shape)
    if not str(path).endswith(".gz"):
        if Path(path).stat().st_size < n_bytes:
            raise InputError(path, "size", f"{n_bytes} bytes", Path(path).stat().st_size)
        return
    with open(path, "rb") as file:  # a gzip file ends with the length of what it holds
        file.seek(-4, 2)
        stored = int.from_bytes(file.read(4), "little")
    if stored != n_bytes % 2**32:
        _read_through(path, n_bytes)


def _read_through(path: str | Path, n_bytes: int) -> None:
    """Some compressors write several pieces, so only reading all of it tells the length."""
    length = 0
    try:
        with gzip.open(path) as file:
            while block := file.read(1 << 22):
                length += len(block)
    except (EOFError, OSError) as error:
        raise InputError(path, "data", f"{n_bytes} bytes", f"truncated: {error}") from None
    if length < n_bytes:
        raise InputError(path, "data", f"{n_bytes} bytes", f"{length} bytes")
