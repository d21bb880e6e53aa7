"""Atlas: a label image (or 0/1 mask) with a table of names."""

import re
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

COLUMNS = ("index", "name")
STANDARD = {3: "form code 3 (Talairach)", 4: "form code 4 (MNI152)"}
# FreeSurferColorLUT.txt: label, name, red, green, blue, transparency.
COLOUR_ROW = re.compile(r"\s*(\d+)\s+(\S+)\s+\d+\s+\d+\s+\d+\s+\d+\s*$")
WHOLE = re.compile(r"\d+(\.0*)?")


@dataclass(frozen=True)
class Atlas:
    """Labels on a grid of their own.

    labels : (x, y, z), integer values; affine : (4, 4), voxel index -> mm
    names : label -> name; 0 is background unless the table names it. Labels of one name, such as
        those of both hemispheres, are one region.
    """

    labels: np.ndarray
    affine: np.ndarray
    names: dict[int, str]

    def regions_at(self, points_mm: np.ndarray) -> dict[str, np.ndarray]:
        """Region -> bool (point,): in which points (point, 3) its labels, one or several, are."""
        values, regions = self.labels_at(points_mm), {}
        for label, name in self.names.items():
            regions[name] = regions.get(name, np.zeros(len(values), dtype=bool)) | (values == label)
        return regions

    def labels_at(self, points_mm: np.ndarray) -> np.ndarray:
        """Labels of the voxels in which points (point, 3) lie; 0 outside the image."""
        inverse = np.linalg.inv(self.affine)
        voxels = np.rint(nib.affines.apply_affine(inverse, points_mm)).astype(int)
        within = ((voxels >= 0) & (voxels < self.labels.shape)).all(axis=1)
        values = np.zeros(len(voxels))
        values[within] = self.labels[tuple(voxels[within].T)]
        return values

    @classmethod
    def read(cls, image: str | Path, labels: str | Path) -> "Atlas":
        """Read an image of labels and its table; see ``read_labels``.

        Raises
        ------
        InputError : an image that is not 3-D, a table without these columns
        """
        with reading(image, "a label image"):
            atlas = nib.load(image)
            values = np.asarray(atlas.dataobj)
        if values.ndim != 3:
            raise InputError(image, "shape", "a 3-D label image", values.shape)
        return cls(values, atlas.affine, read_labels(labels))


def read_labels(path: str | Path) -> dict[int, str]:
    """Label -> name, from a TSV with columns index and name or FreeSurfer's colour table.

    Raises
    ------
    InputError : no such file, no such columns, a bad row
    """
    with reading(path, "a table of labels"):
        text = Path(path).read_text(encoding="utf-8-sig")
        rows = [COLOUR_ROW.match(line) for line in text.splitlines()]
        if any(rows) and not text.startswith(COLUMNS[0]):
            return {int(row[1]): row[2] for row in rows if row}
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    if not set(COLUMNS) <= set(table):
        raise InputError(path, "columns", list(COLUMNS), list(table))
    return _names(path, table)


def require_space(image: str | Path, space: str) -> None:
    """Refuse an atlas that says that it lies in a standard space for data of another.

    It says so by a form code of 3 (Talairach) or 4 (MNI152), or by its file's name.

    Raises
    ------
    InputError : names the image and what it says
    """
    if space.startswith("MNI"):
        return
    with reading(image, "a label image"):
        header = nib.load(image).header
        codes = [int(header[code]) for code in ("sform_code", "qform_code") if code in header]
    standard = [STANDARD[code] for code in codes if code in STANDARD]
    standard += ["MNI in its name"] * ("mni" in Path(image).name.lower())
    if standard:
        raise InputError(image, "space", f"an atlas in space {space}, as the betas", standard[0])


def _names(path: str | Path, table: pd.DataFrame) -> dict[int, str]:
    """Label -> name.

    Raises
    ------
    InputError : an index that is no whole number or listed twice, a row without name
    """
    names: dict[int, str] = {}
    for line, (index, name) in enumerate(zip(table["index"], table["name"], strict=True), 2):
        if not WHOLE.fullmatch(index.strip()):
            raise InputError(path, f"line {line}, index", "a whole number", repr(index))
        if not name.strip():
            raise InputError(path, f"line {line}, name", "a name", "none")
        if int(float(index)) in names:
            raise InputError(path, f"line {line}, index", "each label once", f"{index} again")
        names[int(float(index))] = name.strip()
    return names
