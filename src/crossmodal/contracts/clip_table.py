"""ClipTable: the user's list of clips, a path and labels each. Light: the Snakefile imports it."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crossmodal.contracts.errors import InputError, missing

PATH, STIMULUS_ID = "path", "stimulus_id"
# Columns of our own tables, and keys of the config's sets: no labels can be called so.
RESERVED = ("sha256", "exclude", "actors", "emotions", "intensities", "repetitions")
DELIMITERS = ("\t", ",", ";")


@dataclass(frozen=True)
class ClipTable:
    """One row per clip; all cells are text, as written ('01', '1.10', 'NA'), '' where empty.

    Parameters
    ----------
    columns : names in their order, ``path`` among them
    rows : (column -> cell) of each clip; ``path`` as written in the table
    lines : number of each row's line in the file, for messages

    Raises
    ------
    InputError : no column ``path``, a name that is empty, reserved or there twice; no rows
    """

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    lines: tuple[int, ...]
    source: str = "ClipTable"

    def __post_init__(self) -> None:
        header = "header"
        if PATH not in self.columns:
            raise InputError(self.source, header, f"a column {PATH!r}", list(self.columns))
        for name in self.columns:
            if not name:
                raise InputError(self.source, header, "a name for every column", "an empty one")
            if self.columns.count(name) > 1:
                raise InputError(self.source, header, "each column once", f"{name!r} twice")
            if name in RESERVED:
                raise InputError(self.source, header, f"labels not called {name!r}", "that name")
        if not self.rows:
            raise InputError(self.source, "rows", "at least one clip", "none")

    def path_of(self, row: Mapping[str, str]) -> str:
        """Where a row's clip lies: as written if absolute, else beside the table."""
        return str(Path(self.source).parent / row[PATH])

    @classmethod
    def read(cls, path: str | Path) -> "ClipTable":
        """Tabs, commas or semicolons, told apart by the header; quotes as spreadsheets write them.

        Raises
        ------
        InputError : no such file, no text in UTF-8, a row with other cells than the header
        """
        rows = list(_cells(path))
        if not rows:
            raise InputError(path, "header", f"columns, {PATH!r} among them", "an empty file")
        (_, columns), *body = rows
        for line, cells in body:
            if len(cells) != len(columns):
                expected = f"{len(columns)} cells, as in the header"
                raise InputError(path, f"line {line}", expected, len(cells))
        named = tuple(dict(zip(columns, cells, strict=True)) for _, cells in body)
        return cls(tuple(columns), named, tuple(line for line, _ in body), str(path))


def _cells(path: str | Path) -> Iterable[tuple[int, list[str]]]:
    """Line number and cells of every line that has any."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(path, "file", "a table of clips", missing(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        got = (
            getattr(error, "strerror", None) or "other bytes (in a spreadsheet: save as CSV UTF-8)"
        )
        raise InputError(path, "content", "a table in UTF-8", got) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise InputError(path, f"line {reader.line_num}", "cells and quotes", error) from None


def _delimiter(text: str) -> str:
    """The one that cuts a column ``path`` out of the header; ties and none: by number."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    cuts = {mark: next(csv.reader([header], delimiter=mark), []) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda m: (PATH in [c.strip() for c in cuts[m]], len(cuts[m])))


def table_text(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A ClipTable as tab-separated text."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(columns), delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
