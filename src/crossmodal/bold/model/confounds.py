"""Confounds tables with fMRIPrep's column names, so that other tools read ours and we theirs."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crossmodal.bold.align.rigid import framewise_displacement, parameters_from_matrix
from crossmodal.bold.read.tsv import MISSING, number, read_tsv
from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError

MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
MEASURED = ("dvars", "std_dvars")  # of aligned volumes, beside motion and its displacement
SHOWN = ("framewise_displacement", "std_dvars")  # what quality pages need beside motion

DIFFERENCE = re.compile(r"_derivative1(_power2)?$")  # as fMRIPrep names them


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


def add_confounds(measured: str | Path, columns: dict[str, np.ndarray], path: str | Path) -> None:
    """A table of ours, motion and ``MEASURED``, written again with more columns (volume,)."""
    names = (*MOTION, *MEASURED)
    n_volumes = len(next(iter(columns.values())))
    own = read_confounds(measured, names, n_volumes, may_be_constant=names)
    own[0, len(MOTION) :] = np.nan  # the first volume has no predecessor; reading filled the gap
    further = dict(zip(MEASURED, own[:, len(MOTION) :].T, strict=True))
    write_confounds(path, own[:, : len(MOTION)], further | columns)


def read_confounds(
    path: str | Path,
    columns: Sequence[str],
    n_volumes: int,
    n_removed: int = 0,
    may_be_constant: Sequence[str] = MOTION,
) -> np.ndarray:
    """Columns of a confounds table, (volume, column), without gaps.

    n/a stands where the first volumes have no predecessor. Differences are 0 there; everything
    else, what differences are summed up to included (DVARS, framewise displacement), takes its
    column's mean, which is no event of the time course.

    Parameters
    ----------
    n_removed : volumes that were taken from the image's front; rows for them may be there
    may_be_constant : columns that say nothing but do no harm (an axis nobody moved along)

    Raises
    ------
    InputError : missing columns, another number of rows than volumes, cells that are no
        numbers, columns that are empty, constant, or have gaps later on
    """
    rows = read_tsv(path, "a table of confounds", columns)
    if len(rows) == n_volumes + n_removed:
        rows = rows[n_removed:]
    if len(rows) != n_volumes:
        raise InputError(path, "rows", f"{n_volumes}, one a volume", len(rows))
    table = [_column(path, name, [row[name] for row in rows]) for name in columns]
    for name, values in zip(columns, table, strict=True):
        if name not in may_be_constant and np.ptp(values) == 0:
            got = f"{values[0]:g} in all rows"
            raise InputError(path, f"column {name}", "values that vary", got)
    return np.array(table, dtype=float).T.reshape(n_volumes, len(columns))


def _column(path: str | Path, name: str, cells: Sequence[str]) -> np.ndarray:
    missing = np.array([cell == MISSING for cell in cells])
    if missing.all():
        raise InputError(path, f"column {name}", "numbers", "n/a in all rows")
    values = np.array([np.nan if cell == MISSING else number(cell) for cell in cells])
    start = int(missing.argmin())
    for index in np.flatnonzero(np.isnan(values)):
        if not missing[index] or index >= start:
            where, got = f"column {name}, line {index + 2}", repr(cells[index])
            raise InputError(path, where, "numbers or n/a (this in the first rows only)", got)
    values[:start] = 0.0 if DIFFERENCE.search(name) else values[start:].mean()
    return values
