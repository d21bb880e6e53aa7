"""How far a run is, read from Snakemake's log of it."""

import io
import os
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from crossmodal import cli
from crossmodal.commands import watch
from crossmodal.commands.watch import left_s, rounded, table_of
from crossmodal.study.run_log import Failure, newest_log, read_progress

LOG = """Assuming unrestricted shared filesystem usage.

SNAKEMAKE
=========
  Date: 2026-11-30 02:26:30
  Command: /x/snakemake --cores 2 --configfile {config}{dry}
  Config file(s): [PosixPath('{folder}/{config}')]

Building DAG of jobs...
Provided cores: 2 (use --cores to define parallelism)
Job stats:
job                       count
----------------------  -------
extract                       2
estimate_runs_1               1
estimate_runs_2_4             3
all                           1
total                         7

Select jobs to execute...
[Mon Nov 30 02:26:37 2026]
Job 7: Decode clips
Reason: Missing output files: a
[Mon Nov 30 02:26:37 2026]
Job 8: Decode other clips
[Mon Nov 30 02:26:47 2026]
Finished jobid: 7 (Rule: extract)
1 of 7 steps (14%) done
[Mon Nov 30 02:26:47 2026]
rule estimate_runs_1:
    input: a
[Mon Nov 30 02:26:48 2026]
Error in rule extract:
    message: None
    jobid: 8
    output: b
    log: logs/extract/[8].log (check log file(s) for error details)

Shutting down, this might take some time.
[Mon Nov 30 02:26:48 2026]
Error in rule extract:
    message: None
    jobid: 8
    output: b
    log: logs/extract/[8].log (check log file(s) for error details)
"""
SECONDS = {"extract": 10.0, "estimate": 5.0}
NOW = datetime(2026, 11, 30, 2, 26, 50)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("logs/extract").mkdir(parents=True)
    Path("logs/extract/[8].log").write_text("INFO: x\nERROR: b.mp4: audio: expected sound\n\n")
    return write_log("mine.yaml", 1)


def write_log(config: str, time_s: int, dry: str = "") -> Path:
    path = Path(f".snakemake/log/{time_s}.snakemake.log")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LOG.format(folder=Path.cwd(), config=config, dry=dry))
    return path


def test_jobs_are_counted_by_rule_and_a_failure_once(log: Path) -> None:
    progress = read_progress(log)
    assert progress.planned == {"extract": 2, "estimate": 4}
    assert progress.finished == {"extract": 1}
    assert (progress.n_planned, progress.n_finished, progress.n_running) == (6, 1, 1)
    said = "ERROR: b.mp4: audio: expected sound"
    assert progress.failures == (Failure("extract", "logs/extract/[8].log", said),)
    assert progress.begin == datetime(2026, 11, 30, 2, 26, 30)


def test_a_job_that_is_tried_again_has_not_failed(log: Path) -> None:
    first = log.read_text().partition("Shutting down")[0]
    log.write_text(first + "Trying to restart job 8.\n")
    progress = read_progress(log)
    assert progress.failures == ()
    assert progress.n_running == 1  # estimate_runs_1; job 8 waits
    log.write_text(log.read_text() + "Job 8: Decode other clips\n")
    assert read_progress(log).n_running == 2
    log.write_text(log.read_text() + "Finished jobid: 8 (Rule: extract)\n")
    assert (read_progress(log).finished["extract"], read_progress(log).failures) == (2, ())


def test_time_left_is_the_plans_at_the_pace_so_far(log: Path) -> None:
    progress = read_progress(log)  # 10 of 40 planned seconds in 20 s
    assert left_s(progress, SECONDS, NOW) == pytest.approx(60)
    assert rounded(3723.4) == "1:02:03"


def test_before_the_first_job_ends_the_plan_alone_says_what_is_left(log: Path) -> None:
    text = log.read_text()
    log.write_text(text[: text.index("Finished")])
    assert left_s(read_progress(log), SECONDS, NOW) == pytest.approx((2 * 10 + 4 * 5) / 2)


def test_the_table_shows_rules_to_come_and_the_failures_last_line(log: Path) -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(table_of(read_progress(log), SECONDS, works=True))
    text = console.export_text()
    assert "extract 1 of 2" in " ".join(text.split())
    assert "failed extract: ERROR: b.mp4: audio: expected sound" in text
    assert "log: logs/extract/[8].log" in text
    assert "1 of 6 jobs done, 1 failed, 1 at work" in text


def test_of_several_runs_the_last_of_this_config_is_shown(log: Path) -> None:
    write_log("theirs.yaml", 2)
    write_log("mine.yaml", 3, " --dry-run")
    assert newest_log([Path("mine.yaml")]) == log
    assert newest_log([Path("none.yaml")]) is None


def test_plain_snakemake_runs_the_default_config(log: Path) -> None:
    text = log.read_text()
    at, end = text.index("[PosixPath"), text.index("\n\nBuilding")
    log.write_text(text[:at] + "[]" + text[end:])
    assert newest_log([Path("config/config.yaml")]) == log
    assert newest_log([Path("mine.yaml")]) is None


def test_a_run_that_is_planned_is_watched_once_it_has_jobs(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = SimpleNamespace(study=SimpleNamespace(results_dir="results"))
    monkeypatch.setattr(watch, "at_work", lambda results: True)
    monkeypatch.setattr(watch, "seconds_of_jobs", lambda study, progress: SECONDS)
    before = log.read_text()
    log.unlink()
    looks = watch.looks_at(study, [Path("mine.yaml")])
    assert next(looks)[1] is None
    log.write_text(before)
    os.utime(log, (1, 1))
    assert next(looks)[1].failures
    write_log("mine.yaml", 2).write_text(before.partition("[Mon")[0])
    assert next(looks)[1].failures == ()


def test_without_a_run_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("study: {name: x}")
    assert cli.main(["watch", "--config", "mine.yaml"]) == 2
    assert "mine.yaml: run: expected a run of this config" in capsys.readouterr().err
