"""What the JSON sidecars of a run say, and the header's repetition time."""

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

import nibabel as nib

from crossmodal.contracts.errors import InputError

TO_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6, "unknown": 1.0}  # others are no times
TOLERANCE_S = 2e-3  # headers are stored in single precision and sometimes in whole ms


def read_sidecars(paths: Sequence[str | Path]) -> dict[str, object]:
    """Merged content, the most specific file last and strongest.

    Raises
    ------
    InputError : a file that is not a JSON object
    """
    merged: dict[str, object] = {}
    for path in paths:
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(path, "syntax", "JSON", str(error)) from None
        if not isinstance(content, dict):
            raise InputError(path, "content", "a JSON object", type(content).__name__)
        merged |= content
    return merged


def header_repetition_time_s(image: nib.Nifti1Image) -> float:
    """Seconds from volume to volume by the header of a 4-D image, 0 where it does not tell."""
    unit = image.header.get_xyzt_units()[1]
    return float(image.header.get_zooms()[3]) * TO_SECONDS.get(unit, 0.0)


def is_number(value: object) -> bool:
    """Whether JSON gave a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
