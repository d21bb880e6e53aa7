"""Which Pythons are supported is said alike wherever it is said, and others are refused."""

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

SCRIPT = "workflow/envs/require_python.py"


def supported(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(sys, "version_info", (3, 11, 0))
    return [f"{major}.{minor}" for major, minor in runpy.run_path(str(root / SCRIPT))["SUPPORTED"]]


def test_all_places_name_the_same_versions(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = supported(root, monkeypatch)
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    last_minor = int(versions[-1].split(".")[1])
    assert project["requires-python"] == f">={versions[0]},<3.{last_minor + 1}"
    named = re.search(r"foreach python,([^,]*),", (root / "Makefile").read_text())[1]
    assert named.split() == [f"python{version}" for version in reversed(versions)]
    assert ", ".join(versions) in (root / "docs/dependencies.md").read_text()


@pytest.mark.parametrize(
    ("version", "match"),
    [
        ((3, 10), "Python 3.10: too old; set PYTHON= to Python 3.11, 3.12 or 3.13"),
        ((3, 14), "Python 3.14: immutables 0.21, which Snakemake 9.27 needs, has no wheel for it"),
        ((3, 15), "Python 3.15: not tried"),
    ],
)
def test_other_versions_are_refused_in_one_line(
    root: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], match: str
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match=match):
        runpy.run_path(str(root / SCRIPT))


def make(root: Path, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess:
    (tmp_path / "workflow/envs").mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text((root / name).read_text())
    (tmp_path / SCRIPT).write_text((root / SCRIPT).read_text())
    command = ["make", *arguments, "check"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)


def fake_python(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_make_takes_the_newest_that_starts(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_python(tmp_path, "python3.13", "echo 'not found in this pyenv'; exit 127")
    fake_python(tmp_path, "python3.12", "exit 0")
    fake_python(tmp_path, "python3.11", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    result = make(root, tmp_path, "-n")
    assert "python3.12 -m venv .venv" in result.stdout
    chosen = make(root, tmp_path / "again", "-n", "PYTHON=/my/python", "VENV=.venv-mine")
    assert "/my/python -m venv .venv-mine" in chosen.stdout


def test_make_refuses_a_python_that_cannot_work(root: Path, tmp_path: Path) -> None:
    old = fake_python(tmp_path, "old", "echo 'Python 3.14: immutables has no wheel' >&2; exit 1")
    result = make(root, tmp_path, f"PYTHON={old}")
    assert result.returncode == 2
    assert "immutables has no wheel" in result.stderr
    assert not (tmp_path / ".venv").exists()
    none = make(root, tmp_path / "none", "PYTHON=")
    assert "no Python 3.11, 3.12 or 3.13 on PATH; set PYTHON=" in none.stdout
