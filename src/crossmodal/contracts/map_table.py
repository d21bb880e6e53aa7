"""A table of participants' maps: columns participant and path. Light: rules read it."""

import csv
from collections.abc import Iterable
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading, require_columns

COLUMNS = ("participant", "path")


def map_sidecars(paths: Iterable[str]) -> list[str]:
    """JSON files beside maps, which name the volumes and space of those of this program."""
    stems = (path.removesuffix(".gz").removesuffix(".nii") for path in paths)
    return [f"{stem}.json" for stem in stems if Path(f"{stem}.json").is_file()]


def read_map_table(path: str | Path) -> dict[str, str]:
    """Participant -> path as seen from here, in the table's order.

    Raises
    ------
    InputError : no such table, columns that lack, an empty cell, somebody or a file twice
    """
    with reading(path, "a table of maps"), open(path, encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, delimiter="\t")
        require_columns(path, COLUMNS, table.fieldnames)
        rows = list(table)
    found: dict[str, str] = {}
    for line, row in enumerate(rows, 2):
        for name in COLUMNS:
            if not (row[name] or "").strip():
                raise InputError(path, f"line {line}, {name}", "a value", "none")
        label, image = row["participant"], Path(path).parent.joinpath(row["path"]).as_posix()
        if label in found or image in found.values():
            raise InputError(path, f"line {line}", "each participant and file once", label)
        found[label] = image
    return found
