"""Names of stimuli that stand beside a file: one a line, or the first column of a table."""

import csv
from collections.abc import Sequence
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

TABLES = {".tsv": "\t", ".csv": ","}


def read_name_list(path: str | Path) -> tuple[str, ...]:
    """Names in the order of the file; of a .tsv or .csv the first column below its header.

    Raises
    ------
    InputError : no such file, an empty name, a name twice
    """
    path = Path(path)
    with reading(path, "a list of stimuli"), open(path, encoding="utf-8-sig", newline="") as file:
        if delimiter := TABLES.get(path.suffix.lower()):
            names = [row[0] for row in csv.reader(file, delimiter=delimiter) if row][1:]
        else:
            names = file.read().splitlines()
    require_names(path, names)
    return tuple(names)


def require_names(path: str | Path, names: Sequence[str], field: str = "stimuli") -> None:
    """Refuse names that do not say which stimulus is meant.

    Raises
    ------
    InputError : no name at all, an empty one, a name twice
    """
    if not names:
        raise InputError(path, field, "names of stimuli", "none")
    if empty := [number for number, name in enumerate(names, 1) if not name.strip()]:
        raise InputError(path, field, "a name for each stimulus", f"none for number {empty[0]}")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(path, field, "each stimulus once", f"{name!r} twice")
        seen.add(name)
