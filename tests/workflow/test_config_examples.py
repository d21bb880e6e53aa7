"""Shipped configs and the real commands: examples can be planned, and changed ones get one answer.

The examples have small data of their own: no problem, a plan, Snakemake's dry run.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import yaml

from crossmodal import cli
from crossmodal.commands.plan import count_jobs
from crossmodal.commands.plan_data import found_data
from crossmodal.contracts.settings import plain
from crossmodal.simulate.clips import write_actor
from crossmodal.simulate.clips_config import SimulatedClips, clip_files
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.validate import build_study, load_study
from tests.unit.bold_data import write_bids, write_events
from tests.workflow.study import environment

pytestmark = pytest.mark.workflow
LINES = {"clips": 15, "scans": 15, "both": 25}


@pytest.mark.parametrize("name", LINES)
def test_an_example_is_short(root: Path, name: str) -> None:
    text = (root / f"config/examples/{name}.yaml").read_text()
    lines = [line.strip() for line in text.splitlines()]
    assert len([line for line in lines if line and line[0] != "#"]) <= LINES[name]


PARTICIPANTS = [f"{n:02d}" for n in range(1, 7)]


def write_scans(folder: Path, task: str, conditions: list[str]) -> None:
    """Six participants with the same small images; two runs show every condition once."""
    one = write_bids(folder, ("01",), n_volumes=60)
    (one / "task-x_bold.json").rename(one / f"task-{task}_bold.json")
    files = [path for path in (one / "sub-01").rglob("*") if path.is_file()]
    rows = [(2.0 * i, 1.0, name) for i, name in enumerate(conditions)]
    column = "stimulus_id" if len(conditions) > 3 else "trial_type"
    for label in reversed(PARTICIPANTS):  # 01 last: it is moved
        for path in files:
            name = path.relative_to(one).as_posix().replace("task-x", f"task-{task}")
            copy = one / name.replace("sub-01", f"sub-{label}")
            copy.parent.mkdir(parents=True, exist_ok=True)
            if path.name.endswith("events.tsv"):
                write_events(copy, rows, ("onset", "duration", column))
            elif copy != path:
                shutil.copy(path, copy)
            if label == "01" and copy != path:
                path.unlink()


def write_ravdess(folder: Path) -> list[str]:
    """Films of eight actors with RAVDESS names, all with one face; the ids of the first six's."""
    emotions = ["neutral", "happy", "angry"]
    films = [folder / file for file in clip_files("01", emotions)]
    films[0].parent.mkdir(parents=True)
    small = SimulatedClips(tuple(emotions), 1.0, 10, 160, 90)
    write_actor(small, "01", 7, list(map(str, films)), str(folder / "features.tsv"))
    for actor in range(2, 9):
        for film, name in zip(films, clip_files(f"{actor:02d}", emotions), strict=True):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(film, folder / name)
    return [Path(name).stem for label in PARTICIPANTS for name in clip_files(label, emotions)]


@pytest.mark.parametrize("name", ["scans", "both"])
def test_an_example_with_scans_passes_the_check_and_can_be_planned(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], name: str,
) -> None:  # fmt: skip
    path = root / f"config/examples/{name}.yaml"
    monkeypatch.chdir(tmp_path)  # where the example's folders are
    (tmp_path / "resources").symlink_to(root / "resources")
    conditions = write_ravdess(tmp_path / "data/clips") if name == "both" else list("abc")
    write_scans(tmp_path / "data/bids", load_study(path).scans.task, conditions)
    (tmp_path / "data/models.tsv").write_text("condition\tsize\na\t1\nb\t2\nc\t5\n")
    assert cli.main(["check", "--config", str(path)]) == 0, capsys.readouterr().out
    assert "no problem found" in capsys.readouterr().out
    study = load_study(path)
    assert planning_problems(study) == []
    data = found_data(study)
    assert (data.n_participants, data.n_runs) == (6, 2)
    image = next((tmp_path / "data/bids/sub-03").rglob("*run-2_bold.nii.gz"))
    whole = image.read_bytes()
    image.write_bytes(whole[:-1000])  # files are opened, not only found
    assert cli.main(["check", "--config", str(path)]) == 1
    assert "truncated" in capsys.readouterr().out
    image.write_bytes(whole)
    monkeypatch.chdir(root)  # where the Snakefile is
    values = plain(study)
    values["scans"]["bids_dir"] = str(tmp_path / "data/bids")
    if name == "both":
        values["stimuli"]["clips_dir"] = str(tmp_path / "data/clips")
    else:
        values["models"]["tables"]["mine"] = str(tmp_path / "data/models.tsv")
    jobs = count_jobs(build_study(values), data)
    assert jobs["searchlight"] == 6
    assert jobs["group_maps"] == {"scans": 1, "both": 3}[name]


