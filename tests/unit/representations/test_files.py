"""Models that come as files: every format, matched by name; bad ones refused."""

import re
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import rsatoolbox
import scipy.io
from scipy.spatial.distance import pdist, squareform

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.representations.file_config import ModelFile
from crossmodal.representations.files import file_rdms
from crossmodal.representations.rdm import distance_rdm
from crossmodal.rsa.models import aligned

NAMES = ("b", "a", "d", "c", "e")
RNG = np.random.default_rng(5)
FEATURES = RNG.normal(size=(5, 7))
SQUARE = squareform(pdist(FEATURES))


@pytest.fixture
def order(tmp_path: Path) -> str:
    path = tmp_path / "order.txt"
    path.write_text("\n".join(NAMES) + "\n")
    return str(path)


def table(path: Path, header: tuple[str, ...] = NAMES, matrix: np.ndarray = SQUARE) -> str:
    delimiter = "," if path.suffix == ".csv" else "\t"
    lines = [delimiter.join(["", *header])]
    lines += [delimiter.join([n, *map(repr, map(float, row))])
              for n, row in zip(NAMES, matrix, strict=True)]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_rdms_of_rsatoolbox(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    conditions = {"conds": list(NAMES), "kind": ["x"] * 5}
    rsatoolbox.rdm.RDMs(
        np.stack([SQUARE, 2 * SQUARE]), pattern_descriptors=conditions,
        rdm_descriptors={"layer": ["one", "two"]},
    ).save(str(path), file_type="hdf5")  # fmt: skip
    rdms = file_rdms(ModelFile(rdm=str(path), layers=("two",)), "mine")
    assert (rdms.stimulus_ids, rdms.layers) == (NAMES, ("two",))
    np.testing.assert_allclose(rdms.dissimilarities[0], 2 * squareform(SQUARE))


def test_rdms_of_an_old_rsatoolbox(tmp_path: Path) -> None:
    """Lists as groups of numbered values, tuples as attributes, no measure."""
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["dissimilarities"] = squareform(SQUARE)[None]
        group = file.create_group("pattern_descriptors/stimulus")
        for number, name in enumerate(NAMES):
            group[str(number)] = name
        file.create_group("rdm_descriptors").attrs["name"] = ["V1"]
    rdms = file_rdms(ModelFile(rdm=str(path)), "mine")
    assert (rdms.stimulus_ids, rdms.layers) == (NAMES, ("V1",))
    np.testing.assert_allclose(rdms.dissimilarities[0], squareform(SQUARE))


@pytest.mark.parametrize("form", ["square", "pairs", "stack"])
def test_npy(tmp_path: Path, order: str, form: str) -> None:
    path = tmp_path / "x.npy"
    stored = {"square": SQUARE, "pairs": squareform(SQUARE), "stack": np.stack([SQUARE] * 2)}
    np.save(path, stored[form])
    rdms = file_rdms(ModelFile(rdm=str(path), order=order), "mine")
    assert rdms.stimulus_ids == NAMES
    np.testing.assert_allclose(rdms.dissimilarities[-1], squareform(SQUARE))


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_tables_go_by_both_headers(tmp_path: Path, suffix: str) -> None:
    columns = ("e", "d", "c", "b", "a")
    matrix = SQUARE[:, [NAMES.index(name) for name in columns]]
    path = table(tmp_path / f"x{suffix}", columns, matrix)
    rdms = file_rdms(ModelFile(rdm=path), "mine")
    assert rdms.stimulus_ids == NAMES
    np.testing.assert_allclose(rdms.dissimilarities[0], squareform(SQUARE))


def test_matlab_structs_and_whole_numbers(tmp_path: Path, order: str) -> None:
    """MATLAB stores whole doubles as uint8, of which 2 - 4 would be 254."""
    path = tmp_path / "x.mat"
    whole = np.round(10 * SQUARE).astype(np.uint8)
    structs = np.array([(whole, "one"), (whole, "two")], dtype=[("RDM", object), ("name", object)])
    scipy.io.savemat(path, {"RDMs": structs, "other": 1.0})
    rdms = file_rdms(ModelFile(rdm=str(path), key="RDMs", order=order), "mine")
    assert rdms.layers == ("one", "two")
    np.testing.assert_array_equal(rdms.dissimilarities[1], squareform(whole.astype(float)))
    with pytest.raises(InputError, match=r"variable: expected .*'RDMs', 'other'.*got 2 of them"):
        file_rdms(ModelFile(rdm=str(path), order=order), "mine")


def feature_files(folder: Path) -> dict[str, dict[str, Any]]:
    units = ["stimulus", *(f"deep:{i}" for i in range(7))]
    rows = [[name, *map(repr, map(float, row))] for name, row in zip(NAMES, FEATURES, strict=True)]
    (folder / "x.csv").write_text("\n".join(",".join(row) for row in [units, *rows]) + "\n")
    np.save(folder / "x.npy", FEATURES)
    np.savez(folder / "x.npz", deep=FEATURES.reshape(5, 7, 1), stimuli=np.array(NAMES))
    with h5py.File(folder / "x.h5", "w") as file:
        file["net/deep"] = FEATURES
        file["filenames"] = list(NAMES)
        file["kind"] = ["x"] * 5
    return {".csv": {}, ".npy": {"order": str(folder / "order.txt")}, ".npz": {}, ".h5": {}}


@pytest.mark.parametrize("suffix", [".csv", ".npy", ".npz", ".h5"])
def test_features(tmp_path: Path, order: str, suffix: str) -> None:
    more = feature_files(tmp_path)[suffix]
    config = ModelFile(features=str(tmp_path / f"x{suffix}"), distance="cosine", **more)
    rdms = file_rdms(config, "mine")
    assert (rdms.stimulus_ids, len(rdms.layers)) == (NAMES, 1)
    np.testing.assert_allclose(rdms.dissimilarities[0], pdist(FEATURES, "cosine"))
    assert rdms.measures == ("cosine",)


@pytest.mark.parametrize("distance", ["correlation", "cosine", "euclidean", "squared_euclidean"])
def test_distances_are_those_of_scipy(distance: str) -> None:
    name = distance.replace("squared_", "sq")
    far = FEATURES + 1e4  # a large mean must not eat the digits
    np.testing.assert_allclose(distance_rdm(far, distance), pdist(far, name), rtol=1e-6)


def test_the_brain_takes_models_by_name(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv")
    rdms = file_rdms(ModelFile(rdm=path, intersect=True), "mine")
    rdms.write(tmp_path / "written.h5")
    again = ModelRDMs.read(tmp_path / "written.h5")
    assert again.intersect
    chosen = [NAMES.index(name) for name in ("c", "a", "b")]
    expected = squareform(SQUARE[np.ix_(chosen, chosen)])
    np.testing.assert_allclose(aligned(again, ("c", "a", "b"))[0], expected)
    strict = file_rdms(ModelFile(rdm=path), "mine")
    with pytest.raises(InputError, match="only the betas' 3 conditions, got 2 more"):
        aligned(strict, ("c", "a", "b"))


def with_entry(i: int, j: int, value: float, mirrored: bool = True) -> np.ndarray:
    matrix = SQUARE.copy()
    matrix[i, j] = value
    if mirrored:
        matrix[j, i] = value
    return matrix


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (with_entry(0, 2, np.nan), "RDM 1, 'b' and 'd': expected a dissimilarity, got nan"),
        (with_entry(0, 2, np.nan, False), "RDM 1, 'b' and 'd': expected a dissimilarity, got NaN"),
        (with_entry(1, 2, -0.5), "RDM 1, 'a' and 'd': expected 0 or more (negative: true for"),
        (with_entry(1, 2, 9.0, False), "a symmetric matrix, got 9 and"),
        (1 - SQUARE, "0 on the diagonal, got 1 for 'b', as of similarities"),
    ],
)
def test_matrices_that_are_no_rdm(tmp_path: Path, matrix: np.ndarray, message: str) -> None:
    path = table(tmp_path / "x.csv", matrix=matrix)
    with pytest.raises(InputError, match=re.escape(message)):
        file_rdms(ModelFile(rdm=path), "mine")


