"""RDMs in rsatoolbox's HDF5 format, read and written without rsatoolbox.

Its import costs every job that reads an RDM 1 s of CPU. The bytes are those of
``rsatoolbox.rdm.RDMs.save``; a test compares, and reads with ``load_rdm`` what is written here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import h5py
import numpy as np


@dataclass(frozen=True)
class RdmFile:
    """What one file holds.

    Shapes and units
    ----------------
    dissimilarities : float64 (rdm, pair), pairs in numpy ``triu_indices(n, 1)`` order
    measure : rsatoolbox's name of the dissimilarity
    descriptors : of all RDMs
    of_rdms, of_conditions : name -> one text or integer per RDM, per condition
    """

    dissimilarities: np.ndarray
    measure: str
    descriptors: Mapping[str, str]
    of_rdms: Mapping[str, Sequence]
    of_conditions: Mapping[str, Sequence]

    @classmethod
    def read(cls, path: str | Path) -> "RdmFile":
        """Text comes as ``str``, whatever its length in the file."""
        with h5py.File(path, "r") as file:
            return cls(
                file["dissimilarities"][:].astype(np.float64),
                str(file.attrs["dissimilarity_measure"]),
                {key: str(value) for key, value in file["descriptors"].attrs.items()},
                _columns(file["rdm_descriptors"]),
                _columns(file["pattern_descriptors"]),
            )

    def write(self, path: str | Path) -> None:
        with h5py.File(path, "w") as file:
            file.attrs["rsatoolbox_version"] = version("rsatoolbox")
            file["dissimilarities"] = self.dissimilarities
            file.create_group("descriptors").attrs.update(self.descriptors)
            tables = {"rdm_descriptors": self.of_rdms, "pattern_descriptors": self.of_conditions}
            for name, columns in tables.items():
                group, n = file.create_group(name), len(next(iter(columns.values())))
                for key, values in {**columns, "index": range(n)}.items():
                    column = np.array(values)
                    group[key] = column.astype("S") if column.dtype.kind == "U" else column
            file.attrs["dissimilarity_measure"] = self.measure


def _columns(group: h5py.Group) -> dict[str, list]:
    columns = {key: group[key][:] for key in group}
    return {
        key: (column.astype("U") if column.dtype.kind == "S" else column).tolist()
        for key, column in columns.items()
    }
