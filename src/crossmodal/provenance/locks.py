"""Release the lock of a Snakemake that was killed, and never that of one that runs.

Snakemake locks a work dir by files below ``.snakemake/locks``. SIGKILL leaves them behind, and
the next run stops until someone calls ``snakemake --unlock``. Every run of this workflow
therefore also holds a shared ``flock`` on one file: the kernel takes it back when the process
ends, however it ends. Whoever gets that lock exclusively is alone in the work dir, so lock
files that lie there belong to nobody.

Snakemake locks files, not folders: two runs of one study would both begin to tidy up. A run
therefore also holds an exclusive lock of its results folder.
"""

import fcntl
import os
import platform
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.hashing import sha256_text

LIVENESS = "crossmodal.alive"
_held: list[int] = []  # open until the process ends
_held_results: list[int] = []


def release_dead_lock(snakemake_folder: str | Path = ".snakemake") -> bool:
    """Hold the liveness lock of this work dir; delete lock files that a killed run left.

    Lock files of another host are left alone: not every network file system shares ``flock``.

    Returns
    -------
    Whether lock files were deleted. False also where the file system has no ``flock``.
    """
    folder = Path(snakemake_folder)
    try:
        folder.mkdir(exist_ok=True)
        handle = os.open(folder / LIVENESS, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # a read-only work dir: Snakemake says so itself
        return False
    released = _alone(handle) and _delete_locks(folder, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
    else:
        _held.append(handle)
    return released


def _alone(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _delete_locks(folder: Path, handle: int) -> bool:
    """Delete Snakemake's lock files unless the last run was on another host."""
    here = platform.node().encode()
    last = os.pread(handle, 1024, 0)
    found = any((folder / "locks").glob("*.lock"))
    if found and last != here:
        return False
    for path in (folder / "locks").glob("*.lock"):  # Snakemake has made the folder already
        path.unlink(missing_ok=True)
    os.ftruncate(handle, 0)
    os.pwrite(handle, here, 0)
    return found


def alone(snakemake_folder: str | Path = ".snakemake") -> bool:
    """Whether no other run works in this work dir, whatever its config; we hold the lock.

    False also where that cannot be known.
    """
    try:
        handle = os.open(Path(snakemake_folder) / LIVENESS, os.O_RDWR)
    except OSError:
        return False
    kept = _held[:]
    for own in kept:  # ours would stand in the way
        fcntl.flock(own, fcntl.LOCK_UN)
    found = _alone(handle)
    os.close(handle)
    for own in kept:
        fcntl.flock(own, fcntl.LOCK_SH)
    return found


def hold_results(results: str | Path, snakemake_folder: str | Path = ".snakemake") -> None:
    """Hold the lock of a results folder until this process ends.

    Raises
    ------
    InputError : another run works on it; names process and host
    """
    try:
        Path(snakemake_folder).mkdir(exist_ok=True)
        handle = os.open(_run_lock(results, snakemake_folder), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # a read-only work dir: Snakemake says so itself
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.pread(handle, 1024, 0).decode(errors="replace")
        os.close(handle)
        raise InputError(results, "run", "no other run at work on these results", other) from None
    except OSError:  # a file system without flock
        os.close(handle)
        return
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"process {os.getpid()} on {platform.node()}".encode(), 0)
    _held_results.append(handle)


def at_work(results: str | Path, snakemake_folder: str | Path = ".snakemake") -> bool:
    """Whether a run of this machine works on a results folder; writes nothing."""
    try:
        handle = os.open(_run_lock(results, snakemake_folder), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # and gone again as soon as it is closed
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _run_lock(results: str | Path, snakemake_folder: str | Path) -> Path:
    name = f"crossmodal.{sha256_text(os.path.normpath(results))[:12]}.run"
    return Path(snakemake_folder, name)
