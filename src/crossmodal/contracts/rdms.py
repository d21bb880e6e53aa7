"""ModelRDMs: one RDM per layer (and per seed, ensemble or control), in rsatoolbox's HDF5 format."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdm_file import RdmFile
from crossmodal.contracts.reading import reads

CORRELATION, MIXED = "correlation", "mixed"
MEASURES = {  # what `dissimilarity_measure` of a file, or `measure` of one RDM, means
    CORRELATION: "1 - Pearson correlation",
    "cosine": "1 - cosine of features (planted ones z-scored)",
    "squared_euclidean": "squared Euclidean distance of features",
    "unknown": "made elsewhere",
    "euclidean": "Euclidean distance of features",
    "category": "0 within a category, 1 between",
    "absolute_difference": "|a - b| of one number per condition",
    "time_apart": "mean time between events, s",
    "design": "expected squared distance of estimates under white noise of variance 1",
}


@dataclass(frozen=True)
class ModelRDMs:
    """RDMs of one model family and regime.

    Shapes and units
    ----------------
    dissimilarities : float64 (rdm, pair), pairs in numpy ``triu_indices(n, 1)`` order
    stimulus_ids : n names, the order of the conditions
    layers, arms, sources : one text per RDM. ``source`` is 'seed-0', 'seed-1', … or
        'ensemble', 'best', 'untrained', 'pool' (network families), 'labels', 'planted' or
        'table' or 'file' (others).
    intersect : whether the brain may have fewer or more stimuli (only those of both count)
    model, regime : the family ('cross_channel') and its regime ('emotion')
    measures : how each RDM was made, one of MEASURES; left out, all are correlation distances

    Raises
    ------
    InputError : lengths that disagree, values that are not finite
    """

    dissimilarities: np.ndarray
    stimulus_ids: tuple[str, ...]
    layers: tuple[str, ...]
    arms: tuple[str, ...]
    sources: tuple[str, ...]
    model: str
    regime: str
    measures: tuple[str, ...] = ()
    intersect: bool = False

    def __post_init__(self) -> None:
        if not self.measures:
            object.__setattr__(self, "measures", (CORRELATION,) * len(self.layers))
        name = f"ModelRDMs {self.model}/{self.regime}"
        n = len(self.stimulus_ids)
        expected = (len(self.layers), n * (n - 1) // 2)
        if self.dissimilarities.shape != expected:
            raise InputError(
                name, "dissimilarities", f"shape {expected}", self.dissimilarities.shape
            )
        for field in ("arms", "sources", "measures"):
            if len(getattr(self, field)) != expected[0]:
                raise InputError(name, field, f"{expected[0]} entries", len(getattr(self, field)))
        if not np.isfinite(self.dissimilarities).all():
            row = int(np.argwhere(~np.isfinite(self.dissimilarities))[0, 0])
            raise InputError(name, f"layer {self.layers[row]}", "finite dissimilarities", "NaN")

    def select(self, source: str) -> "ModelRDMs":
        """Only the RDMs of one source, in layer order."""
        rows = [i for i, name in enumerate(self.sources) if name == source]
        if not rows:
            raise InputError(
                f"ModelRDMs {self.model}/{self.regime}",
                "source",
                f"one of {sorted(set(self.sources))}",
                repr(source),
            )
        return ModelRDMs(
            self.dissimilarities[rows],
            self.stimulus_ids,
            *(tuple(getattr(self, f)[i] for i in rows) for f in ("layers", "arms", "sources")),
            self.model,
            self.regime,
            tuple(self.measures[i] for i in rows),
            self.intersect,
        )

    @classmethod
    @reads("RDMs in rsatoolbox's HDF5 format")
    def read(cls, path: str | Path) -> "ModelRDMs":
        file = RdmFile.read(path)
        return cls(
            file.dissimilarities,
            tuple(file.of_conditions["stimulus_id"]),
            *(tuple(file.of_rdms[key]) for key in ("layer", "arm", "source")),
            file.descriptors["model"],
            file.descriptors["regime"],
            tuple(file.of_rdms.get("measure", [file.measure] * len(file.dissimilarities))),
            "stimuli" in file.descriptors,
        )

    def write(self, path: str | Path) -> None:
        of_rdms = {"layer": self.layers, "arm": self.arms, "source": self.sources}
        others = {"stimuli": "intersect"} if self.intersect else {}
        several = len(set(self.measures)) > 1  # rsatoolbox has one measure for a whole file
        file = RdmFile(
            self.dissimilarities,
            MIXED if several else self.measures[0],
            {"model": self.model, "regime": self.regime} | others,
            of_rdms | ({"measure": self.measures} if several else {}),
            {"stimulus_id": self.stimulus_ids},
        )
        with atomic_path(path) as temporary:
            file.write(temporary)
