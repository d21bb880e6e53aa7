"""A reader sees the old file or the complete new one; what killed writers leave is deleted."""

import errno
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from crossmodal.contracts.atomic import atomic_path, remove_leftovers, write_text


def write_half(path: Path) -> None:
    with atomic_path(path) as temporary:
        assert temporary.name.endswith(".nii.gz")
        temporary.write_text("ne")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    write_text(path, "old")
    with pytest.raises(OSError, match="No space left"):
        write_half(path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["map.nii.gz"]


def test_only_leftovers_of_dead_processes_of_this_host_are_deleted(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = platform.node()
    names = {
        "dead": f".tmp-{here}-{ended.pid}-a.h5",
        "alive": f".tmp-{here}-{os.getpid()}-a.h5",
        "elsewhere": f".tmp-not-{here}-{ended.pid}-a.h5",
        "other": "a.h5",
    }
    (tmp_path / "betas").mkdir()
    for name in names.values():
        (tmp_path / "betas" / name).write_text("part")
    assert remove_leftovers(tmp_path) == [tmp_path / "betas" / names["dead"]]
    left = {path.name for path in (tmp_path / "betas").iterdir()}
    assert left == set(names.values()) - {names["dead"]}
