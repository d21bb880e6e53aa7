"""Release the lock of a Snakemake that was killed, and never that of one that runs.

Snakemake locks a work dir by files below ``.snakemake/locks``. SIGKILL leaves them behind, and
the next run stops until someone calls ``snakemake --unlock``. Every run of this workflow
therefore also holds a shared ``flock`` on one file: the kernel takes it back when the process
ends, however it ends. Whoever gets that lock exclusively is alone in the work dir, so lock
files that lie there belong to nobody.
"""

import fcntl
import os
import platform
import shutil
from pathlib import Path

LIVENESS = "crossmodal.alive"
_held: list[int] = []  # open until the process ends


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
    if found:
        shutil.rmtree(folder / "locks")
    os.ftruncate(handle, 0)
    os.pwrite(handle, here, 0)
    return found
