"""Brain masks that come with the data, instead of what deepbet finds in a T1w."""

from pathlib import Path

import numpy as np

from crossmodal.bold.read.images import Grid, read_volume
from crossmodal.contracts.errors import InputError

PLACE = "{participant}"  # of the label in a pattern of files


def own_mask(pattern: str | None, participant: str) -> str | None:
    """The file of a participant; None without a pattern, and where there is no such file."""
    path = None if pattern is None else pattern.replace(PLACE, participant)
    return path if path is not None and Path(path).exists() else None


def read_brain_mask(path: str | Path, grid: Grid, trust_affine: str | None = None) -> np.ndarray:
    """Bool (x, y, z) on the T1w's ``grid``.

    Raises
    ------
    InputError : what ``read_volume`` refuses, another grid, other values than 0 and 1, no voxel
    """
    values, own = read_volume(path, trust_affine)
    if own.shape != grid.shape:
        raise InputError(path, "shape", f"the T1w's, {grid.shape}", own.shape)
    if not own.same_as(grid):
        raise InputError(path, "affine", "the T1w's, to 0.01", own.affine.round(3).tolist())
    found = np.unique(values)
    if not np.isin(found, (0, 1)).all():
        shown = [float(x) for x in found[:3]]
        raise InputError(path, "values", "0 and 1 only", f"{len(found)} values: {shown} …")
    if not values.any():
        raise InputError(path, "values", "at least one voxel of brain", "none")
    return values > 0


def check_any_mask(pattern: str, participants: list[str]) -> None:
    """At least one participant has a mask.

    Raises
    ------
    InputError : no file at all fits the pattern
    """
    if not any(own_mask(pattern, each) for each in participants):
        example = pattern.replace(PLACE, participants[0])
        raise InputError("config", "scans.brain_masks", "a file for one participant or more",
                         f"none, such as {example}")  # fmt: skip
