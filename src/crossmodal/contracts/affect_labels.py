"""AffectLabels: valence and arousal of every frame of every clip, as CSV."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads

COLUMNS = ("stimulus_id", "frame", "valence", "arousal")
AXES = ("valence", "arousal")


@dataclass(frozen=True)
class AffectLabels:
    """One row per clip and frame: ``stimulus_id``, ``frame`` (from 0), ``valence``, ``arousal``.

    Values lie in [-1, 1]: unpleasant to pleasant, calm to excited. Further columns
    ``true_valence``, ``true_arousal`` hold a simulator's truth where there is one.

    Raises
    ------
    InputError : columns missing, values outside [-1, 1], frames of a clip that skip or repeat
    """

    frame: pd.DataFrame
    source: str = "AffectLabels"

    def __post_init__(self) -> None:
        if missing := [name for name in COLUMNS if name not in self.frame]:
            raise InputError(self.source, "columns", list(COLUMNS), f"no {missing}")
        for axis in AXES:
            values = self.frame[axis].to_numpy(dtype=np.float64)
            wrong = np.flatnonzero(~(np.abs(values) <= 1))
            if len(wrong):
                row = self.frame.iloc[wrong[0]]
                field = f"{row.stimulus_id}, frame {row.frame}, {axis}"
                raise InputError(self.source, field, "a value in [-1, 1]", values[wrong[0]])
        for stimulus_id, part in self.frame.groupby("stimulus_id", sort=False):
            if part.frame.tolist() != list(range(len(part))):
                got = f"{len(part)} rows up to frame {part.frame.max()}"
                raise InputError(self.source, f"{stimulus_id}, frame", f"0 to {len(part) - 1}", got)

    def of_clip(self, stimulus_id: str, n_frames: int, columns: Sequence[str] = AXES) -> np.ndarray:
        """float32 (frame, axis) of a clip's first ``n_frames`` frames.

        Raises
        ------
        InputError : no labels of the clip, or fewer than it has frames
        """
        part = self.frame[self.frame.stimulus_id == stimulus_id]
        if len(part) < n_frames:
            got = f"{len(part)}" if len(part) else "none"
            raise InputError(self.source, stimulus_id, f"labels of {n_frames} frames", got)
        return part[list(columns)].to_numpy(dtype=np.float32)[:n_frames]

    @property
    def has_truth(self) -> bool:
        return {f"true_{axis}" for axis in AXES} <= set(self.frame)

    @classmethod
    @reads("CSV tables of affect labels")
    def read(cls, paths: Sequence[str | Path]) -> "AffectLabels":
        """Read one or more CSV files as one table."""
        frames = [pd.read_csv(path, dtype={"stimulus_id": str}) for path in paths]
        source = str(paths[0]) if len(paths) == 1 else f"{len(paths)} files of affect labels"
        return cls(pd.concat(frames, ignore_index=True), source)

    def write(self, path: str | Path) -> None:
        buffer = io.StringIO()
        self.frame.to_csv(buffer, index=False, lineterminator="\n", float_format="%.6f")
        write_text(path, buffer.getvalue())
