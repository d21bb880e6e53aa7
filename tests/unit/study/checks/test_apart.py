"""The checks of a run's start give the same answer from a process of their own."""

from pathlib import Path

import pytest

from crossmodal.study.checks.apart import problems_apart
from crossmodal.study.checks.data import find_problems
from crossmodal.study.overlay import load_layers

TABLE = "condition\tsize\na\t1\nb\tmany\n"


def test_problems_come_over_as_they_are(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    (tmp_path / "models.tsv").write_text(TABLE)
    config = tmp_path / "mine.yaml"
    config.write_text(
        f"study: {{name: x}}\nmodels: {{tables: {{mine: {tmp_path}/models.tsv}}}}\n"
        "simulate: {clips: {}, brain: {}}\nstimuli: {study: {colour: blue}}\n"
        "scans: {task: a}\nsearchlight: {}\ngroup: {}\n"
    )
    found = problems_apart(load_layers([config]))
    assert list(map(str, found)) == list(map(str, find_problems([config])))
    assert {Path(problem.file).name for problem in found} == {"mine.yaml", "models.tsv"}


def test_a_failing_check_is_no_clean_bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "false")
    with pytest.raises(RuntimeError, match="the check of the data ended with 1"):
        problems_apart(load_layers([], {"study": {"name": "x"}}))