def test_negative_distances_where_they_are_meant(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", matrix=with_entry(1, 2, -0.5))
    assert file_rdms(ModelFile(rdm=path, negative=True), "mine").dissimilarities.min() == -0.5


def test_files_without_names_and_with_two_lists(tmp_path: Path, order: str) -> None:
    np.save(tmp_path / "x.npy", SQUARE)
    with pytest.raises(InputError, match="or order: the list that its rows follow, got 5 without"):
        file_rdms(ModelFile(rdm=str(tmp_path / "x.npy")), "mine")
    with pytest.raises(InputError, match="order: expected null: the file names its stimuli"):
        file_rdms(ModelFile(rdm=table(tmp_path / "x.csv"), order=order), "mine")
    np.save(tmp_path / "x.npy", SQUARE[:4, :4])
    with pytest.raises(InputError, match=r"order.txt: stimuli: expected 4, as .*x.npy has, got 5"):
        file_rdms(ModelFile(rdm=str(tmp_path / "x.npy"), order=order), "mine")
    Path(order).write_text("a\nb\na\nc\nd\n")
    with pytest.raises(InputError, match="each stimulus once, got 'a' twice"):
        file_rdms(ModelFile(rdm=str(tmp_path / "x.npy"), order=order), "mine")


def test_pickles_are_refused(tmp_path: Path, order: str) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "x.npz", names=np.array(NAMES, dtype=object), layer=FEATURES)
    with pytest.raises(InputError, match="Python objects, which are a pickle"):
        file_rdms(ModelFile(rdm=str(tmp_path / "x.npy"), order=order), "mine")
    with pytest.raises(InputError, match=r"array.astype\(str\)\), got Python objects"):
        file_rdms(ModelFile(features=str(tmp_path / "x.npz"), order=order), "mine")
    with pytest.raises(InputError, match="expected no pickle"):
        file_rdms(ModelFile(rdm=str(tmp_path / "x.pkl"), order=order), "mine")


