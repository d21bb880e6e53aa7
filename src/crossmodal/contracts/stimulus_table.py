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

    ``stimulus_id`` is unique, mostly the file name without its suffix; ``identity`` is the
    actor as written in the file name or table ('07'). All columns but the first three are
    labels; those of a user's own table follow the standard ones.

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

    @property
    def label_columns(self) -> list[str]:
        """Columns that a regime can be: all but those that say which clip it is."""
        return [name for name in self.frame if name not in COLUMNS[:3]]

    @property
    def own_columns(self) -> list[str]:
        """Label columns beside the standard ones, of the user's table."""
        return [name for name in self.frame if name not in COLUMNS]

    def labels(self, regime: str) -> list[str]:
        """Labels of one regime, in row order.

        Raises
        ------
        InputError : no such column
        """
        if regime not in self.label_columns:
            raise InputError(self.source, "regime", f"one of {self.label_columns}", repr(regime))
        return self.frame[regime].tolist()

    @classmethod
    @reads("a table of stimuli")
    def read(cls, path: str | Path) -> "StimulusTable":
        return cls(pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False), str(path))

    def write(self, path: str | Path) -> None:
        buffer = io.StringIO()
        self.frame[[*COLUMNS, *self.own_columns]].to_csv(
            buffer, sep="\t", index=False, lineterminator="\n"
        )
        write_text(path, buffer.getvalue())
