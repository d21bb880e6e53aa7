"""LayerTable: the layers of a network as a forward pass through the actual module shows them."""

import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads

COLUMNS = ("layer", "arm", "kind", "shape", "n_weights")
ARMS = ("visual", "auditory", "cross_modal")


@dataclass(frozen=True)
class LayerTable:
    """One row per layer, in the order of the forward pass.

    ``shape`` is the output of one stimulus ('64x32x32': channel, row, column; '100': unit),
    ``kind`` the operation ('conv', 'pool', …), ``n_weights`` the trainable weights.

    Raises
    ------
    InputError : columns missing, an unknown arm, a layer listed twice, a shape that is none
    """

    frame: pd.DataFrame
    source: str = "LayerTable"

    def __post_init__(self) -> None:
        if missing := [name for name in COLUMNS if name not in self.frame]:
            raise InputError(self.source, "columns", list(COLUMNS), f"no {missing}")
        if unknown := sorted(set(self.frame.arm) - set(ARMS)):
            raise InputError(self.source, "arm", f"one of {ARMS}", unknown)
        if doubled := self.frame.layer[self.frame.layer.duplicated()].tolist():
            raise InputError(self.source, "layer", "each layer once", f"{doubled[0]!r} twice")
        wrong = self.frame["shape"][~self.frame["shape"].str.fullmatch(r"\d+(x\d+)*")].tolist()
        if wrong:
            raise InputError(self.source, "shape", "sizes such as '64x32x32'", repr(wrong[0]))

    @property
    def layers(self) -> list[str]:
        return self.frame.layer.tolist()

    @property
    def arms(self) -> list[str]:
        """Arms that this network has, in the study's order."""
        return [arm for arm in ARMS if arm in set(self.frame.arm)]

    @classmethod
    @reads("a table of layers")
    def read(cls, path: str | Path) -> "LayerTable":
        text = {"layer": str, "arm": str, "kind": str, "shape": str}
        return cls(pd.read_csv(path, sep="\t", dtype=text), str(path))

    def write(self, path: str | Path) -> None:
        buffer = io.StringIO()
        self.frame[list(COLUMNS)].to_csv(buffer, sep="\t", index=False, lineterminator="\n")
        write_text(path, buffer.getvalue())
