"""Lock files go with the process that wrote them, and not before."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.locks import (
    LIVENESS,
    alone,
    at_work,
    hold_results,
    release_dead_lock,
)

HOLDER = """
import sys, time
from pathlib import Path
from crossmodal.provenance.locks import hold_results, release_dead_lock
hold_results("results/")
release_dead_lock()
Path(".snakemake/locks").mkdir(parents=True, exist_ok=True)
Path(".snakemake/locks/0.output.lock").write_text("results/a.h5\\n")
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another process that runs in this work dir."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(root / "src"))
    process = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()


def test_lock_of_a_running_process_stays(holder: subprocess.Popen) -> None:
    assert not release_dead_lock()
    assert Path(".snakemake/locks/0.output.lock").exists()


def test_lock_of_a_killed_process_is_released(holder: subprocess.Popen) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert release_dead_lock()
    assert list(Path(".snakemake/locks").iterdir()) == [], "Snakemake needs the folder"


def test_lock_of_another_host_stays(holder: subprocess.Popen) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    Path(".snakemake", LIVENESS).write_text("another-host")
    assert not release_dead_lock()
    assert Path(".snakemake/locks/0.output.lock").exists()


def test_a_dry_run_beside_a_run_does_not_make_it_look_dead(holder: subprocess.Popen) -> None:
    assert not release_dead_lock()
    # A third process comes while both live; this one's lock alone must stop it, too.
    code = "from crossmodal.provenance.locks import release_dead_lock as f; print(f())"
    holder.kill()
    holder.wait()
    third = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert third.stdout == "False\n"


def test_where_nothing_is_locked_nothing_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not release_dead_lock()


def test_where_no_folder_can_be_made_nothing_is_released(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not release_dead_lock(tmp_path / "file")


def test_a_second_run_on_the_same_results_is_refused(holder: subprocess.Popen) -> None:
    with pytest.raises(InputError, match=rf"no other run .*got process {holder.pid} on"):
        hold_results("./results")
    hold_results("results-other")
    holder.kill()
    holder.wait()
    hold_results("results")


def test_alone_means_that_no_other_run_lives(holder: subprocess.Popen) -> None:
    release_dead_lock()
    assert not alone()
    holder.kill()
    holder.wait()
    assert alone()
    assert alone(), "the own lock is held again and does not stand in the way"


def test_where_nothing_can_be_known_nobody_is_alone(tmp_path: Path) -> None:
    assert not alone(tmp_path / "none")


def test_whether_a_run_is_at_work_is_seen_without_a_trace(holder: subprocess.Popen) -> None:
    before = {path: path.stat().st_mtime_ns for path in Path(".snakemake").rglob("*")}
    assert at_work("./results")
    assert not at_work("results-other")
    assert {path: path.stat().st_mtime_ns for path in Path(".snakemake").rglob("*")} == before
    holder.kill()
    holder.wait()
    assert not at_work("results")
