"""Say what would run, and for which reason, for the whole study, a rule or a file."""

import argparse
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.guard import reasons_in


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", help="a rule or a file; default: the whole study")


def run(options: argparse.Namespace) -> int:
    jobs = planned_jobs(options.config, options.target)
    table = Table("job", "reason")
    for job in jobs:
        table.add_row(escape(job["job"]), escape(job["reason"]))
    Console().print(table if jobs else "Nothing would run: everything is up to date.")
    return 0


def planned_jobs(config: Path, target: str | None = None) -> list[dict[str, str]]:
    """Jobs that Snakemake would run for a file, up to a rule, or for all; with reasons.

    Raises
    ------
    InputError : Snakemake cannot plan (its message is passed on)
    """
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--dry-run",
        "--cores",
        "1",
        "--configfile",
        str(config),
    ]
    if target:
        is_rule = "/" not in target and "." not in target
        command += ["--until", target] if is_rule else ["--", target]
    result = subprocess.run(command, capture_output=True, text=True)
    text = result.stdout + result.stderr
    if result.returncode:
        raise InputError(config, "plan", "a study that can be planned", text.strip()[-300:])
    return parse_dry_run(text)


def parse_dry_run(text: str) -> list[dict[str, str]]:
    """Message (or rule) and reason of each job in the output of ``snakemake --dry-run``.

    To Snakemake, a job whose record the guard set aside lacks that file. Why it was set aside
    stands before that, from the guard's lines in the same output.
    """
    guarded = reasons_in(text)
    jobs: list[dict[str, str]] = []
    for line in text.splitlines():
        if match := re.match(r"^(?:Job \d+: |(?:local)?rule )(.*?):?$", line):
            jobs.append({"job": match[1], "reason": ""})
        elif jobs and (match := re.match(r"^\s*[Rr]eason: (.*)$", line)):
            jobs[-1]["reason"] = "; ".join([*_guard_reason(match[1], guarded), match[1]])
    return [job for job in jobs if job["reason"]]


def _guard_reason(reason: str, guarded: Mapping[str, str]) -> list[str]:
    """The guard's reason for a job, found by the record that Snakemake misses; or nothing."""
    missing = re.findall(r"/provenance/records/(\S+)\.json", reason)
    return [guarded[job] for job in missing if job in guarded][:1]
