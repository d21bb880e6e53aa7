"""Checkpoints of a job that was stopped: found again by the same job, and by no other."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crossmodal.provenance.lineage import identity
from crossmodal.provenance.record import recorded


@contextmanager
def resumable(snakemake: Any) -> Iterator[Path]:
    """``recorded``, with the folder of the job's checkpoints, ``snakemake.params.checkpoints``.

    What is found there is of a job with these inputs, code, params and versions. When and at
    which commit that one began is in its record, but makes no other job of it.
    """
    with (
        recorded(snakemake) as record,
        checkpoint_dir(snakemake.params.checkpoints, identity(record)) as folder,
    ):
        yield folder


@contextmanager
def checkpoint_dir(path: str | Path, key: str) -> Iterator[Path]:
    """A folder for the checkpoints of one job, removed when the job is done.

    ``key`` identifies everything the job depends on: a job that was stopped and comes back
    with other inputs, code or parameters starts afresh.
    """
    folder = Path(path) / key[:16]
    yield folder
    shutil.rmtree(path, ignore_errors=True)
