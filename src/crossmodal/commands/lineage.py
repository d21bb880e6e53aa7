"""Print where a figure or any other result came from, down to raw files."""

import argparse
import re
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.audit import read_sidecar
from crossmodal.provenance.embedded import embedded_ids
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import Lineage, read_lineage, record_files
from crossmodal.study.validate import load_study

SHOWN = 12  # characters of a digest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        help="a result, e.g. results/figures/fig2_rdms.pdf; a figure's id; or a copy of a figure "
        "from anywhere, under any name, also inside a slide deck",
    )


def run(options: argparse.Namespace) -> int:
    results = Path(load_study(*options.configs).study.results_dir)
    lineage = read_lineage(record_files(results))
    console = Console(soft_wrap=True)
    for path, note in find(lineage, results, Path(options.file).as_posix()):
        if note:
            console.print(escape(note))
        console.print(tree(lineage, path))
    return 0


def find(lineage: Lineage, results: Path, given: str) -> list[tuple[str, str]]:
    """Results that a path, a figure id or a file from elsewhere means, each with how it was found.

    Raises
    ------
    InputError : the study did not make it, or not any more
    """
    if given in lineage.producer:
        return [(given, "")]
    by_id = _figures_by_id(results)
    if re.fullmatch("[0-9a-f]{16}", given):
        ids, origin = [given], f"figure id {given}"
    elif Path(given).is_file():
        if same := _same_bytes(lineage, given):
            return [(same, f"{given} has the bytes of {same}")]
        ids, origin = embedded_ids(given), given
    else:
        ids, origin = [], given
    known = [one for one in ids if by_id[one]]
    if ids and not known:
        got = f"the id {', '.join(ids)}, of no figure that is there now"
        raise InputError(given, "figure id", "the id of a figure of this study", got)
    if not known:
        lineage.upstream(given)  # says that there is no record of it
    return [
        (by_id[one][0], f"{origin} carries the id {one} of {' or '.join(by_id[one])}")
        for one in known
    ]


def _figures_by_id(results: Path) -> dict[str, list[str]]:
    """Figure id -> a file of that figure, or of each figure if one job drew several."""
    files: dict[str, list[str]] = defaultdict(list)
    for path in sorted(results.glob("figures/*.prov.json")):
        content = read_sidecar(path)
        files[content["figure_id"]].append(min(content["files"]))
    return files


def _same_bytes(lineage: Lineage, given: str) -> str | None:
    digest = sha256_file(given)
    made = {path: lineage.records[name]["outputs"][path] for path, name in lineage.producer.items()}
    return next((path for path in sorted(made) if made[path] == digest), None)


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
    shown = escape(path)
    if path not in lineage.producer:
        return f"[bold]{shown}[/]  raw  {(digest or '')[:SHOWN]}"
    record = lineage.records[lineage.producer[path]]
    return f"[bold]{shown}[/]  {record['outputs'][path][:SHOWN]}  ← [cyan]{record['rule']}[/]"


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