def write_clips(folder: Path) -> None:
    """Films, and clips.tsv: four speakers of strong clips, two of weak ones for the pool."""
    emotions = ["happy", "angry"]
    films = [folder / file for file in clip_files("01", emotions)]
    films[0].parent.mkdir()
    small = SimulatedClips(tuple(emotions), 1.0, 10, 160, 90)
    write_actor(small, "01", 7, list(map(str, films)), str(folder / "features.tsv"))
    rows = ["path\tspeaker\temotion\tlanguage\tintensity"]
    for speaker in "ABCDEF":
        intensity = "weak" if speaker in "EF" else "strong"
        kinds = product(emotions, ("en", "fr"))
        for film, (emotion, language) in zip(films, kinds, strict=True):
            name = f"{speaker} {emotion} {language}.mp4"
            shutil.copy(film, folder / name)
            rows.append("\t".join((name, speaker, emotion, language, intensity)))
    (folder / "clips.tsv").write_text("\n".join(rows) + "\n")


def test_the_example_of_clips_passes_the_check_and_can_be_planned(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "config/examples/clips.yaml"
    write_clips(tmp_path)
    monkeypatch.chdir(tmp_path)  # where the example's table is
    assert cli.main(["check", "--config", str(path)]) == 0, capsys.readouterr().out
    assert "no problem found" in capsys.readouterr().out
    monkeypatch.chdir(root)  # where the Snakefile is
    values = plain(load_study(path))
    values["stimuli"]["table"] = str(tmp_path / "clips.tsv")
    study = build_study(values)
    data = found_data(study)
    assert (data.n_conditions, data.n_clips, data.n_actors) == (16, 24, 6)
    jobs = count_jobs(study, data)
    assert (jobs["extract_clips"], jobs["pretrain"], jobs["tune"]) == (6, 6, 6)
    assert jobs["draw_rdms"] == 1


COMMANDS = {name: ["crossmodal.cli", name, "--config"] for name in ("check", "plan", "summary")} | {
    "snakemake": ["snakemake", "--dry-run", "--nolock", "--cores", "1", "--configfile"]
}


@pytest.mark.parametrize(
    ("path", "change", "runs"),
    [
        ("study.name", lambda block, key: block.pop(key), False),  # required
        ("group.n_permutations", lambda block, key: block.pop(key), True),  # optional
        ("searchlight.radius_mm", lambda block, key: block.update({key: [12.0]}), False),
        ("roi.inference", lambda block, key: block.update({f"{key}x": block.pop(key)}), False),
        ("figures.regimes", lambda block, key: block.update({key: ["gender"]}), False),
    ],
    ids=[
        *("required key deleted", "optional key deleted", "wrong type", "misspelt key"),
        "blocks that contradict each other",
    ],
)
def test_all_commands_agree_whether_a_changed_study_can_run(
    root: Path, tmp_path: Path, path: str, change: Callable[[dict, str], object], runs: bool
) -> None:
    values = yaml.safe_load((root / "config/test.yaml").read_text())
    block, key = path.split(".")
    change(values[block], key)
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(values))
    for name, command in COMMANDS.items():
        result = subprocess.run(
            [sys.executable, "-m", *command, str(file)], cwd=root, capture_output=True, text=True,
            env=environment() | {"COLUMNS": "300"},
        )  # fmt: skip
        said = result.stdout + result.stderr
        assert (result.returncode == 0) == runs, f"{name}: {said}"
        assert "Traceback" not in said, name
        assert runs or key in said, f"{name}: {said}"
