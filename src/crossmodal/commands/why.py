"""Say what would run, and for which reason, for the whole study, a rule or a file."""

import argparse
import re
import subprocess
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crossmodal.contracts.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", help="a rule or a file; default: the whole study")


def run(options: argparse.Namespace) -> int:
    jobs = planned_jobs(options.config, options.target)
    table = Table("rule", "outputs", "reason")
    for job in jobs:
        table.add_row(job["rule"], escape(job["output"]), escape(job["reason"]))
    Console().print(table if jobs else "Nothing would run: everything is up to date.")
    return 0


def planned_jobs(config: Path, target: str | None = None) -> list[dict[str, str]]:
    """Jobs that Snakemake would run, each with rule, outputs and reason.

    Raises
    ------
    InputError : Snakemake cannot plan (its message is passed on)
    """
    command = ["snakemake", "--dry-run", "--cores", "1", "--configfile", str(config)]
    is_rule = target is not None and "/" not in target and "." not in target
    result = subprocess.run(
        [*command, *([target] if target and not is_rule else [])], capture_output=True, text=True
    )
    if result.returncode:
        message = (result.stdout + result.stderr).strip().splitlines()
        raise InputError(config, "plan", "a study that can be planned", message[-1])
    jobs = parse_dry_run(result.stdout + result.stderr)
    return [job for job in jobs if job["rule"] == target] if is_rule else jobs


def parse_dry_run(text: str) -> list[dict[str, str]]:
    """Read rule, output and reason of each job from ``snakemake --dry-run``."""
    jobs: list[dict[str, str]] = []
    for line in text.splitlines():
        if match := re.match(r"^(?:local)?rule (\w+):$", line.strip()):
            jobs.append({"rule": match[1], "output": "", "reason": ""})
        elif jobs and (match := re.match(r"^\s+(output|reason): (.*)$", line)):
            jobs[-1][match[1]] = match[2]
    return [job for job in jobs if job["rule"] != "all"]
