"""ClassScores: what a classifier says of clips that it was not trained on, as a table."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads
from crossmodal.contracts.tables import write_table


@dataclass(frozen=True)
class ClassScores:
    """Scores of every class for some clips.

    scores : float64 (clip, class), non-negative, rows sum to 1; the largest is the prediction
    labels : the true class of each clip

    Raises
    ------
    InputError : lengths that disagree, rows that do not sum to 1, labels that are no class
    """

    stimulus_ids: tuple[str, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    scores: np.ndarray
    source: str = "ClassScores"

    def __post_init__(self) -> None:
        expected = (len(self.stimulus_ids), len(self.classes))
        if self.scores.shape != expected or len(self.labels) != expected[0]:
            raise InputError(self.source, "scores", f"shape {expected}", self.scores.shape)
        if not np.isclose(self.scores.sum(axis=1), 1, atol=1e-4).all() or (self.scores < 0).any():
            raise InputError(self.source, "scores", "rows >= 0 that sum to 1", "others")
        if unknown := sorted(set(self.labels) - set(self.classes)):
            raise InputError(self.source, "labels", f"among {list(self.classes)}", unknown)

    @property
    def predicted(self) -> list[str]:
        """Class with the largest score of each clip (ties: the first)."""
        return [self.classes[i] for i in self.scores.argmax(axis=1)]

    @classmethod
    @reads("a table of class scores")
    def read(cls, path: str | Path) -> "ClassScores":
        frame = pd.read_csv(path, sep="\t")
        if list(frame.columns[:2]) != ["stimulus_id", "label"]:
            expected = "stimulus_id, label, then the classes"
            raise InputError(path, "columns", expected, list(frame.columns))
        classes = tuple(frame.columns[2:])
        scores = frame[list(classes)].to_numpy(dtype=np.float64)
        return cls(tuple(frame.stimulus_id), tuple(frame.label), classes, scores, str(path))

    def write(self, path: str | Path) -> None:
        frame = pd.DataFrame(self.scores, columns=list(self.classes))
        frame.insert(0, "stimulus_id", self.stimulus_ids)
        frame.insert(1, "label", self.labels)
        write_table(frame, path)