@pytest.mark.parametrize(
    ("shape", "message"),
    [((4, 5), "square matrix or n"), ((7,), "square matrix or n"), ((1,), "3 stimuli or more")],
)
def test_shapes_that_are_no_rdm(
    tmp_path: Path, order: str, shape: tuple[int, ...], message: str
) -> None:
    np.save(tmp_path / "x.npy", np.zeros(shape))
    with pytest.raises(InputError, match=message):
        file_rdms(ModelFile(rdm=str(tmp_path / "x.npy"), order=order), "mine")


def test_tables_whose_headers_differ(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", ("b", "a", "d", "c", "z"))
    with pytest.raises(InputError, match="the same stimuli above and beside, got .'e', 'z'."):
        file_rdms(ModelFile(rdm=path), "mine")
    Path(path).write_text("\ta\tb\n")
    with pytest.raises(InputError, match="names of stimuli, got none"):
        file_rdms(ModelFile(rdm=path), "mine")


def test_features_that_are_no_numbers(tmp_path: Path, order: str) -> None:
    feature_files(tmp_path)
    text = (tmp_path / "x.csv").read_text().splitlines()
    bad = [*text[:2], re.sub(r"^a,[^,]*", "a,", text[2]), *text[3:]]
    (tmp_path / "x.csv").write_text("\n".join(bad) + "\n")
    with pytest.raises(InputError, match="deep:0, a: expected a number, got an empty cell"):
        file_rdms(ModelFile(features=str(tmp_path / "x.csv")), "mine")
    broken = FEATURES.copy()
    broken[3, 2] = np.nan
    np.savez(tmp_path / "x.npz", deep=broken, stimuli=np.array(NAMES))
    with pytest.raises(InputError, match="layer deep, stimulus c: expected finite .* in unit 3"):
        file_rdms(ModelFile(features=str(tmp_path / "x.npz")), "mine")


def test_names_that_could_be_several(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["deep"], file["one"], file["two"] = FEATURES, list(NAMES), list(NAMES[::-1])
    path = str(tmp_path / "x.h5")
    with pytest.raises(InputError, match=r"names: one of \['one', 'two'\], got several"):
        file_rdms(ModelFile(features=path), "mine")
    assert file_rdms(ModelFile(features=path, names="two"), "m").stimulus_ids == NAMES[::-1]
    with pytest.raises(InputError, match="names 'three': expected one of"):
        file_rdms(ModelFile(features=path, names="three"), "mine")
    with pytest.raises(InputError, match="layers out of .'deep'., got 'shallow'"):
        file_rdms(ModelFile(features=path, names="one", layers=("shallow",)), "mine")


def test_rdms_and_features_at_once() -> None:
    with pytest.raises(InputError, match="one of them, got both"):
        ModelFile(rdm="a.csv", features="b.csv")
    with pytest.raises(InputError, match="one of them, got neither"):
        ModelFile()
