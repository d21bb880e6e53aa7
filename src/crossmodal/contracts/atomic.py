"""Atomic writes: a reader sees the old file or the complete new one, never a part."""

import glob
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def _prefix() -> str:
    return f".tmp-{platform.node()}-"


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; on success fsync it and rename it into place.

    The temporary name keeps all suffixes (``.nii.gz`` stays ``.nii.gz``), because many
    libraries choose the format by them. It holds host and process id, so that two jobs that
    write the same file (a restarted scheduler) never write the same temporary file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{_prefix()}{os.getpid()}-{path.name}")
    try:
        yield temporary
        with open(temporary, "rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: str | Path) -> list[Path]:
    """Delete temporary files whose process is gone: a killed job cannot tidy up.

    Those of other hosts stay, because nobody here knows whether their process lives.
    """
    leftovers = []
    for path in Path(folder).rglob(f"{glob.escape(_prefix())}*"):
        process = path.name.removeprefix(_prefix()).split("-", 1)[0]
        if process.isdigit() and not _is_alive(int(process)):
            with suppress(OSError):  # a read-only folder is reported where it matters
                path.unlink()
                leftovers.append(path)
    return leftovers


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # someone else's
        return True
    return True


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def json_text(content: object) -> str:
    """JSON with sorted keys, so that equal content gives equal bytes."""
    return json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n"


def write_json(path: str | Path, content: object) -> None:
    """Write the ``json_text`` of a content atomically."""
    write_text(path, json_text(content))
