"""Slurm jobs that outlived the Snakemake that submitted them.

A killed Snakemake (SIGKILL, a rebooted login node) leaves its jobs running. The next one
knows nothing of them and submits the same work again: two jobs would write one file. While
a Snakemake holds the lock of a work dir no other one runs there, so every workflow job of
this work dir that was not submitted by it is an orphan, and is cancelled before the first
job of the new run is submitted. Nothing is lost but the unfinished work of those jobs, and
a training job resumes from its checkpoint.
"""

import getpass
import logging
import os
import shutil
import subprocess
import time
from pathlib import Path

from crossmodal.contracts.errors import InputError

WORKFLOW_COMMENT = "rule_"  # how the executor plugin marks its jobs
FIELDS = "%i|%Z|%k"  # job id, work dir, comment
POLL_S = 1.0


def cancel_orphans(work_dir: str | Path = ".", timeout_s: float = 120) -> list[str]:
    """Cancel this work dir's Slurm jobs of an earlier run and wait until they are gone.

    Call it only while holding Snakemake's lock of ``work_dir``, before any submission.

    Returns
    -------
    Ids of the cancelled jobs; none where there is no Slurm.

    Raises
    ------
    InputError : a job is still there after ``timeout_s``
    """
    if shutil.which("squeue") is None or shutil.which("scancel") is None:
        return []
    orphans = workflow_jobs(work_dir)
    if not orphans:
        return []
    logging.getLogger(__name__).warning(
        "cancelling %d Slurm job(s) of an earlier run: %s", len(orphans), " ".join(orphans)
    )
    subprocess.run(["scancel", *orphans], capture_output=True, text=True, check=False)
    deadline = time.monotonic() + timeout_s
    while left := sorted(set(orphans) & set(workflow_jobs(work_dir))):
        if time.monotonic() > deadline:
            raise InputError(
                "squeue",
                "jobs of an earlier run",
                f"none {timeout_s:.0f} s after scancel",
                " ".join(left),
            )
        time.sleep(POLL_S)
    return orphans


def workflow_jobs(work_dir: str | Path = ".") -> list[str]:
    """Ids of my workflow jobs in ``work_dir``, the surrounding job apart; [] without Slurm."""
    command = ["squeue", "--noheader", "--user", getpass.getuser(), "--format", FIELDS]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return [] if result.returncode else parse_squeue(result.stdout, work_dir)


def parse_squeue(text: str, work_dir: str | Path) -> list[str]:
    """Ids of the workflow jobs of ``work_dir`` in the output of squeue."""
    here, own = Path(work_dir).resolve(), os.environ.get("SLURM_JOB_ID")
    rows = [line.split("|", 2) for line in text.splitlines() if line.count("|") >= 2]
    return [
        job_id
        for job_id, folder, comment in rows
        if comment.startswith(WORKFLOW_COMMENT) and job_id != own and Path(folder).resolve() == here
    ]
