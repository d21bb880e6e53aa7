"""GLMsingle's single-trial betas: arrays without a grid and without names of conditions.

Layout (cvnlab/GLMsingle, glmsingle.py and h5_utils.py): ``betasmd`` (x, y, z, trial) or (voxel,
trial) in percent signal change, run after run; ``meanvol`` (x, y, z). Which trial showed what is
only in DESIGNINFO, a pickle, which is not read: a table says it (docs/betas-from-outside.md).
"""

import csv
from pathlib import Path

import h5py
import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading, require_columns

COLUMNS = ("run", "condition")


def read_trials(path: str) -> list[tuple[str, str]]:
    """(run, condition) of every trial.

    Raises
    ------
    InputError : no such table, without its columns or with an empty cell
    """
    with (
        reading(path, "a table of GLMsingle's trials"),
        open(path, encoding="utf-8-sig", newline="") as file,
    ):
        table = csv.DictReader(file, delimiter="\t")
        require_columns(path, COLUMNS, table.fieldnames)
        rows = [tuple((row[name] or "").strip() for name in COLUMNS) for row in table]
    for line, row in enumerate(rows, 2):
        if not all(row):
            raise InputError(path, f"line {line}", "a run and a condition", list(row))
    return rows


def trial_shape(path: str) -> tuple[int, ...]:
    """Shape of betasmd: of .hdf5 without reading it.

    Raises
    ------
    InputError : see ``read_arrays``
    """
    if Path(path).suffix in (".npz", ".npy"):
        return read_arrays(path)[0].shape
    with reading(path, "GLMsingle's output with betasmd"), h5py.File(path) as file:
        return tuple(file[_betas_key(file, path)].shape)


def read_arrays(path: str) -> tuple[np.ndarray, np.ndarray | None]:
    """betasmd float32, and meanvol, if it is there.

    Raises
    ------
    InputError : neither HDF5 nor .npz, no betasmd, GLMsingle's pickled .npy
    """
    if Path(path).suffix == ".npy":
        expected = "GLMsingle's .hdf5 (wanthdf5=1) or an .npz"
        raise InputError(path, "file", expected, ".npy, a pickle, which can run code")
    with reading(path, "GLMsingle's output with betasmd"):
        if Path(path).suffix == ".npz":
            with np.load(path, allow_pickle=False) as file:
                return _arrays(file, path)
        with h5py.File(path) as file:
            return _arrays(file, path)


def _arrays(file, path: str) -> tuple[np.ndarray, np.ndarray | None]:
    betas = np.asarray(file[_betas_key(file, path)], dtype=np.float32)
    mean = np.asarray(file["meanvol"], dtype=np.float32) if "meanvol" in file else None
    return betas, mean


def _betas_key(file, path: str) -> str:
    if "betasmd" not in file:
        raise InputError(path, "betasmd", "single-trial betas (TYPED, TYPEC, TYPEB)", list(file))
    return "betasmd"


def run_means(
    betas: np.ndarray, trials: list[tuple[str, str]], conditions: list[str]
) -> tuple[np.ndarray, list[str]]:
    """Mean over a condition's trials in each run.

    Parameters
    ----------
    betas : (voxel, trial)

    Returns
    -------
    float32 (run, condition, voxel), NaN where a run lacks a condition; the names of the runs
    """
    runs = list(dict.fromkeys(run for run, _ in trials))
    out = np.full((len(runs), len(conditions), len(betas)), np.nan, dtype=np.float32)
    for i, run in enumerate(runs):
        for j, condition in enumerate(conditions):
            own = [k for k, trial in enumerate(trials) if trial == (run, condition)]
            if own:
                out[i, j] = betas[:, own].mean(axis=1, dtype=np.float64)
    return out, runs
