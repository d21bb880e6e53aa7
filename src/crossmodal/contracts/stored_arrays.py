"""Arrays of other programs' .npy and .h5 files, and the names that stand beside them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from crossmodal.contracts.errors import InputError

OF_STIMULI = (
    *("stimulus_id", "stimulus", "stimuli", "stimulus_ids", "names", "name", "labels", "label"),
    *("conds", "condition", "conditions", "filename", "filenames", "file_names", "image"),
)


def read_npy(path: str | Path) -> np.ndarray:
    """An array of numbers.

    Raises
    ------
    InputError : Python objects, which numpy stores as a pickle
    """
    try:
        return np.load(path, allow_pickle=False)
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        expected = "an array of numbers or text (array.astype(str))"
        raise InputError(path, "file", expected, "Python objects, which are a pickle") from None


def descriptors(group: h5py.Group | None) -> dict[str, list[str]]:
    """Columns of text of a group of rsatoolbox's, in each of the forms it has written them.

    Datasets of bytes; groups whose members '0', '1', … are one value each (lists, before 0.0.4);
    attributes (tuples).
    """
    if group is None:
        return {}
    columns: dict[str, Sequence] = {}
    for key, item in group.items():
        if isinstance(item, h5py.Group):
            columns[key] = [item[str(number)][()] for number in range(len(item))]
        elif item.shape:
            columns[key] = item[:]
    columns |= {key: value for key, value in group.attrs.items() if np.ndim(value) == 1}
    return {key: [_text(value) for value in column] for key, column in columns.items()}


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def found_names(
    path: str | Path, columns: Mapping[str, Sequence[str]], wanted: str | None
) -> list[str] | None:
    """Names of the stimuli among descriptors: the wanted one, a usual one or the only one.

    Raises
    ------
    InputError : a wanted one that is not there, several that could be meant
    """
    columns = {key: list(values) for key, values in columns.items() if key != "index"}
    if wanted is not None:
        if wanted not in columns:
            raise InputError(path, f"names {wanted!r}", f"one of {sorted(columns)}", "no such one")
        return columns[wanted]
    usual = [name for name in OF_STIMULI if name in columns]
    if usual or len(columns) <= 1:
        return columns[usual[0]] if usual else next(iter(columns.values()), None)
    unique = [key for key, values in columns.items() if len(set(values)) == len(values)]
    if len(unique) == 1:
        return columns[unique[0]]
    raise InputError(path, "names", f"names: one of {sorted(columns)}", "several could be meant")
