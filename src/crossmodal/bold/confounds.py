"""Confounds tables with fMRIPrep's column names, so that other tools read ours and we theirs."""

import csv
from pathlib import Path

import numpy as np

from crossmodal.bold.rigid import framewise_displacement, parameters_from_matrix
from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError

MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
MEASURED = ("dvars", "std_dvars")  # of aligned volumes, beside motion and its displacement
SHOWN = ("framewise_displacement", "std_dvars")  # what quality pages need beside motion


def motion_parameters(matrices: np.ndarray) -> np.ndarray:
    """(volume, 6), mm and rad, as SPM reports them: volume -> reference, about the origin."""
    return np.array([parameters_from_matrix(np.linalg.inv(matrix)) for matrix in matrices])


def write_confounds(
    path: str | Path, parameters: np.ndarray, further: dict[str, np.ndarray] | None = None
) -> None:
    """Write motion (volume, 6), framewise displacement and ``further`` columns (volume,)."""
    columns = dict(zip(MOTION, parameters.T, strict=True))
    columns["framewise_displacement"] = framewise_displacement(parameters)
    columns |= further or {}
    table = np.column_stack(list(columns.values()))
    lines = ["\t".join("n/a" if np.isnan(x) else f"{x:.8g}" for x in row) for row in table]
    write_text(path, "\n".join(["\t".join(columns), *lines]) + "\n")


def read_confounds(path: str | Path, columns: tuple[str, ...], n_volumes: int) -> np.ndarray:
    """Columns of a confounds table, (volume, column); 'n/a' (first differences) becomes 0.

    Raises
    ------
    InputError : missing columns, another number of rows than volumes, cells that are no numbers
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", restval="")
            header, rows = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(path, "file", "a table of confounds", str(error)) from None
    if missing := [name for name in columns if name not in header]:
        raise InputError(path, "columns", list(columns), f"no {missing}")
    if len(rows) != n_volumes:
        raise InputError(path, "rows", f"{n_volumes}, one a volume", len(rows))
    try:
        values = [[_number(row[column]) for column in columns] for row in rows]
    except ValueError as error:
        raise InputError(path, "cells", "numbers or n/a", str(error)) from None
    return np.array(values, dtype=float).reshape(n_volumes, len(columns))


def _number(text: str) -> float:
    return 0.0 if text in ("n/a", "") else float(text)
