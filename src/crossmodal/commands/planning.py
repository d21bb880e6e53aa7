"""What stops a study from being planned at all. Light: the Snakefile imports it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from crossmodal.bold.bids import find_runs
from crossmodal.bold.fmriprep import preprocessed
from crossmodal.commands.group_problems import group_problems
from crossmodal.contracts.braces import brace_problems
from crossmodal.contracts.config import config_problems
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.selection import find_selection, has_clips

SCHEMA = "config/config.schema.yaml"


def planning_problems(config: dict[str, Any], source: str | Path) -> list[InputError]:
    """All problems of the config and of the names of the files it asks for, none opened.

    ``crossmodal.commands.problems`` finds more, but opens every file.
    """
    problems = config_problems(config, SCHEMA, source)
    if problems:
        return problems
    problems += [*long_results_dir(config), *group_problems(config), *missing_weights(config)]
    problems += brace_problems(config)
    stimuli, scans = config.get("stimuli"), config.get("scans")
    if stimuli and has_clips(stimuli):
        problems += find_selection(stimuli)[0]
    if scans and scans["bids_dir"] is not None:
        problems += problems_of(lambda: _runs(scans))
    return problems


def long_results_dir(config: dict[str, Any]) -> list[InputError]:
    """A results folder like './results' or 'results/'.

    Records name results by paths that are compared as texts.
    """
    given = config["study"]["results_dir"]
    if given == (short := Path(given).as_posix()):
        return []
    return [InputError("config", "study.results_dir", repr(short), repr(given))]


def missing_weights(config: dict[str, Any]) -> list[InputError]:
    """Weights that families start from and that are not there."""
    families = config.get("families") or {}
    return [
        InputError(path, f"families.{name}.weights.{modality}", "a file of weights", "no such file")
        for name, block in families.items()
        for modality, path in (block.get("weights") or {}).items()
        if path and not Path(path).is_file()
    ]


def _runs(scans: dict[str, Any]) -> object:
    runs = find_runs(scans["bids_dir"], scans["task"], scans["participants"])
    folder = scans["fmriprep_dir"]
    return preprocessed(runs, folder, scans["space"]) if folder else runs


def problems_of(action: Callable[[], object]) -> list[InputError]:
    """The problem that an action meets, in a list; none where it succeeds."""
    try:
        action()
    except InputError as problem:
        return [problem]
    return []


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
