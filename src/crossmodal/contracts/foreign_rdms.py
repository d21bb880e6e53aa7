"""RDMs as other programs write them, with the names of stimuli where the file has some."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.name_list import TABLES, require_names
from crossmodal.contracts.reading import reading
from crossmodal.contracts.stored_arrays import descriptors, found_names, read_npy

MIN_STIMULI = 3
ROUNDING = 1e-6  # relative to the largest entry; float32 files are symmetric to about 1e-7
UNNAMED = "RDM 1"  # of one RDM without a name
OF_RDMS = ("layer", "name", "names", "roi", "participant", "subject", "model", "session")


@dataclass(frozen=True)
class ForeignRDMs:
    """RDMs of one file.

    dissimilarities : float64 (rdm, pair), pairs in numpy ``triu_indices(n, 1)`` order
    names : one text per RDM, as the file calls it ('RDM 1', … where it does not)
    stimulus_ids : names of the stimuli; None where the file has none
    n : how many stimuli
    """

    dissimilarities: np.ndarray
    names: tuple[str, ...]
    stimulus_ids: tuple[str, ...] | None
    n: int

    @classmethod
    def read(
        cls,
        path: str | Path,
        names: str | None = None,
        key: str | None = None,
        negative: bool = False,
    ) -> "ForeignRDMs":
        """Read a file by its suffix.

        Parameters
        ----------
        names : descriptor of an .h5 file that holds the stimuli's names; None finds it
        key : variable of a .mat file; None takes the only one
        negative : whether entries may be below 0

        Raises
        ------
        InputError : another format, a matrix that is not square, not symmetric or has a diagonal,
            NaN, negative entries, stimuli twice, a pickle
        """
        suffix = Path(path).suffix.lower()
        readers = {".h5": _hdf5, ".hdf5": _hdf5, ".npy": _npy, ".mat": _mat}
        readers |= dict.fromkeys(TABLES, _table)
        if suffix in (".pkl", ".pickle"):
            expected = "no pickle, which can run code: RDMs.save(path, file_type='hdf5')"
            raise InputError(path, "file", expected, suffix)
        if suffix not in readers:
            raise InputError(path, "file", f"one of {sorted(readers)}", repr(suffix))
        with reading(path, "RDMs of stimuli"):
            stacked, titles, stimuli = readers[suffix](path, names, key)
        matrices = [(title, matrix) for title, matrix in zip(titles, stacked, strict=True)]
        vectors = np.stack([_vector(path, title, m, stimuli, negative) for title, m in matrices])
        n = stimuli_of_pairs(vectors.shape[1])
        if stimuli is not None:
            require_names(path, stimuli)
            if len(stimuli) != n:
                raise InputError(path, "stimuli", f"{n} names, as the RDMs", len(stimuli))
        return cls(vectors, tuple(titles), stimuli and tuple(stimuli), n)


Read = tuple[Sequence[np.ndarray], Sequence[str], Sequence[str] | None]


def stimuli_of_pairs(n_pairs: int) -> int | None:
    """n of n (n - 1) / 2 pairs; None where no n fits."""
    n = round((1 + (1 + 8 * n_pairs) ** 0.5) / 2)
    return n if n * (n - 1) // 2 == n_pairs else None


def _numbered(arrays: Sequence[np.ndarray]) -> list[str]:
    return [f"RDM {number}" for number in range(1, len(arrays) + 1)]


def _hdf5(path: str | Path, names: str | None, key: str | None) -> Read:
    with h5py.File(path, "r") as file:
        if "dissimilarities" not in file:
            raise InputError(path, "dissimilarities", "RDMs as rsatoolbox saves them", "none")
        vectors = np.atleast_2d(file["dissimilarities"][:].astype(np.float64))
        stimuli = found_names(path, descriptors(file.get("pattern_descriptors")), names)
        of_rdms = descriptors(file.get("rdm_descriptors"))
    title = next((of_rdms[one] for one in OF_RDMS if len(set(of_rdms.get(one, ()))) > 1), None)
    single = [of_rdms[one] for one in OF_RDMS if one in of_rdms]
    title = title or (single[0] if single and len(vectors) == 1 else None)
    return vectors, title or _numbered(vectors), stimuli


def _npy(path: str | Path, names: str | None, key: str | None) -> Read:
    array = read_npy(path)
    if array.ndim == 2 and array.shape[0] == array.shape[1] or array.ndim == 1:
        array = array[None]
    return list(array), _numbered(array), None


def _table(path: str | Path, names: str | None, key: str | None) -> Read:
    delimiter = TABLES[Path(path).suffix.lower()]
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=delimiter, strict=True) if row]
    header, beside = rows[0][1:], [row[0] for row in rows[1:]]
    require_names(path, header, "header")
    require_names(path, beside, "first column")
    if set(header) != set(beside) or len(header) != len(beside):
        got = sorted(set(header) ^ set(beside))[:3]
        expected = "the same stimuli above and beside"
        raise InputError(path, "header", expected, f"{got} in one of them only")
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(header) + 1:
            raise InputError(path, f"line {line}", f"{len(header) + 1} cells", len(row))
    columns = [header.index(name) for name in beside]
    cells = [[_number(path, row, column, header) for column in columns] for row in rows[1:]]
    return [np.array(cells)], [UNNAMED], beside


def _number(path: str | Path, row: list[str], column: int, header: list[str]) -> float:
    text = row[column + 1].strip()
    field = f"{row[0]}, {header[column]}"
    if text in ("", "n/a", "NA"):
        # The triangle and diagonal that a file leaves out would be guesses.
        raise InputError(path, field, "a dissimilarity", text or "an empty cell")
    try:
        return float(text)
    except ValueError:
        raise InputError(path, field, "a number", repr(text)) from None


def _mat(path: str | Path, names: str | None, key: str | None) -> Read:
    import scipy.io

    if h5py.is_hdf5(path):
        expected = "a MATLAB 5 file (save -v7)"
        raise InputError(path, "file", expected, "MATLAB 7.3, which is HDF5")
    # mat_dtype: MATLAB stores doubles of whole numbers as uint8, and scipy gives them as such.
    content = scipy.io.loadmat(path, mat_dtype=True)
    variables = {name: value for name, value in content.items() if not name.startswith("__")}
    if key is None and len(variables) > 1:
        expected = f"models.files: key, one of {sorted(variables)}"
        raise InputError(path, "variable", expected, f"{len(variables)} of them")
    if key is not None and key not in variables:
        raise InputError(path, f"variable {key}", f"one of {sorted(variables)}", "no such one")
    value = variables[key] if key else next(iter(variables.values()))
    if value.dtype.names:
        if "RDM" not in value.dtype.names:
            raise InputError(path, key or "variable", "a field RDM", list(value.dtype.names))
        items = list(value.T.ravel())  # MATLAB's own order of a struct array
        titled = "name" in value.dtype.names
        titles = [str(item["name"].ravel()[0]) for item in items] if titled else _numbered(items)
        return [np.squeeze(item["RDM"]) for item in items], titles, None
    value = np.squeeze(value)
    arrays = [value] if value.ndim < 3 else list(np.moveaxis(value, 2, 0))
    return arrays, _numbered(arrays), None


def _vector(
    path: str | Path,
    title: str,
    array: np.ndarray,
    stimuli: Sequence[str] | None,
    negative: bool,
) -> np.ndarray:
    """Checked pairs (pair,) of a square or condensed RDM."""
    if array.dtype.kind not in "fiub":
        raise InputError(path, title, "numbers", f"type {array.dtype}")
    array = array.astype(np.float64)
    if array.ndim == 2 and array.shape[0] == array.shape[1]:
        n = len(array)
        vector = array[np.triu_indices(n, 1)]
        _require_square(path, title, array, stimuli)
    else:
        vector = array.ravel() if array.ndim == 2 and 1 in array.shape else array
        n = stimuli_of_pairs(vector.size) if vector.ndim == 1 else None
        if n is None:
            expected = "a square matrix or n (n - 1) / 2 pairs"
            raise InputError(path, title, expected, f"shape {array.shape}")
    if n < MIN_STIMULI:
        raise InputError(path, title, f"{MIN_STIMULI} stimuli or more", n)
    for found, what in _wrong(vector, negative):
        first, second = (int(side[found]) for side in np.triu_indices(n, 1))
        pair = _pair(first, second, stimuli)
        raise InputError(path, f"{title}, {pair}", what, f"{vector[found]:g}")
    return vector


def _wrong(vector: np.ndarray, negative: bool) -> Iterator[tuple[int, str]]:
    """Pairs that cannot be, with what was expected of them."""
    for pair in np.flatnonzero(~np.isfinite(vector)):
        yield int(pair), "a dissimilarity"
    tolerance = ROUNDING * np.nanmax(np.abs(vector), initial=0.0)
    if not negative:
        expected = "0 or more (negative: true for crossnobis distances)"
        for pair in np.flatnonzero(vector < -tolerance):
            yield int(pair), expected


def _require_square(
    path: str | Path, title: str, matrix: np.ndarray, stimuli: Sequence[str] | None
) -> None:
    """Refuse a matrix that no RDM can be: a diagonal, or other values above than below it."""
    tolerance = ROUNDING * np.nanmax(np.abs(matrix), initial=0.0)
    if len(wrong := np.flatnonzero(~(np.abs(np.diag(matrix)) <= tolerance))):
        got = f"{np.diag(matrix)[wrong[0]]:g} for {_name(int(wrong[0]), stimuli)}"
        similarity = ", as of similarities" if np.isclose(np.diag(matrix), 1).all() else ""
        raise InputError(path, title, "0 on the diagonal", got + similarity)
    known = np.isfinite(matrix) & np.isfinite(matrix.T)
    uneven = np.argwhere(known & (np.abs(matrix - matrix.T) > tolerance))
    if len(uneven):
        i, j = (int(place) for place in uneven[0])
        got = f"{matrix[i, j]:g} and {matrix[j, i]:g} for {_pair(i, j, stimuli)}"
        raise InputError(path, title, "a symmetric matrix", got)
    if len(lone := np.argwhere(np.isfinite(matrix) != np.isfinite(matrix.T))):
        i, j = (int(place) for place in lone[0])
        raise InputError(path, f"{title}, {_pair(i, j, stimuli)}", "a dissimilarity", "NaN")


def _name(number: int, stimuli: Sequence[str] | None) -> str:
    return repr(stimuli[number]) if stimuli is not None else f"stimulus {number + 1}"


def _pair(first: int, second: int, stimuli: Sequence[str] | None) -> str:
    return f"{_name(first, stimuli)} and {_name(second, stimuli)}"
