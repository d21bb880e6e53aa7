"""A study that cannot be planned: Snakemake shows every problem, in the table of make check."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from crossmodal.commands.planning import problem_table
from tests.studies import config_problems, values_of
from tests.workflow.study import environment

pytestmark = pytest.mark.workflow
NAMES = ("01-01-03-02-01-01.mp4", "holiday.mp4", "01-01-09-01-01-01-01.mp4")


@pytest.fixture
def config(root: Path, tmp_path: Path) -> Path:
    """The published study with three clips of bad names and a folder of scans that is missing."""
    (tmp_path / "clips").mkdir()
    for name in NAMES:
        (tmp_path / "clips" / name).touch()
    content = values_of(root / "config/ravdess.yaml")
    content["stimuli"]["clips_dir"] = str(tmp_path / "clips")
    content["scans"]["bids_dir"] = str(tmp_path / "none")
    content["study"]["results_dir"] = str(tmp_path / "results")
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def plan(root: Path, config: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--nolock", "--cores", "1"]
    return subprocess.run(
        [*command, "--configfile", str(config)],
        cwd=root,
        env=environment() | {"COLUMNS": "300"},
        capture_output=True,
        text=True,
    )


def test_all_problems_of_clips_and_scans_are_shown_at_once(root: Path, config: Path) -> None:
    result = plan(root, config)
    assert result.returncode == 1
    said = result.stdout + result.stderr
    for name in (*NAMES, "a BIDS data set", "at least one clip that fits"):
        assert name in said
    assert "5 problem(s) in config or data" in said


def test_all_problems_of_a_config_are_shown_at_once(root: Path, config: Path) -> None:
    content = values_of(config)
    content["searchlight"]["radius_mm"] = 0
    content["study"]["sede"] = content["study"].pop("seed")
    del content["scans"]["task"]
    config.write_text(yaml.safe_dump(content))
    said = plan(root, config).stderr
    for words in ("did you mean 'seed'?", "more than 0", "key 'task'", "3 problem(s)"):
        assert words in said


def test_missing_weights_genders_and_clips_are_named(root: Path) -> None:
    result = plan(root, root / "config/mrpn_cremad.yaml")
    said = result.stdout + result.stderr
    for words in (
        "data/weights/resnet18_faces.pth", "families.mrpn.weights.video", "a file of weights",
        "data/weights/resnet18_voices.pth", "data/cremad/VideoDemographics.csv", "4 problem(s)",
    ):  # fmt: skip
        assert words in said


def test_a_narrow_terminal_hides_nothing(
    root: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    console = Console(width=60, record=True, file=io.StringIO())
    console.print(problem_table(config_problems(values_of(config))))
    assert "…" not in console.export_text()  # cells are folded, not cut


def test_a_study_that_can_be_planned_has_no_problems(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert config_problems(values_of("config/config.yaml")) == []
