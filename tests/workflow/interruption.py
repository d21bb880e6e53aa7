"""Ways to interrupt a running study: signals at a chosen moment, disks that fill up."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.workflow.study import CORES, Study, environment

POLL_S = 0.2


def start(study: Study, log: Path, prepare: Callable[[], None] | None = None) -> subprocess.Popen:
    """Snakemake in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", "--configfile", study.config, "--cores", CORES]
    with open(log, "ab") as out:
        return subprocess.Popen(
            command, cwd=study.folder, env=environment(), stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=prepare,
        )  # fmt: skip


def wait_until(process: subprocess.Popen, happened: Callable[[], bool], limit_s: float) -> None:
    """Wait for an event, or for the end of the process.

    Raises
    ------
    TimeoutError : neither came in time
    """
    end = time.monotonic() + limit_s
    while not happened() and process.poll() is None:
        if time.monotonic() > end:
            raise TimeoutError(f"nothing after {limit_s:.0f} s")
        time.sleep(POLL_S)


def kill_group(process: subprocess.Popen, number: signal.Signals, limit_s: float = 60) -> None:
    """Send a signal to Snakemake and all its jobs, and wait until none of them is left."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
    end = time.monotonic() + limit_s
    while group_lives(process):
        if time.monotonic() > end:
            os.killpg(process.pid, signal.SIGKILL)
            raise TimeoutError(f"still running {limit_s:.0f} s after {number.name}")
        time.sleep(POLL_S)


def group_lives(process: subprocess.Popen) -> bool:
    """Whether any process of the group still runs.

    Zombies do not: those of ours are taken in first, and those of a killed Snakemake are left to
    init, which in some containers takes them in late or never.
    """
    process.poll()
    return any(_runs_in(process.pid, other) for other in psutil.process_iter())


def _runs_in(group: int, process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    return False


def limit_file_size(n_bytes: int) -> Callable[[], None]:
    """A preparation after which every larger file fails half-written, as on a full disk."""

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))

    return prepare


@contextmanager
def small_disk(folder: Path, size_mb: int) -> Iterator[Callable[[str], None]]:
    """A tmpfs of that size on an empty folder; yields a function that remounts it.

    Skips where this process may not mount.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mounted = mount(f"size={size_mb}m", "-t", "tmpfs", "tmpfs", str(folder))
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a tmpfs: {mounted.stderr.strip()}")
    try:
        yield lambda options: mount(f"remount,{options}", str(folder)).check_returncode()
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def mount(options: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(["mount", "-o", options, *arguments], capture_output=True, text=True)
