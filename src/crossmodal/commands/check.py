"""Find everything that is wrong with a config and the data it names, at once, in a table."""

import argparse

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crossmodal.commands.problems import find_problems
from crossmodal.contracts.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--deep", action="store_true", help="also read every volume and frame")


def run(options: argparse.Namespace) -> int:
    problems = find_problems(options.config, deep=options.deep)
    Console(soft_wrap=True).print(
        problem_table(problems) if problems else f"{options.config}: no problem found"
    )
    return 1 if problems else 0


def problem_table(problems: list[InputError]) -> Table:
    """One row per problem: file, field, expected, got."""
    table = Table("file", "field", "expected", "got", title=f"{len(problems)} problem(s)")
    for problem in problems:
        table.add_row(*(escape(str(value)) for value in
                        (problem.file, problem.field, problem.expected, problem.got)))  # fmt: skip
    return table
