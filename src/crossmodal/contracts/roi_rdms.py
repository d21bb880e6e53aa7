"""RoiRDMs: one brain RDM per participant and region, in rsatoolbox's HDF5 format."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rsatoolbox

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads


@dataclass(frozen=True)
class RoiRDMs:
    """Brain RDMs of all participants and regions.

    Shapes and units
    ----------------
    dissimilarities : float64 (participant, region, pair), pairs in ``triu_indices(n, 1)`` order
    stimulus_ids : n names, the order of the conditions
    participants, regions : names along the first two axes
    n_voxels : int (participant, region)
    distance : 'correlation' or 'crossnobis'

    Raises
    ------
    InputError : shapes that disagree, values that are not finite
    """

    dissimilarities: np.ndarray
    stimulus_ids: tuple[str, ...]
    participants: tuple[str, ...]
    regions: tuple[str, ...]
    n_voxels: np.ndarray
    distance: str

    def __post_init__(self) -> None:
        n = len(self.stimulus_ids)
        expected = (len(self.participants), len(self.regions), n * (n - 1) // 2)
        if self.dissimilarities.shape != expected:
            got = self.dissimilarities.shape
            raise InputError("RoiRDMs", "dissimilarities", f"shape {expected}", got)
        if self.n_voxels.shape != expected[:2]:
            got = self.n_voxels.shape
            raise InputError("RoiRDMs", "n_voxels", f"shape {expected[:2]}", got)
        bad = np.argwhere(~np.isfinite(self.dissimilarities).all(axis=2))
        if len(bad):
            where = f"{self.regions[bad[0, 1]]} of sub-{self.participants[bad[0, 0]]}"
            raise InputError("RoiRDMs", where, "finite dissimilarities", "NaN")

    def region(self, name: str) -> np.ndarray:
        """(participant, pair) of one region."""
        return self.dissimilarities[:, self.regions.index(name)]

    @classmethod
    @reads("RDMs in rsatoolbox's HDF5 format")
    def read(cls, path: str | Path) -> "RoiRDMs":
        rdms = rsatoolbox.rdm.load_rdm(str(path), file_type="hdf5")
        text = {key: tuple(map(str, rdms.rdm_descriptors[key])) for key in ("participant", "roi")}
        participants = tuple(dict.fromkeys(text["participant"]))
        regions = tuple(dict.fromkeys(text["roi"]))
        shape = (len(participants), len(regions))
        return cls(
            np.asarray(rdms.dissimilarities, dtype=np.float64).reshape(*shape, -1),
            tuple(map(str, rdms.pattern_descriptors["stimulus_id"])),
            participants,
            regions,
            np.asarray(rdms.rdm_descriptors["n_voxels"], dtype=int).reshape(shape),
            str(rdms.descriptors["distance"]),
        )

    def write(self, path: str | Path) -> None:
        rows = [(p, r) for p in self.participants for r in self.regions]
        rdms = rsatoolbox.rdm.RDMs(
            self.dissimilarities.reshape(len(rows), -1),
            dissimilarity_measure=self.distance,
            descriptors={"distance": self.distance},
            rdm_descriptors={
                "participant": [p for p, _ in rows],
                "roi": [r for _, r in rows],
                "n_voxels": self.n_voxels.ravel().tolist(),
            },
            pattern_descriptors={"stimulus_id": list(self.stimulus_ids)},
        )
        with atomic_path(path) as temporary:
            rdms.save(str(temporary), file_type="hdf5", overwrite=True)
