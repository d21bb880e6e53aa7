"""GroupResult: maps, clusters and the facts a reader needs about one group (or single) test."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.atomic import write_json, write_text
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.reading import reads

CLUSTER_COLUMNS = (
    "layer",
    "cluster",
    "peak",
    "n_voxels",
    "size_mm3",
    "peak_x_mm",
    "peak_y_mm",
    "peak_z_mm",
    "peak_t",
    "peak_mean",
    "p_fwe",
    "p_fwe_all",
    "label",
    "label_distance_mm",
)
FACTS = ("test", "n_participants", "n_permutations", "exact", "alternative", "alpha", "seed")


@dataclass(frozen=True)
class GroupResult:
    """One model set's test: a map per quantity, with one volume per layer.

    maps : quantity -> Maps on one grid; p-values as plain p, NaN where not tested
    clusters : columns CLUSTER_COLUMNS, one row per peak (1, the highest of its cluster, first),
        layers in their order; ``label_distance_mm`` is 0 inside the region that ``label`` names
    facts : at least FACTS, JSON-able
    null : one column per tested map, one row per permutation (the observed one first): the
        largest oriented value over voxels and layers; None if it is not kept

    Raises
    ------
    InputError : missing facts or columns, maps on different voxels, p outside [0, 1]
    """

    maps: dict[str, Maps]
    clusters: pd.DataFrame
    facts: dict[str, object]
    null: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if missing := [name for name in FACTS if name not in self.facts]:
            raise InputError("GroupResult", "facts", list(FACTS), f"no {missing}")
        if missing := [name for name in CLUSTER_COLUMNS if name not in self.clusters]:
            raise InputError("GroupResult", "clusters", list(CLUSTER_COLUMNS), f"no {missing}")
        shapes = {name: maps.values.shape for name, maps in self.maps.items()}
        if len(set(shapes.values())) != 1:
            raise InputError("GroupResult", "maps", "one shape", shapes)
        for name, maps in self.maps.items():
            values = maps.values[np.isfinite(maps.values)]
            if name.startswith("p_") and values.size and not 0 <= values.min() <= values.max() <= 1:
                raise InputError(
                    "GroupResult", name, "p in [0, 1]", f"{values.min()}…{values.max()}"
                )

    @classmethod
    @reads("a folder of group results")
    def read(cls, folder: str | Path, quantities: Sequence[str]) -> "GroupResult":
        """Read the named maps, clusters.tsv and group.json of one folder."""
        folder = Path(folder)
        clusters = pd.read_csv(
            folder / "clusters.tsv", sep="\t", dtype={"layer": str, "label": str}
        )
        null = folder / "null.tsv"
        return cls(
            {name: Maps.read(folder / f"{name}.nii.gz") for name in quantities},
            clusters.fillna({"label": ""}),
            json.loads((folder / "group.json").read_text(encoding="utf-8")),
            pd.read_csv(null, sep="\t") if null.is_file() else None,
        )

    def write(self, folder: str | Path) -> None:
        """Write ``{quantity}.nii.gz`` with sidecars, ``clusters.tsv``, ``null.tsv`` (where the null
        is kept) and ``group.json``."""
        folder = Path(folder)
        for name, maps in self.maps.items():
            maps.write(folder / f"{name}.nii.gz")
        clusters = self.clusters[list(CLUSTER_COLUMNS)]
        write_text(folder / "clusters.tsv", _tsv(clusters, "%.6g"))
        if self.null is not None:
            write_text(folder / "null.tsv", _tsv(self.null, "%.9g"))
        write_json(folder / "group.json", self.facts)


def _tsv(table: pd.DataFrame, float_format: str) -> str:
    buffer = io.StringIO()
    table.to_csv(buffer, sep="\t", index=False, lineterminator="\n", float_format=float_format)
    return buffer.getvalue()
