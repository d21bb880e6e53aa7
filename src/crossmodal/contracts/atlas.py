"""Atlas: a label image (or 0/1 mask) with a table of names."""

from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

COLUMNS = ("index", "name")


@dataclass(frozen=True)
class Atlas:
    """Labels on a grid of their own.

    labels : (x, y, z), integer values; affine : (4, 4), voxel index -> mm
    names : label -> name; 0 is background unless the table names it
    """

    labels: np.ndarray
    affine: np.ndarray
    names: dict[int, str]

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
        """Read a NIfTI of labels and its TSV with columns index and name.

        Raises
        ------
        InputError : an image that is not 3-D, a table without these columns
        """
        with reading(image, "a label image"):
            atlas = nib.load(image)
            values = np.asarray(atlas.dataobj)
        if values.ndim != 3:
            raise InputError(image, "shape", "a 3-D label image", values.shape)
        with reading(labels, "a table of labels"):
            table = pd.read_csv(labels, sep="\t")
        if not set(COLUMNS) <= set(table):
            raise InputError(labels, "columns", list(COLUMNS), list(table))
        names = {int(row.index): str(row.name) for row in table.itertuples(index=False, name="Row")}
        return cls(values, atlas.affine, names)
