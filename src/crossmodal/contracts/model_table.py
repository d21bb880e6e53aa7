"""A table of models: one row per condition, one column per model, all cells as written."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
MISSING = ("", "n/a", "N/A", "NA", "nan", "NaN", "null")
MIN_CONDITIONS = 3


@dataclass(frozen=True)
class ModelTable:
    """Models by name: float (condition,) where every cell is a number, else categories (text).

    conditions : names as written: '01', '1.10' and 'NA' stay what they are
    """

    conditions: tuple[str, ...]
    models: dict[str, np.ndarray]

    @classmethod
    def read(cls, path: str | Path) -> "ModelTable":
        """Read a TSV whose first column holds the conditions.

        Raises
        ------
        InputError : no such file, no model column, rows of other length, conditions or models
            that repeat, empty cells, a column of numbers with a cell that is none, a
            dissimilarity matrix
        """
        header, rows = _cells(path)
        conditions = [row[0] for row in rows]
        _once(path, conditions, header[0] or "condition", "each condition once")
        _once(path, header[1:], "header", "each model once")
        models = {
            name: _column(path, name, conditions, [row[number].strip() for row in rows])
            for number, name in enumerate(header[1:], 1)
        }
        _refuse_matrix(path, conditions, models)
        return cls(tuple(conditions), models)

    def constant_models(self) -> list[str]:
        """Models whose RDM has one value only: one number, one category or one a condition."""
        n = len(self.conditions)
        return [
            name
            for name, column in self.models.items()
            if len(set(column)) == 1 or (column.dtype.kind != "f" and len(set(column)) == n)
        ]


def _cells(path: str | Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of equal length."""
    with (
        reading(path, "a TSV with one row per condition"),
        open(path, encoding="utf-8-sig", newline="") as file,
    ):
        lines = [row for row in csv.reader(file, delimiter="\t", strict=True) if row]
    header, rows = lines[0] if lines else [], lines[1:]
    if len(header) < 2 or len(rows) < MIN_CONDITIONS:
        shape = f"{len(rows)} and {max(len(header) - 1, 0)}"
        expected = f"{MIN_CONDITIONS} or more conditions, 1 or more models, split by tabs"
        raise InputError(path, "table", expected, shape)
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise InputError(path, f"line {line}", f"{len(header)} cells", len(row))
        if wrong := [cell for cell in row if "\n" in cell or "\t" in cell]:
            expected = "quotation marks in pairs"
            raise InputError(path, f"line {line}", expected, repr(wrong[0][:40]))
    return header, rows


def _once(path: str | Path, names: list[str], field: str, expected: str) -> None:
    if doubled := [name for name in names if names.count(name) > 1]:
        raise InputError(path, field, expected, f"{doubled[0]!r} twice")
    if "" in names:
        raise InputError(path, field, expected, "an empty name")


def _column(path: str | Path, name: str, conditions: list[str], cells: list[str]) -> np.ndarray:
    """Numbers if all cells are; text if none looks like one."""
    numbers = [NUMBER.fullmatch(cell) is not None for cell in cells]
    for condition, cell, is_number in zip(conditions, cells, numbers, strict=True):
        field = f"{name}, {condition}"
        if cell in MISSING:
            raise InputError(
                path, field, "a value for each condition", repr(cell) if cell else "an empty cell"
            )
        if DECIMAL_COMMA.fullmatch(cell):
            raise InputError(path, field, "a decimal point", repr(cell))
        if any(numbers) and not is_number:
            expected = f"numbers only, as {cells[numbers.index(True)]!r}, or no number at all"
            raise InputError(path, field, expected, repr(cell))
    return np.array(cells, dtype=float) if all(numbers) else np.array(cells)


def _refuse_matrix(path: str | Path, conditions: list[str], models: dict[str, np.ndarray]) -> None:
    """A square RDM would be read as one model a column, each about one condition."""
    columns = list(models.values())
    named = set(models) == set(conditions)
    if len(columns) != len(conditions) or any(column.dtype.kind != "f" for column in columns):
        return
    square = np.stack(columns, axis=1)
    if named or (np.array_equal(square, square.T) and not np.diag(square).any()):
        expected = "one column a model with a value for each condition"
        got = "a dissimilarity matrix of the conditions, which models.files takes"
        raise InputError(path, "columns", expected, got)
