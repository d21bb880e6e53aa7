"""Rois: spheres in MNI space, each with its source and how sure it is."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

COLUMNS = ("name", "hemisphere", "x_mm", "y_mm", "z_mm", "radius_mm", "certainty", "source")


@dataclass(frozen=True)
class Roi:
    """A sphere: all points at distance <= ``radius_mm`` of ``centre_mm`` (MNI, mm)."""

    name: str
    hemisphere: str
    centre_mm: tuple[float, float, float]
    radius_mm: float
    certainty: str
    source: str

    def contains(self, points_mm: np.ndarray) -> np.ndarray:
        """bool (...) for ``points_mm`` (..., 3)."""
        return self.distance_mm(points_mm) <= self.radius_mm

    def distance_mm(self, points_mm: np.ndarray) -> np.ndarray:
        """Distance of ``points_mm`` (..., 3) to the centre, mm."""
        return np.linalg.norm(points_mm - np.asarray(self.centre_mm), axis=-1)


def read_rois(path: str | Path) -> tuple[Roi, ...]:
    """Read a table with the columns of ``COLUMNS``, one sphere per row.

    Raises
    ------
    InputError : missing file or columns, no rows, a hemisphere other than L or R, a radius
        or coordinate that is no number, a sphere listed twice, a sphere without source
    """
    with reading(path, "a table of ROI spheres"):
        frame = pd.read_csv(path, sep="\t", keep_default_na=False, dtype=str)
    if missing := [name for name in COLUMNS if name not in frame]:
        raise InputError(path, "columns", list(COLUMNS), f"no {missing}")
    rois = tuple(_roi(path, line, row) for line, row in enumerate(frame.to_dict("records"), 2))
    if not rois:
        raise InputError(path, "rows", "at least one sphere", "none")
    keys = [(roi.name, roi.hemisphere) for roi in rois]
    for key in keys:
        if keys.count(key) > 1:
            raise InputError(path, "name, hemisphere", "each sphere once", f"{key} twice")
    return rois


def _roi(path: str | Path, line: int, row: dict[str, str]) -> Roi:
    numbers = []
    for column in ("x_mm", "y_mm", "z_mm", "radius_mm"):
        try:
            numbers.append(float(row[column]))
            if not math.isfinite(numbers[-1]):
                raise ValueError
        except ValueError:
            raise InputError(
                path, f"line {line}, {column}", "a number", repr(row[column])
            ) from None
    if not numbers[3] > 0:
        raise InputError(path, f"line {line}, radius_mm", "a positive number", numbers[3])
    if row["hemisphere"] not in ("L", "R"):
        raise InputError(path, f"line {line}, hemisphere", "L or R", repr(row["hemisphere"]))
    if not row["source"]:
        raise InputError(path, f"line {line}, source", "where the coordinate is from", "nothing")
    return Roi(
        row["name"],
        row["hemisphere"],
        tuple(numbers[:3]),
        numbers[3],
        row["certainty"],
        row["source"],
    )
