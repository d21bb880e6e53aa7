"""Presets, several files and the command line mean the same for every command and for Snakemake."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crossmodal import cli
from crossmodal.study.overlay import load_layers
from crossmodal.study.validate import build_study
from tests.workflow.study import environment

pytestmark = pytest.mark.workflow
SHOW = """
include: "{root}/workflow/rules/common.smk"
print("SAID", json.dumps(dict(
    seed=STUDY.study.seed, name=STUDY.study.name, files=LAYERS.files,
    permutations=STUDY.group and STUDY.group.n_permutations,
    participants=STUDY.scans and STUDY.scans.participants,
    record=json.loads(os.environ["CROSSMODAL_CONFIG"]),
)))
rule all:
"""
SMALL = "study: {name: small, seed: 3}\nstimuli: {}\nsimulate: {clips: {}, brain: {}}\n"


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A work dir with a Snakefile that only reads the config, and a default config."""
    shown = SHOW.replace("{root}", str(root))  # noqa: RUF027
    (tmp_path / "Snakefile").write_text(shown)
    for name in ("resources", "src", "workflow"):
        (tmp_path / name).symlink_to(root / name)
    (tmp_path / "config/presets").mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_text(
        SMALL
        + "scans: {task: emotion, space: native}\nsearchlight: {}\ngroup: {n_permutations: 200}\n"
        "models: {labels: [emotion]}\n"
    )
    (tmp_path / "config/presets/seven.yaml").write_text("study: {seed: 7}\n")
    return tmp_path


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--nolock", "--cores", "1"]
    return subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True,
                          env=environment() | {"COLUMNS": "400"})  # fmt: skip


def said(folder: Path, *arguments: str) -> dict[str, Any]:
    """What the rules of a run would read."""
    result = snakemake(folder, *arguments)
    lines = [line for line in result.stdout.splitlines() if line.startswith("SAID ")]
    assert lines, result.stdout + result.stderr
    return json.loads(lines[0].removeprefix("SAID "))


def test_extends_means_the_same_for_snakemake_as_two_files(folder: Path) -> None:
    (folder / "mine.yaml").write_text("extends: [config/config.yaml, config/presets/seven.yaml]\n")
    extended = said(folder, "--configfile", "mine.yaml")
    assert extended["seed"] == 7
    assert extended["files"] == ["config/config.yaml", "config/presets/seven.yaml", "mine.yaml"]
    assert list(extended["record"]["files"]) == extended["files"]
    assert extended["record"]["said"]["config/presets/seven.yaml"] == ["study.seed"]
    two = said(folder, "--configfile", "config/config.yaml", "config/presets/seven.yaml")
    assert {**two, "files": 0, "record": 0} == {**extended, "files": 0, "record": 0}


def test_the_command_line_lies_on_top_of_the_default_and_of_files(folder: Path) -> None:
    alone = said(folder, "--config", "group={n_permutations: 500}", 'scans={participants: ["01"]}')
    assert (alone["permutations"], alone["participants"]) == (500, ["01"])
    assert (alone["name"], alone["files"]) == ("small", ["config/config.yaml"])
    assert alone["record"]["said"]["command line"] == ["scans.participants", "group"]
    top = said(folder, "--configfile", "config/presets/seven.yaml", "config/config.yaml",
               "--config", "study={seed: 1e2}")  # fmt: skip
    assert top["seed"] == 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--configfile", "config/config.yaml", "--configfile", "config/presets/seven.yaml"],
            "one flag with all files: --configfile a.yaml b.yaml",
        ),
        (
            ["--config", "searchlight={radius_mm: no}"],
            "YAML made False of `no` on the command line",
        ),
        (["--config", r"study={name: s\d}"], "write this one into a config file"),
        (["--config", "group={n_permutations: many}"], "group.n_permutations"),
    ],
)
def test_what_snakemake_would_drop_or_change_is_refused_in_a_table(
    folder: Path, arguments: list[str], message: str
) -> None:
    result = snakemake(folder, *arguments)
    assert result.returncode == 1
    assert message in result.stderr
    assert "1 problem(s)" in result.stderr
    assert "Traceback" not in result.stderr


def test_traps_of_a_file_are_the_same_in_the_check_and_in_snakemake(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mine.yaml").write_text(
        "extends: config/config.yaml\nstudy: {name: no, seed: 08}\n"
        "group: {n_permutations: 12:30, alpha: 2021-01-01}\n"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "400")
    for text, words in (
        (None, ["750, which YAML makes of `12:30`", "a date, which YAML makes of `2021-01-01`"]),
        ("extends: config/config.yaml\nstudy: {name: no, seed: 08}\n",
         ["YAML made False of `no` in line 2", "`08` in line 2 is text for YAML; write 8"]),
    ):  # fmt: skip
        if text:
            (folder / "mine.yaml").write_text(text)
        assert cli.main(["check", "--config", "mine.yaml"]) == 1
        shown = capsys.readouterr().out
        planned = snakemake(folder, "--configfile", "mine.yaml").stderr
        for word in [*words, "mine.yaml", "2 problem(s)"]:
            assert word in shown
            assert word in planned


@pytest.mark.parametrize("preset", ["published", "tuned"])
def test_presets_are_seen_by_every_reader(
    root: Path, tmp_path: Path, preset: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(root)
    base, top = "config/test.yaml", f"config/presets/{preset}.yaml"
    mine = tmp_path / "mine.yaml"
    mine.write_text(json.dumps({"extends": [str(root / base), str(root / top)]}))
    extended, stacked = (build_study(load_layers(files)) for files in ([mine], [base, top]))
    assert extended == stacked
    assert extended.families.cross_channel.preset == preset
    assert cli.main(["check", "--config", base, top]) == 0
    assert f"{base} {top}: no problem found" in capsys.readouterr().out
    jobs = []
    for files in ([base, top], [os.fspath(mine)]):
        assert cli.main(["plan", "--json", "--config", *files]) == 0
        jobs.append(json.loads(capsys.readouterr().out))
    assert jobs[0] == jobs[1]
