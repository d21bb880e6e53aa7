"""Say what would run, and for which reason, for the whole study, a rule or a file."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crossmodal.contracts.errors import InputError


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
    """Message (or rule) and reason of each job in the output of ``snakemake --dry-run``."""
    jobs: list[dict[str, str]] = []
    for line in text.splitlines():
        if match := re.match(r"^(?:Job \d+: |(?:local)?rule )(.*?):?$", line):
            jobs.append({"job": match[1], "reason": ""})
        elif jobs and (match := re.match(r"^\s*[Rr]eason: (.*)$", line)):
            jobs[-1]["reason"] = match[1]
    return [job for job in jobs if job["reason"]]
