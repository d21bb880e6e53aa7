"""RoiRDMs: one brain RDM per participant and region, in rsatoolbox's HDF5 format."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdm_file import RdmFile
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
    distance : 'correlation', 'crossnobis' or 'other'

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

    def restricted(self, stimulus_ids: Sequence[str]) -> "RoiRDMs":
        """The same RDMs of some of the stimuli, in this order."""
        square = np.zeros((*self.dissimilarities.shape[:2], *[len(self.stimulus_ids)] * 2))
        square[..., *np.triu_indices(len(self.stimulus_ids), 1)] = self.dissimilarities
        square += square.swapaxes(2, 3)
        chosen = [self.stimulus_ids.index(name) for name in stimulus_ids]
        part = square[:, :, chosen][..., chosen]
        vectors = part[..., *np.triu_indices(len(chosen), 1)]
        return replace(self, dissimilarities=vectors, stimulus_ids=tuple(stimulus_ids))

    @classmethod
    @reads("RDMs in rsatoolbox's HDF5 format")
    def read(cls, path: str | Path) -> "RoiRDMs":
        file = RdmFile.read(path)
        participants = tuple(dict.fromkeys(file.of_rdms["participant"]))
        regions = tuple(dict.fromkeys(file.of_rdms["roi"]))
        shape = (len(participants), len(regions))
        return cls(
            file.dissimilarities.reshape(*shape, -1),
            tuple(file.of_conditions["stimulus_id"]),
            participants,
            regions,
            np.asarray(file.of_rdms["n_voxels"], dtype=int).reshape(shape),
            file.descriptors["distance"],
        )

    def write(self, path: str | Path) -> None:
        rows = [(p, r) for p in self.participants for r in self.regions]
        file = RdmFile(
            self.dissimilarities.reshape(len(rows), -1),
            self.distance,
            {"distance": self.distance},
            {
                "participant": [p for p, _ in rows],
                "roi": [r for _, r in rows],
                "n_voxels": self.n_voxels.ravel().tolist(),
            },
            {"stimulus_id": self.stimulus_ids},
        )
        with atomic_path(path) as temporary:
            file.write(temporary)
