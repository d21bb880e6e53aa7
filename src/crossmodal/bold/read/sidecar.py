"""What the JSON sidecars of a run say, and the header's repetition time."""

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

import nibabel as nib

from crossmodal.bold.read.entities import entities
from crossmodal.contracts.errors import InputError

TO_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6, "unknown": 1.0}  # others are no times
SECONDS = ("s", "sec", "secs", "second", "seconds")  # BIDS wants "s"
TOLERANCE_S = 2e-3  # headers are stored in single precision and sometimes in whole ms


def read_sidecars(paths: Sequence[str | Path]) -> dict[str, object]:
    """Merged content, the most specific file last and strongest.

    Raises
    ------
    InputError : a file that is not a JSON object or says one thing twice; two files of one
        folder, neither more specific than the other, that contradict each other
    """
    merged: dict[str, object] = {}
    said: list[tuple[Path, dict[str, object]]] = []
    for path in map(Path, paths):
        content = _read_json(path)
        for other, before in said:
            _refuse_contradiction(path, content, other, before)
        said.append((path, content))
        merged |= content
    return merged


def _read_json(path: Path) -> dict[str, object]:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        content = dict(pairs)
        for name, value in pairs:
            if content[name] is not value and content[name] != value:
                raise InputError(path, name, "one value", f"{value!r} and {content[name]!r}")
        return content

    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=once)
    except InputError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path, "syntax", "JSON", str(error)) from None
    if not isinstance(content, dict):
        raise InputError(path, "content", "a JSON object", type(content).__name__)
    return content


def _refuse_contradiction(
    path: Path, content: dict[str, object], other: Path, before: dict[str, object]
) -> None:
    """BIDS has no rule for two files of one folder; one whose name says more is the stronger."""
    own, others = entities(path).items(), entities(other).items()
    if path.parent != other.parent or own > others:
        return
    for name in content.keys() & before.keys():
        if content[name] != before[name]:
            got = f"{content[name]!r}, and {before[name]!r} in {other.name}"
            raise InputError(path, name, "one value from the files of a folder", got)


def check_units(sidecars: Sequence[str]) -> None:
    """Raise where JSON files of events say that times are no seconds, as BIDS wants them.

    Raises
    ------
    InputError : another unit; see ``read_sidecars``
    """
    described = read_sidecars(sidecars)
    for column in ("onset", "duration"):
        about = described.get(column)
        unit = about.get("Units", "s") if isinstance(about, dict) else "s"
        if str(unit).lower() not in SECONDS:
            raise InputError(sidecars[-1], f"Units of {column}", "s, as BIDS wants it", repr(unit))


def header_repetition_time_s(image: nib.Nifti1Image) -> float:
    """Seconds from volume to volume by the header of a 4-D image, 0 where it does not tell."""
    zooms = image.header.get_zooms()
    return float(zooms[3]) * time_unit_s(image) if len(zooms) > 3 else 0.0


def time_unit_s(image: nib.Nifti1Image) -> float:
    """Seconds of one unit of the header's times, 0 where they are no times."""
    return TO_SECONDS.get(image.header.get_xyzt_units()[1], 0.0)


def is_number(value: object) -> bool:
    """Whether JSON gave a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
