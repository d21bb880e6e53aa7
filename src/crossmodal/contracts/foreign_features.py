"""Features as other programs write them: arrays (stimulus, unit) of one or several layers."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.name_list import TABLES, require_names
from crossmodal.contracts.reading import reading
from crossmodal.contracts.stored_arrays import found_names, read_npy

ONE_LAYER = "features"


@dataclass(frozen=True)
class ForeignFeatures:
    """Features of one file.

    layers : name -> float64 (stimulus, unit)
    stimulus_ids : names of the stimuli; None where the file has none
    """

    layers: Mapping[str, np.ndarray]
    stimulus_ids: tuple[str, ...] | None

    @property
    def n(self) -> int:
        """How many stimuli."""
        return len(next(iter(self.layers.values())))

    @classmethod
    def read(cls, path: str | Path, names: str | None = None) -> "ForeignFeatures":
        """Read a file by its suffix; ``names`` : array or column of the stimuli's names.

        Raises
        ------
        InputError : another format, a pickle, layers of other stimuli, text among numbers,
            NaN (layer and stimulus named), a stimulus twice
        """
        readers = {".npy": _npy, ".npz": _npz, ".h5": _hdf5, ".hdf5": _hdf5, ".parquet": _parquet}
        readers |= dict.fromkeys(TABLES, _table)
        suffix = Path(path).suffix.lower()
        if suffix not in readers:
            raise InputError(path, "file", f"one of {sorted(readers)}", repr(suffix))
        with reading(path, "features (stimulus x unit)"):
            arrays, stimuli = readers[suffix](path, names)
        if not arrays:
            raise InputError(path, "layers", "an array of numbers (stimulus, unit)", "none")
        layers = {name: _layer(path, name, array) for name, array in arrays.items()}
        n = len(next(iter(layers.values())))
        for name, layer in layers.items():
            if len(layer) != n:
                raise InputError(path, f"layer {name}", f"{n} stimuli, as others", len(layer))
        if stimuli is not None:
            require_names(path, stimuli)
            if len(stimuli) != n:
                raise InputError(path, "stimuli", f"{n} names, as rows", len(stimuli))
        for name, layer in layers.items():
            _require_finite(path, name, layer, stimuli)
        return cls(layers, stimuli and tuple(stimuli))


Read = tuple[dict[str, np.ndarray], Sequence[str] | None]


def _npy(path: str | Path, names: str | None) -> Read:
    return {ONE_LAYER: read_npy(path)}, None


def _npz(path: str | Path, names: str | None) -> Read:
    try:
        with np.load(path, allow_pickle=False) as file:
            return _split(path, {key: file[key] for key in file.files}, names)
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        expected = "arrays of numbers or text (array.astype(str))"
        raise InputError(path, "file", expected, "Python objects, which are a pickle") from None


def _hdf5(path: str | Path, names: str | None) -> Read:
    arrays: dict[str, np.ndarray] = {}

    def take(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset) and item.shape:
            arrays[name] = item.asstr()[:] if h5py.check_string_dtype(item.dtype) else item[:]

    with h5py.File(path, "r") as file:
        file.visititems(take)
    return _split(path, arrays, names)


def _split(path: str | Path, arrays: Mapping[str, np.ndarray], names: str | None) -> Read:
    """Arrays of numbers are layers, one of text the names."""
    text = {key: [_plain(v) for v in array] for key, array in arrays.items()
            if array.dtype.kind in "USO" and array.ndim == 1}  # fmt: skip
    layers = {key: array for key, array in arrays.items() if key not in text}
    return layers, found_names(path, text, names)


def _plain(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _table(path: str | Path, names: str | None) -> Read:
    delimiter = TABLES[Path(path).suffix.lower()]
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=delimiter, strict=True) if row]
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            raise InputError(path, f"line {line}", f"{len(rows[0])} cells", len(row))
    columns = {name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}
    if len(columns) != len(rows[0]):
        raise InputError(path, "header", "each column once", "one twice")
    return _layers_of_columns(path, columns, names)


def _parquet(path: str | Path, names: str | None) -> Read:
    try:
        import pyarrow.parquet
    except ImportError:
        expected = "pyarrow, which reads it: pip install 'crossmodal[parquet]'"
        raise InputError(path, "file", expected, "not installed") from None
    table = pyarrow.parquet.read_table(path).to_pydict()
    table.pop("__index_level_0__", None) if names != "__index_level_0__" else None
    return _layers_of_columns(path, {k: list(map(str, v)) for k, v in table.items()}, names)


def _layers_of_columns(
    path: str | Path, columns: Mapping[str, Sequence[str]], names: str | None
) -> Read:
    """The first column (or the one called ``names``) holds stimuli, LAYER:UNIT numbers."""
    stimuli = names or next(iter(columns))
    if stimuli not in columns:
        raise InputError(path, f"names {names!r}", f"one of {list(columns)[:9]}", "no such column")
    layers: dict[str, list[list[float]]] = {}
    for name, cells in columns.items():
        if name != stimuli:
            layer = name.rpartition(":")[0] or ONE_LAYER
            layers.setdefault(layer, []).append(_numbers(path, name, cells, columns[stimuli]))
    return {k: np.array(v).T for k, v in layers.items()}, columns[stimuli]


def _numbers(
    path: str | Path, column: str, cells: Sequence[str], stimuli: Sequence[str]
) -> list[float]:
    values = []
    for stimulus, cell in zip(stimuli, cells, strict=True):
        try:
            values.append(float(cell))
        except ValueError:
            got = repr(cell) if cell else "an empty cell"
            raise InputError(path, f"{column}, {stimulus}", "a number", got) from None
    return values


def _layer(path: str | Path, name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "fiub" or array.ndim < 2:
        got = f"{array.dtype} {array.shape}"
        raise InputError(path, f"layer {name}", "numbers (stimulus, unit)", got)
    return array.reshape(len(array), -1).astype(np.float64)


def _require_finite(
    path: str | Path, name: str, layer: np.ndarray, stimuli: Sequence[str] | None
) -> None:
    if len(bad := np.argwhere(~np.isfinite(layer))):
        row, unit = (int(place) for place in bad[0])
        who = stimuli[row] if stimuli is not None else f"row {row + 1}"
        got = f"{layer[row, unit]} in unit {unit + 1}"
        raise InputError(path, f"layer {name}, stimulus {who}", "finite features", got)
