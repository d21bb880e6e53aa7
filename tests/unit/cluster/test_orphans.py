"""Orphans: jobs of this work dir only, gone before the call returns."""

import os
from pathlib import Path

import pytest

from crossmodal.cluster import orphans
from crossmodal.cluster.orphans import cancel_orphans, parse_squeue
from crossmodal.contracts.errors import InputError


@pytest.fixture
def fake_slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """squeue prints the file ``queue``; scancel empties it and notes its arguments."""
    programs = tmp_path / "bin"
    programs.mkdir()
    queue = tmp_path / "queue"
    queue.touch()
    empty = f'[ -e "{tmp_path}/stuck" ] || : > "{queue}"'
    scripts = {
        "squeue": f'cat "{queue}"',
        "scancel": f'echo "$@" > "{tmp_path}/cancelled"; {empty}',
    }
    for name, body in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(orphans, "POLL_S", 0.01)
    return queue


def test_only_workflow_jobs_of_this_folder_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(
        [
            f"11|{tmp_path}|rule_tune_wildcards_emotion",
            f"12|{tmp_path}/elsewhere|rule_tune_wildcards_emotion",
            f"13|{tmp_path}|(null)",
            f"14|{tmp_path}|rule_pretrain",
            "not a job",
            "",
        ]
    )
    assert parse_squeue(text, tmp_path) == ["11", "14"]
    monkeypatch.setenv("SLURM_JOB_ID", "14")
    assert parse_squeue(text, tmp_path) == ["11"]


def test_orphans_are_cancelled_and_awaited(fake_slurm: Path, tmp_path: Path) -> None:
    fake_slurm.write_text(f"11|{tmp_path}|rule_tune\n12|{tmp_path}|rule_tune\n")
    assert cancel_orphans(tmp_path) == ["11", "12"]
    assert (tmp_path / "cancelled").read_text() == "11 12\n"


def test_nothing_is_cancelled_where_nothing_runs(fake_slurm: Path, tmp_path: Path) -> None:
    assert cancel_orphans(tmp_path) == []
    assert not (tmp_path / "cancelled").exists()


def test_a_job_that_will_not_go_is_named(fake_slurm: Path, tmp_path: Path) -> None:
    fake_slurm.write_text(f"11|{tmp_path}|rule_tune\n")
    (tmp_path / "stuck").touch()
    with pytest.raises(InputError, match="jobs of an earlier run: expected none .* got 11"):
        cancel_orphans(tmp_path, timeout_s=0.05)


def test_without_slurm_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cancel_orphans(tmp_path) == []
