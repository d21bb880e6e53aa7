"""Which files the RDMs of regions come from. Light: the Snakefile asks."""

from collections.abc import Mapping
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.inference.regions.config import BrainFile


def files_of(pattern: str) -> list[str]:
    """The file of that name, else all files that the pattern finds, by name.

    Raises
    ------
    InputError : none
    """
    if Path(pattern).is_file():
        return [pattern]
    folder = Path(Path(pattern).anchor or ".")
    found = sorted(map(str, folder.glob(str(Path(pattern).relative_to(Path(pattern).anchor)))))
    if not found:
        raise InputError(pattern, "file", "a file of RDMs, or a pattern that finds some", "none")
    return found


def brain_files(regions: Mapping[str, BrainFile]) -> list[str]:
    """All files that the regions' RDMs are read from, lists of stimuli included, once each.

    Raises
    ------
    InputError : a pattern that finds none
    """
    blocks = regions.values()
    found = [path for block in blocks for path in files_of(block.rdm)]
    return list(dict.fromkeys([*found, *(block.order for block in blocks if block.order)]))
