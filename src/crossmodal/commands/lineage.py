"""Print where a figure or any other result came from, down to raw files."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.tree import Tree

from crossmodal.contracts.config import load_config
from crossmodal.provenance.lineage import Lineage, read_lineage

SHOWN = 12  # characters of a digest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a result, e.g. results/figures/fig2_rdms.pdf")


def run(options: argparse.Namespace) -> int:
    results = Path(load_config(options.config)["study"]["results_dir"])
    lineage = read_lineage(sorted(results.glob("provenance/records/**/*.json")))
    Console().print(tree(lineage, Path(options.file).as_posix()))
    return 0


def tree(lineage: Lineage, path: str) -> Tree:
    """A rich tree: file, the rule that made it, and below it the files that went in.

    Raises
    ------
    InputError : no record lists the file
    """
    lineage.upstream(path)
    top = Tree(_line(lineage, path))
    _grow(lineage, top, path, set())
    return top


def _line(lineage: Lineage, path: str, digest: str | None = None) -> str:
    if path not in lineage.producer:
        return f"[bold]{path}[/]  raw  {(digest or '')[:SHOWN]}"
    record = lineage.records[lineage.producer[path]]
    return f"[bold]{path}[/]  {record['outputs'][path][:SHOWN]}  ← [cyan]{record['rule']}[/]"


def _grow(lineage: Lineage, node: Tree, path: str, shown: set[str]) -> None:
    name = lineage.producer.get(path)
    if name is None:
        return
    if name in shown:
        node.add("[dim]shown above[/]")
        return
    shown.add(name)
    for file, digest in lineage.records[name]["inputs"].items():
        _grow(lineage, node.add(_line(lineage, file, digest)), file, shown)
