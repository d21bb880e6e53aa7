"""LayerSimilarity: correlation of every layer's RDM with every other layer's."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads


@dataclass(frozen=True)
class LayerSimilarity:
    """A symmetric (layer, layer) matrix of correlations with names and arms.

    Raises
    ------
    InputError : not square, not symmetric, outside [-1, 1], or other lengths of names
    """

    matrix: np.ndarray
    layers: tuple[str, ...]
    arms: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.layers)
        if self.matrix.shape != (n, n) or len(self.arms) != n:
            raise InputError("LayerSimilarity", "matrix", f"shape {(n, n)}", self.matrix.shape)
        if not np.array_equal(self.matrix, self.matrix.T, equal_nan=True):
            raise InputError("LayerSimilarity", "matrix", "a symmetric matrix", "an asymmetric one")
        if np.nanmax(np.abs(self.matrix)) > 1 + 1e-9:
            raise InputError(
                "LayerSimilarity", "matrix", "values in [-1, 1]", np.nanmax(np.abs(self.matrix))
            )

    @classmethod
    @reads("a table of layer similarities")
    def read(cls, path: str | Path) -> "LayerSimilarity":
        frame = pd.read_csv(path, sep="\t", index_col=["layer", "arm"])
        layers, arms = zip(*frame.index, strict=True)
        return cls(frame.to_numpy(dtype=np.float64), layers, arms)

    def write(self, path: str | Path) -> None:
        index = pd.MultiIndex.from_arrays([self.layers, self.arms], names=["layer", "arm"])
        buffer = io.StringIO()
        pd.DataFrame(self.matrix, index=index, columns=list(self.layers)).to_csv(
            buffer, sep="\t", lineterminator="\n"
        )
        write_text(path, buffer.getvalue())
