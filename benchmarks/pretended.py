"""A study that looks finished: every output a small file, every record true of these files.

Nothing is computed. Each job's record is made as ``recorded`` makes it, from the digests of the
files that are there, so that the guard checks what it would check after a real run; Snakemake's
``--touch`` then writes its own metadata as after a real run. Only the files' sizes are wrong,
which a no-op run does not read.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.hashing import sha256_files
from crossmodal.provenance.record import job_identity, sealed

# Included in the clone's own Snakefile, so that the rules are the real ones.
SNAKEFILE = """
include: "Snakefile"

from benchmarks.pretended import pretend

onstart:
    pretend(workflow.dag.jobs)
"""


def pretend(jobs: Any) -> None:
    """Write the outputs of all jobs, then their records; that of the lineage last."""
    real = [job for job in jobs if job.rule.name != "all"]
    for job in real:
        for path in map(Path, job.output):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"pretended {path}\n")
    for job in sorted(real, key=lambda job: job.rule.name == "write_lineage"):
        write_record(job)


def write_record(job: Any) -> None:
    """A record of the digests that the job's files have now."""
    view = SimpleNamespace(
        rule=job.rule.name, input=job.input, params=job.params, wildcards=job.wildcards_dict
    )
    made = [str(path) for path in job.output if path != job.output.record]
    content = {"outputs": sha256_files(made), "git": {"commit": "unknown", "dirty": None}}
    write_json(str(job.output.record), sealed(job_identity(view) | content))
