"""StimulusTable: which clips are in a set, with their labels for every regime."""

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads

COLUMNS = (
    "stimulus_id",
    "path",
    "sha256",
    "emotion",
    "identity",
    "gender",
    "sentence",
    "intensity",
    "repetition",
    "modality",
)
REGIMES = ("emotion", "identity", "gender", "sentence")


@dataclass(frozen=True)
class StimulusTable:
    """Clips of one set (``study`` or ``pool``), one row each, all columns text.

    ``stimulus_id`` is the file name without its suffix and unique; ``identity`` is the
    actor as written in the file name ('07'); the columns named in REGIMES are labels.

    Raises
    ------
    InputError : columns missing, an empty table, or a stimulus listed twice
    """

    frame: pd.DataFrame
    source: str = "StimulusTable"

    def __post_init__(self) -> None:
        if missing := [name for name in COLUMNS if name not in self.frame]:
            raise InputError(self.source, "columns", list(COLUMNS), f"no {missing}")
        if self.frame.empty:
            raise InputError(self.source, "rows", "at least one stimulus", "none")
        doubled = self.frame.stimulus_id[self.frame.stimulus_id.duplicated()]
        if len(doubled):
            raise InputError(
                self.source, "stimulus_id", "each id once", f"{doubled.iloc[0]!r} twice"
            )

    @property
    def stimulus_ids(self) -> list[str]:
        return self.frame.stimulus_id.tolist()

    @property
    def actors(self) -> list[str]:
        """Actors in order of first appearance."""
        return self.frame.identity.unique().tolist()

    @property
    def genders(self) -> dict[str, str]:
        """Actor -> gender."""
        return dict(zip(self.frame.identity, self.frame.gender, strict=True))

    def labels(self, regime: str) -> list[str]:
        """Labels of one regime, in row order."""
        if regime not in REGIMES:
            raise InputError(self.source, "regime", f"one of {REGIMES}", repr(regime))
        return self.frame[regime].tolist()

    @classmethod
    @reads("a table of stimuli")
    def read(cls, path: str | Path) -> "StimulusTable":
        return cls(pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False), str(path))

    def write(self, path: str | Path) -> None:
        buffer = io.StringIO()
        self.frame[list(COLUMNS)].to_csv(buffer, sep="\t", index=False, lineterminator="\n")
        write_text(path, buffer.getvalue())
