"""Say what would run, and for which reason, for the whole study, a rule or a file."""

import argparse
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.guard import reasons_in
from crossmodal.study.checks.place import cache_problem
from crossmodal.study.overlay import names

WHOLE_STUDY = "all"  # the rule that only collects; no reader asks for it
# What Snakemake calls jobs that the guard has it make again, in its summary and at the job.
FORCED, FORCED_JOB = "forced", "Forced execution"
SAID = {
    "input files updated by another job": "what it reads is made again",
    "output files have to be generated": "not made yet",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", help="a rule or a file; default: the whole study")
    parser.add_argument("--verbose", action="store_true", help="every job, with all its files")


def run(options: argparse.Namespace) -> int:
    text = dry_run(options.configs, options.target)
    rows = parse_jobs(text) if options.verbose else parse_rules(text)
    if not rows:
        Console().print("Nothing would run: everything is up to date.")
        return 0
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(escape(value) for value in row.values()))
    Console().print(table)
    return 0


def dry_run(configs: Sequence[Path], target: str | None = None) -> str:
    """What Snakemake says it would run for a file, up to a rule, or for all.

    Raises
    ------
    InputError : Snakemake cannot plan (its message is passed on), or not keep its cache
    """
    if problem := cache_problem():
        raise problem
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--dry-run",
        "--cores",
        "1",
        "--configfile",
        *map(str, configs),
    ]
    if target:
        is_rule = "/" not in target and "." not in target
        command += ["--until", target] if is_rule else ["--", target]
    result = subprocess.run(command, capture_output=True, text=True)
    text = result.stdout + result.stderr
    if result.returncode:
        raise InputError(names(configs), "plan", "a study that can be planned", text.strip()[-300:])
    return text


def parse_rules(text: str) -> list[dict[str, str]]:
    """One row a rule of ``snakemake --dry-run``'s output: rule, number of jobs, reason.

    The guard's reasons come first: to Snakemake such a job is merely forced.
    """
    guarded = _guarded_rules(text)
    reasons = _reasons_of_rules(text)
    return [
        {"rule": rule, "jobs": jobs, "reason": "; ".join([*guarded.get(rule, []), *reasons[rule]])}
        for rule, jobs in re.findall(r"^(\w+) +(\d+)$", _section(text, "Job stats:"), re.MULTILINE)
        if rule not in (WHOLE_STUDY, "total")
    ]


def _guarded_rules(text: str) -> dict[str, list[str]]:
    """Rule -> the guard's reasons, each once, the commonest first, at most three."""
    found: dict[str, Counter[str]] = {}
    for job, reason in reasons_in(text).items():
        found.setdefault(job.split("/")[0], Counter())[reason] += 1
    rows = {rule: [reason for reason, _ in counts.most_common()] for rule, counts in found.items()}
    return {
        rule: [*row[:3], *([f"and {len(row) - 3} more reasons"] if len(row) > 3 else [])]
        for rule, row in rows.items()
    }


def _reasons_of_rules(text: str) -> dict[str, list[str]]:
    """Rule -> Snakemake's kinds of reason, from the block 'Reasons:' of a dry run."""
    found: dict[str, list[str]] = {}
    pairs = re.findall(r"^    (\S.*):\n {8}(.+)$", _section(text, "Reasons:"), re.MULTILINE)
    for reason, rules in pairs:
        for rule in rules.split(", "):
            said = [] if reason == FORCED else [SAID.get(reason, reason)]
            found[rule] = [*found.get(rule, []), *said]
    return defaultdict(list, found)


def _section(text: str, title: str) -> str:
    """The last paragraph that begins with a title."""
    return text.rpartition(f"\n{title}\n")[2].partition("\n\n")[0]


def parse_jobs(text: str) -> list[dict[str, str]]:
    """Every job of a dry run with its reason; those that the guard has made again come first."""
    guarded = [{"job": job, "reason": reason} for job, reason in reasons_in(text).items()]
    jobs: list[dict[str, str]] = []
    for line in text.splitlines():
        if match := re.match(r"^(?:Job \d+: |(?:local)?rule )(.*?):?$", line):
            jobs.append({"job": match[1], "reason": ""})
        elif jobs and (match := re.match(r"^\s*[Rr]eason: (.*)$", line)):
            jobs[-1]["reason"] = match[1]
    return guarded + [job for job in jobs if job["reason"] not in ("", FORCED_JOB)]
