"""Say what a run has made and where to look."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from crossmodal.contracts.errors import InputErrors
from crossmodal.study.checks.run import contradictions
from crossmodal.study.overlay import load_layers, names
from crossmodal.study.study import Study
from crossmodal.study.validate import build_study, located


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(options: argparse.Namespace) -> int:
    results = Path(consistent_study(options.configs).study.results_dir)
    console = Console()
    table = Table("figures and tables", title=f"Study {names(options.configs)}")
    for path in sorted(results.glob("figures/*")):
        if path.suffix in (".pdf", ".png", ".tsv", ".md"):
            table.add_row(str(path))
    console.print(table)
    if rows := costs(results / "benchmarks"):
        console.print(_cost_table(rows))
    console.print(
        f"Where each came from: crossmodal lineage FILE --config {names(options.configs)}"
    )
    return 0


def consistent_study(configs: Sequence[Path]) -> Study:
    """The study, refused as planning refuses it: also where its blocks contradict each other.

    Raises
    ------
    InputErrors : all problems that the config alone shows
    """
    layers = load_layers(configs)
    study = build_study(layers)
    if found := contradictions(study):
        raise InputErrors(located(found, layers))
    return study


def costs(folder: Path) -> list[tuple[str, int, float, float]]:
    """Per rule: jobs, wall seconds summed, largest memory in MB; the dearest first."""
    rows = []
    for rule in sorted({path.relative_to(folder).parts[0] for path in folder.rglob("*.tsv")}):
        files = [folder / rule] if rule.endswith(".tsv") else sorted((folder / rule).rglob("*.tsv"))
        frame = pd.concat([pd.read_csv(file, sep="\t", na_values="-") for file in files])
        rows.append((rule.removesuffix(".tsv"), len(files), frame["s"].sum(),
                     frame["max_rss"].max()))  # fmt: skip
    return sorted(rows, key=lambda row: -row[2])


def _cost_table(rows: list[tuple[str, int, float, float]]) -> Table:
    table = Table("rule", "jobs", "seconds", "peak MB", title="What it cost (last run of each job)")
    for rule, jobs, seconds, memory in rows:
        table.add_row(rule, str(jobs), f"{seconds:.0f}", f"{memory:.0f}")
    return table
