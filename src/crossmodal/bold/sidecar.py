"""What the JSON sidecars of a run say, and whether the NIfTI header agrees."""

import json
from collections.abc import Sequence
from pathlib import Path

import nibabel as nib

from crossmodal.contracts.errors import InputError

TO_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6, "unknown": 1.0}
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
    return float(image.header.get_zooms()[3]) * TO_SECONDS.get(unit, 1.0)


def repetition_time_s(
    image: nib.Nifti1Image, path: str | Path, sidecar: dict[str, object]
) -> float:
    """Seconds from volume to volume, by the sidecar, else by the header.

    Raises
    ------
    InputError : neither tells, or they disagree
    """
    header_s = header_repetition_time_s(image)
    if "RepetitionTime" not in sidecar:
        if not header_s > 0:
            raise InputError(path, "RepetitionTime", "in the sidecar or the header", "neither")
        return header_s
    stated = sidecar["RepetitionTime"]
    if not isinstance(stated, int | float) or not 0.05 <= stated <= 30:
        raise InputError(path, "RepetitionTime", "seconds, 0.05 to 30", repr(stated))
    if header_s > 0 and abs(header_s - stated) > TOLERANCE_S:
        raise InputError(
            path,
            "RepetitionTime",
            f"{stated:g} s as in the sidecar",
            f"{header_s:g} s in the header",
        )
    return float(stated)
