"""Where a study may run and leave its results."""

import sys
from pathlib import Path

import pytest

from crossmodal.study.checks.place import cache_problem, elsewhere, place
from crossmodal.study.validate import build_study


def problems(results_dir: str) -> list[str]:
    study = build_study({"study": {"name": "x", "results_dir": results_dir}})
    return [str(problem) for problem in [*elsewhere(study), *place(study)]]


@pytest.mark.parametrize("good", ["results", "results-mine", "results/second", "out"])
def test_folders_of_their_own_are_fine(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert problems(good) == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("/elsewhere", "below the work dir"),
        ("../results", "below the work dir"),
        (".", "below the work dir"),
        ("results/", "expected 'results'"),
        ("./results", "expected 'results'"),
        ("src", "a folder for results alone"),
        ("config/results", "a folder for results alone"),
        (".snakemake", "a folder for results alone"),
        ("benchmarks", "a folder for results alone"),
        ("file", "expected a folder, got the file file"),
    ],
)
def test_others_are_one_problem(
    bad: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    (found,) = problems(bad)
    assert said in found


def test_a_python_that_no_shell_finds_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my study/.venv/bin/python")
    (found,) = problems("results")
    assert "my study/.venv/bin/python: python: expected an environment at a path without" in found


@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_a_home_that_cannot_be_written_is_a_problem(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "file"))
    (found,) = problems("results")
    assert "HOME: expected a folder for Snakemake's cache; set XDG_CACHE_HOME to one" in found
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_problem() is None
