"""Find everything that is wrong with a config and the data it names, at once, in a table."""

import argparse
import resource

from rich.console import Console
from rich.markup import escape

from crossmodal.commands.clip_summary import clip_tables
from crossmodal.commands.planning import problem_table
from crossmodal.study.checks.data import find_problems, find_remarks
from crossmodal.study.overlay import names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deep",
        action="store_true",
        help="also read every volume and frame: about 0.3 s of CPU a clip of 3 s",
    )


def run(options: argparse.Namespace) -> int:
    problems = find_problems(options.configs, deep=options.deep)
    console = Console(soft_wrap=True)
    console.print(
        problem_table(problems) if problems else f"{names(options.configs)}: no problem found"
    )
    if options.deep:
        console.print(f"--deep cost {cpu_s():.0f} s of CPU")
    for table in clip_tables(*options.configs):
        console.print(table)
    for remark in [] if problems else find_remarks(options.configs):
        console.print(f"note: {escape(remark)}")
    return 1 if problems else 0


def cpu_s() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
