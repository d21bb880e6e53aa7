"""RDMs of layers from activations that come stimulus by stimulus, in little memory."""

import tempfile
from typing import IO

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.representations.rdm import standardised_rows, upper_triangle

BLOCK_UNITS = 4096


class LayerRows:
    """Rows (stimulus, unit) of one layer, centred and scaled to unit length, in a nameless file.

    A stimulus's row is done when its activations are there, so that they are never kept: what
    lies in the file is what a correlation needs, and the file goes with this object.
    """

    def __init__(self, layer: str) -> None:
        self.layer, self.n_units = layer, 0
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._constant: list[bool] = []

    def add(self, stimulus: str, activation: np.ndarray) -> None:
        """One stimulus's activations (unit,).

        Raises
        ------
        InputError : NaN or infinity (names layer and stimulus), another number of units than before
        """
        where = f"layer {self.layer}, stimulus {stimulus}"
        if not np.isfinite(activation).all():
            got = activation[~np.isfinite(activation)][0]
            raise InputError("network", where, "finite activations", got)
        if self._constant and len(activation) != self.n_units:
            expected = f"{self.n_units} units, as for others (pool: mean, last or max; or window_s)"
            raise InputError("network", where, expected, len(activation))
        self.n_units = len(activation)
        unit, constant = standardised_rows(activation[None])
        self._constant.append(bool(constant[0]))
        self._file.write(unit.astype(np.float32).tobytes())

    def rdm(self) -> np.ndarray:
        """1 - Pearson of every pair of stimuli, as ``correlation_rdm``; float64 (pair,)."""
        self._file.flush()
        n, constant = len(self._constant), np.array(self._constant)
        rows = np.memmap(self._file, np.float32, "r", shape=(n, self.n_units))
        gram = np.zeros((n, n))
        for start in range(0, self.n_units, BLOCK_UNITS):
            block = rows[:, start : start + BLOCK_UNITS].astype(np.float64)
            gram += block @ block.T
        distances = 1.0 - gram
        distances[np.ix_(constant, constant)] = 0.0
        return np.clip(upper_triangle(distances), 0.0, 2.0)
