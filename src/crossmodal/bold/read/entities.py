"""BIDS file names: their entities, and which of them a study asks for."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from crossmodal.contracts.errors import InputError

IMAGE_ENDS = (".nii.gz", ".nii")
# Several files for one acquisition: echoes, magnitude and phase, reconstructions.
OF_ONE_ACQUISITION = ("echo", "part", "rec")
OF_DERIVATIVES = ("space", "cohort", "res", "den", "label", "desc")
SELECTABLE = (
    *("ses", "acq", "ce", "trc", "stain", "rec", "dir", "run", "mod", "echo", "flip", "inv"),
    *("mt", "part", "proc", "hemi", "split", "recording", "chunk", "seg"),
    *OF_DERIVATIVES,
)
Wanted = str | int | tuple[str | int | None, ...] | None


def entities(path: str | Path) -> dict[str, str]:
    """'sub-01_task-x_bold.nii.gz' -> {'sub': '01', 'task': 'x', 'suffix': 'bold'}."""
    *parts, suffix = Path(path).name.split(".")[0].split("_")
    return dict(part.split("-", 1) for part in parts if "-" in part) | {"suffix": suffix}


def extension(path: Path) -> str:
    """'.nii.gz' of a file name, or what follows the last dot."""
    return next((end for end in IMAGE_ENDS if path.name.endswith(end)), path.suffix)


def listed(folder: Path, pattern: str) -> list[Path]:
    """Files that fit a pattern, sorted; not the hidden ones ('._sub-01_…' of a Mac's archive)."""
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))


def numbered(stem: str) -> str:
    """'run-01' as 'run-1': an index, whose zeros some versions of fMRIPrep leave out."""
    return re.sub(r"(^|_)run-0+(?=\d)", r"\1run-", stem)


def selected(path: str | Path, filters: Mapping[str, Wanted]) -> bool:
    """Whether a name has the entities that are asked for.

    Parameters
    ----------
    filters : per entity a value, a pattern ('b*', '[12]'), None for 'not in the name', or a list
        of those; a number fits a label with or without zeros in front
    """
    own = entities(path)
    return all(_fits(own.get(name), wanted) for name, wanted in filters.items())


def _fits(label: str | None, wanted: Wanted) -> bool:
    if isinstance(wanted, list | tuple):
        return any(_fits(label, each) for each in wanted)
    if label is None or wanted is None:
        return label is None and wanted is None
    if isinstance(wanted, int):
        return label.isdigit() and int(label) == wanted
    return fnmatchcase(label, wanted)


def check_filters(filters: Mapping[str, Wanted], key: str) -> None:
    """Raise unless all filters name entities that files can be chosen by.

    Raises
    ------
    InputError : an entity that BIDS does not know or that has a key of its own; a value that no
        label can be compared with
    """
    for name, wanted in filters.items():
        if name not in SELECTABLE:
            expected = f"some of {', '.join(SELECTABLE)}"
            raise InputError("config", key, expected, repr(name))
        values = wanted if isinstance(wanted, list | tuple) else [wanted]
        if any(isinstance(each, bool) or not isinstance(each, str | int | None) for each in values):
            expected = "text (yes and no in quotes), a whole number, null or a list of those"
            raise InputError("config", f"{key}.{name}", expected, repr(wanted))


def sidecars_of(bold: str | Path, candidates: Sequence[str | Path]) -> tuple[str, ...]:
    """Those of ``candidates`` that apply to ``bold``, in their order: their entities are its own.

    Echoes and the like may be missing from ``bold``, which then was made from all of them.
    """
    own = entities(bold)
    return tuple(
        str(path)
        for path in candidates
        if all(
            own.get(name) == label or (name in OF_ONE_ACQUISITION and name not in own)
            for name, label in entities(path).items()
        )
    )
