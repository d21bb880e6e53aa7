"""``group.maps``: the command's test from a config; what is wrong with its table and files."""

import re
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import yaml

from crossmodal import cli
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.map_table import map_sidecars
from crossmodal.inference.maps.given import read_given
from crossmodal.provenance.roots import data_paths
from crossmodal.study.checks.data import find_problems
from tests.unit.outside_data import MAPS_AFFINE as AFFINE
from tests.unit.outside_data import write_maps
from tests.unit.script_job import execute

MAPS = ("mean", "t", "effect_size", "p_fwe", "p_fwe_all", "half_width", "q_fdr", "tfce", "p_tfce")


def problems(folder: Path, **changes: Any) -> list[str]:
    group = {"maps": str(folder / "table.tsv"), "n_permutations": 128, **changes.pop("group", {})}
    values = {"study": {"name": "x"}, "group": group, **changes}
    (folder / "mine.yaml").write_text(yaml.safe_dump(values))
    return [str(one) for one in find_problems([folder / "mine.yaml"])]


def test_a_table_alone_is_a_study(tmp_path: Path) -> None:
    write_maps(tmp_path)
    assert problems(tmp_path) == []


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("path", "file", r"table.tsv: columns: expected \['participant', 'path'\]"),
        ("participant\tpath", "participant,path", "'participant,path' is not split by tabs"),
        ("03\t", "02\t", "line 5: expected each participant and file once, got 02"),
        ("con_0003", "con_0002", "line 5: expected each participant and file once, got 03"),
        ("con_0003.nii", "", "line 5, path: expected a value, got none"),
        ("con_0003", "nowhere", "participant 03: expected a file, got none: .*nowhere.nii"),
    ],
)
def test_a_bad_table_is_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    write_maps(tmp_path)
    edited(tmp_path / "table.tsv", old, new)
    found = problems(tmp_path)
    assert len(found) == 1
    assert re.search(message, found[0]), found


def test_bad_maps_are_one_line(tmp_path: Path) -> None:
    names = write_maps(tmp_path)
    image = nib.load(tmp_path / names[2])
    data = np.array(image.dataobj)  # not a view of the file that is written
    other = nib.Nifti1Image(data, AFFINE)
    other.set_sform(AFFINE, 1)
    other.to_filename(tmp_path / names[2])
    (found,) = problems(tmp_path)
    assert "con_0002.nii: space: expected MNI152" in found


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"searchlight": {}, "scans": {"task": "x", "bids_dir": "b"}}, "none with a block search"),
        ({"group": {"test": "condition_permutation"}}, "group.test: expected sign_flip with"),
        ({"group": {"prevalence": {"models": ["a/b"]}}}, "group.prevalence: expected null with"),
        ({"group": {"alpha": 0.001}}, "participants: expected enough for p < 0.001, got 7"),
        ({"group": {"maps": "nowhere.tsv"}}, "nowhere.tsv: file: expected a table of maps"),
    ],
)
def test_contradictions(tmp_path: Path, changes: dict, message: str) -> None:
    write_maps(tmp_path)
    found = problems(tmp_path, **changes)
    assert any(message in one for one in found), found


@pytest.mark.parametrize(
    ("code", "space", "refused"),
    [(2, "MNI152", False), (5, "MNI152", False), (4, "MNI152NLin6Asym", False),
     (3, "MNI152", True), (4, "native", True)],
)  # fmt: skip
def test_a_space_that_the_files_contradict(
    tmp_path: Path, code: int, space: str, refused: bool
) -> None:
    paths = [str(tmp_path / name) for name in write_maps(tmp_path, 3)]
    for path in paths:
        image = nib.load(path)
        other = nib.Nifti1Image(np.array(image.dataobj), AFFINE)
        other.set_sform(AFFINE, code)
        other.to_filename(path)
    if refused:
        with pytest.raises(InputError, match=f"space: expected {space}, as is said of all maps"):
            read_given(paths, space)
    else:
        assert {one.space for one in read_given(paths, space)} == {space}


def test_sidecars_of_our_own_maps_are_read_so_they_are_inputs(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in write_maps(tmp_path, 3)]
    assert map_sidecars(paths) == []
    own = Path(paths[1]).with_suffix(".json")
    own.write_text("{}")
    assert map_sidecars([*paths, str(tmp_path / "con_0001.nii.gz")]) == [str(own)] * 2


def test_records_name_the_tables_folder() -> None:
    config = {"group": {"maps": "/data/maps/table.tsv"}}
    assert data_paths(config) == {"group.maps": "/data/maps"}


def test_the_config_gives_the_commands_bytes(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = write_maps(tmp_path)
    monkeypatch.chdir(tmp_path)
    options = ["--n-permutations", "64", "--statistics", "tfce", "--seed", "1"]
    assert cli.main(["group", *names, "--out", "command", *options]) == 0
    given: dict[str, Any] = {"maps": names, "image": [], "labels": [], "spheres": []}
    group = {"n_permutations": 64, "alternative": "two-sided", "statistics": ["tfce"]}
    params = {"group": group, "space": None, "seed": 1}
    execute(root, "infer_given_maps", given, {"facts": "config/group.json"}, params)
    files = sorted(path.name for path in Path("config").iterdir())
    assert {f"{name}.nii.gz" for name in MAPS} <= set(files)
    for name in files:
        assert Path("config", name).read_bytes() == Path("command", name).read_bytes(), name
