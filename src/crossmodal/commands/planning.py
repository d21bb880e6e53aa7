"""Problems of a study as a table. Light: the Snakefile imports it."""

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from crossmodal.contracts.errors import InputError


def problem_table(problems: list[InputError]) -> Table:
    """One row per problem: file, field, expected, got."""
    columns = [Column(name, overflow="fold") for name in ("file", "field", "expected", "got")]
    table = Table(*columns, title=f"{len(problems)} problem(s)")
    for problem in problems:
        table.add_row(*(escape(str(value)) for value in
                        (problem.file, problem.field, problem.expected, problem.got)))  # fmt: skip
    return table


def show_problems(problems: list[InputError]) -> None:
    """Print the table to stderr, where Snakemake's own messages go."""
    Console(stderr=True, soft_wrap=True).print(problem_table(problems))
