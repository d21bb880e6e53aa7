"""Sidecars as people write them: merged, or refused where they contradict each other."""

import json
from pathlib import Path

import pytest

from crossmodal.bold.read.lists import is_ignored
from crossmodal.bold.read.sidecar import read_sidecars
from crossmodal.contracts.errors import InputError


def write(path: Path, content: dict | str, mark: str = "") -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    path.parent.mkdir(exist_ok=True)
    path.write_text(mark + text, encoding="utf-8")
    return path


def test_the_most_specific_file_is_the_strongest(tmp_path: Path) -> None:
    root = write(tmp_path / "task-x_bold.json", {"RepetitionTime": 2.0, "EchoTime": 0.03})
    more = write(tmp_path / "task-x_acq-b_bold.json", {"RepetitionTime": 1.0})
    own = write(tmp_path / "sub-1/sub-1_task-x_acq-b_bold.json", {"EchoTime": 0.02}, "\ufeff")
    assert read_sidecars([root, more, own]) == {"RepetitionTime": 1.0, "EchoTime": 0.02}


def test_two_files_of_a_folder_of_which_neither_says_more(tmp_path: Path) -> None:
    task = write(tmp_path / "task-x_bold.json", {"RepetitionTime": 2.0, "EchoTime": 0.03})
    run = write(tmp_path / "run-1_bold.json", {"EchoTime": 0.03})
    assert read_sidecars([task, run])["RepetitionTime"] == 2.0
    write(run, {"RepetitionTime": 1.0})
    message = r"run-1_bold.json: RepetitionTime: .* got 1.0, and 2.0 in task-x_bold.json"
    with pytest.raises(InputError, match=message):
        read_sidecars([task, run])


def test_a_key_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "a_bold.json", '{"A": 1, "A": 1}')
    assert read_sidecars([path]) == {"A": 1}
    with pytest.raises(InputError, match="a_bold.json: A: expected one value, got 1 and 2"):
        read_sidecars([write(path, '{"A": 1, "A": 2}')])


@pytest.mark.parametrize("text", ["{", "[1]", ""])
def test_no_json_object(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="expected (JSON|a JSON object), got"):
        read_sidecars([write(tmp_path / "a_bold.json", text)])


@pytest.mark.parametrize(
    ("pattern", "hidden"),
    [
        ("*_bold.nii.gz", True), ("sub-1/", True), ("/sub-1", True), ("sub-1/func/*", True),
        ("**/x_bold.*", True), ("func", True), ("# *", False), ("", False), ("/func", False),
        ("*.tsv", False),
    ],
)  # fmt: skip
def test_patterns_of_bidsignore(pattern: str, hidden: bool) -> None:
    name = "sub-1/func/x_bold.nii.gz"
    assert is_ignored(name, [pattern]) == hidden
    assert not is_ignored(name, [pattern, "!*_bold*"])
