"""TrainedTable: what the parts of every seed learnt, and which seeds make up the ensemble."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads
from crossmodal.contracts.tables import write_table

COLUMNS = ("seed", "fit", "n_train", "n_right", "chance", "p", "at_chance", "left_out")


@dataclass(frozen=True)
class TrainedTable:
    """One row per seed and part ('visual', 'auditory', 'final'); no rows where nobody counted.

    n_right : of the ``n_train`` clips of the training part; ``chance``: share of its largest class
    p : of as many right clips or more by chance; ``at_chance``, ``left_out`` (the seed): bool

    Raises
    ------
    InputError : columns missing
    """

    frame: pd.DataFrame
    source: str = "TrainedTable"

    def __post_init__(self) -> None:
        if missing := [name for name in COLUMNS if name not in self.frame]:
            raise InputError(self.source, "columns", list(COLUMNS), f"no {missing}")

    def kept(self, seeds: Sequence[int]) -> list[int]:
        """Positions of the seeds that make up the ensemble."""
        left_out = set(self.frame.seed[self.frame.left_out])
        return [position for position, seed in enumerate(seeds) if seed not in left_out]

    def sentences(self, regime: str) -> list[str]:
        """One for every part that is at chance on its own training part."""
        return [
            f"{regime}, seed {row.seed}: {_part(row.fit)} is at chance on its own training part "
            f"({row.n_right} of {row.n_train} clips right, chance {row.chance:.2f}, "
            f"p = {row.p:.2g}), {_consequence(row.left_out)}"
            for row in self.frame[self.frame.at_chance].itertuples(index=False)
        ]

    @classmethod
    @reads("a table of what seeds learnt")
    def read(cls, path: str | Path) -> "TrainedTable":
        frame = pd.read_csv(path, sep="\t")
        bools = {name: bool for name in COLUMNS[-2:] if name in frame}
        return cls(frame.astype(bools), str(path))

    def write(self, path: str | Path) -> None:
        write_table(self.frame[list(COLUMNS)], path)


def _part(fit: str) -> str:
    return "the network" if fit == "final" else f"the {fit} arm"


def _consequence(left_out: bool) -> str:
    return "so the seed is left out of the ensemble." if left_out else "but the seed stays."
