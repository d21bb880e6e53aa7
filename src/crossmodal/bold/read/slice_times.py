"""When each slice of a volume is recorded, by the sidecar; and what the header says of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from crossmodal.bold.read.sidecar import TOLERANCE_S, is_number
from crossmodal.contracts.errors import InputError

AXES = {"i": 0, "j": 1, "k": 2}


def slice_times(
    sidecar: dict[str, Any], path: str | Path, shape: Sequence[int], repetition_time_s: float
) -> tuple[int, np.ndarray]:
    """Axis of the slices and when each is recorded, s from the start of the volume, (slice,).

    Raises
    ------
    InputError : no SliceTiming, another number of slices than the image has, times that are
        not within the repetition time, an unknown direction
    """
    direction = sidecar.get("SliceEncodingDirection", "k")
    if direction not in (*AXES, *(f"{axis}-" for axis in AXES)):
        raise InputError(path, "SliceEncodingDirection", "i, j or k, or i-, j-, k-", direction)
    axis = AXES[direction[0]]
    stated = sidecar.get("SliceTiming")
    if not isinstance(stated, list) or not all(map(is_number, stated)):
        got = "none" if stated is None else repr(stated)
        raise InputError(path, "SliceTiming", "a list of seconds in the sidecar", got)
    if len(stated) != shape[axis]:
        raise InputError(path, "SliceTiming", f"{shape[axis]} slices", len(stated))
    times = np.array(stated, dtype=float)
    if times.min() < -TOLERANCE_S or times.max() > repetition_time_s + TOLERANCE_S:
        wanted = f"0 to {repetition_time_s:g} s"
        raise InputError(path, "SliceTiming", wanted, f"{times.min():g} to {times.max():g} s")
    return axis, times[::-1] if direction.endswith("-") else times


def require_headers_slices(
    image: nib.Nifti1Image, path: str | Path, axis: int, times_s: np.ndarray
) -> None:
    """Raise where the header states another axis or order of slices than the sidecar.

    ``slice_code`` knows no multiband: such runs' order is not compared.

    Raises
    ------
    InputError : dim_info names another axis; slice_code another order
    """
    stated = image.header.get_dim_info()[2]
    if stated is not None and stated != axis:
        wanted = f"slices along {'ijk'[axis]} as by SliceEncodingDirection (k where it is missing)"
        raise InputError(path, "dim_info", wanted, "ijk"[stated])
    code = image.header.get_value_label("slice_code")
    if stated is None or code == "unknown" or len(np.unique(times_s)) < len(times_s):
        return
    header = image.header.copy()
    header["slice_start"], header["slice_end"], header["slice_duration"] = 0, len(times_s) - 1, 1
    if not np.array_equal(np.argsort(header.get_slice_times()), np.argsort(times_s)):
        raise InputError(path, "slice_code", "the order of the sidecar's SliceTiming", code)
