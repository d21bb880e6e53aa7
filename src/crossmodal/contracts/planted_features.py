"""PlantedFeatures: the generator's own parameters of simulated clips (the mini-study's truth)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads

KINDS = ("visual", "vocal")


@dataclass(frozen=True)
class PlantedFeatures:
    """One row per clip: ``stimulus_id``, ``emotion`` and columns ``visual_*``, ``vocal_*``.

    The features are what the face and voice generators were told (identity, action units,
    pitch, rate, loudness …), never what a network makes of the clips.

    Raises
    ------
    InputError : a kind without columns, or values that are not finite
    """

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        for column in ("stimulus_id", "emotion"):
            if column not in self.frame:
                raise InputError("PlantedFeatures", "columns", column, list(self.frame))
        for kind in KINDS:
            values = self.matrix(kind)
            if not values.shape[1] or not np.isfinite(values).all():
                raise InputError("PlantedFeatures", f"{kind}_*", "finite columns", values.shape)

    @property
    def stimulus_ids(self) -> list[str]:
        return self.frame.stimulus_id.tolist()

    def matrix(self, kind: str) -> np.ndarray:
        """float64 (stimulus, feature) of one kind."""
        columns = [name for name in self.frame if name.startswith(f"{kind}_")]
        return self.frame[columns].to_numpy(dtype=np.float64)

    @classmethod
    @reads("tables of planted features")
    def read(cls, paths: Sequence[str | Path]) -> "PlantedFeatures":
        """Read and join the tables of several actors."""
        text = {"stimulus_id": str, "emotion": str}
        return cls(
            pd.concat(
                [pd.read_csv(path, sep="\t", dtype=text) for path in paths], ignore_index=True
            )
        )

    def write(self, path: str | Path) -> None:
        buffer = io.StringIO()
        self.frame.to_csv(buffer, sep="\t", index=False, lineterminator="\n", float_format="%.6g")
        write_text(path, buffer.getvalue())
