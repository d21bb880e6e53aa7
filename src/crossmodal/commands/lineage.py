"""Print where a figure or any other result came from, down to raw files."""

import argparse
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import plain
from crossmodal.provenance.audit import read_sidecar
from crossmodal.provenance.embedded import embedded_ids
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import (
    Lineage,
    read_lineage,
    record_files,
    temporary_outputs,
)
from crossmodal.provenance.roots import data_paths, located
from crossmodal.study.validate import load_study

SHOWN = 12  # characters of a digest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        help="a result, e.g. results/figures/fig2_rdms.pdf; a figure's id; or a copy of a figure "
        "from anywhere, under any name, also inside a slide deck",
    )


def run(options: argparse.Namespace) -> int:
    study = load_study(*options.configs)
    results = Path(study.study.results_dir)
    lineage = read_lineage(record_files(results))
    now = Now(data_paths(plain(study)), temporary_outputs(results))
    console = Console(soft_wrap=True)
    for path, note in find(lineage, results, Path(options.file).as_posix()):
        if note:
            console.print(escape(note))
        console.print(tree(lineage, path, now))
    if now.changed:
        n = len(now.changed)
        console.print(f"[red]{n} file(s) of this chain are not what was recorded[/]: see the tree")
    return 0


class Now:
    """What the files of a chain are today, beside what the records say; each is hashed once."""

    def __init__(self, roots: Mapping[str, str], temporary: Sequence[str]) -> None:
        self.roots, self.temporary = roots, tuple(temporary)
        self.changed: dict[str, str] = {}
        self.digest = cache(self._digest)

    def _digest(self, path: str) -> str | None:
        file = located(path, self.roots)
        return sha256_file(file) if file.is_file() else None

    def remark(self, path: str, recorded: str) -> str:
        """Nothing where a file is as recorded, else how it differs."""
        got = self.digest(path)
        if got == recorded or (got is None and path.startswith(self.temporary)):
            return ""
        said = f"changed: {got[:SHOWN]} now" if got else "gone"
        self.changed[path] = said
        return f"  [red]{said}[/]"


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


def tree(lineage: Lineage, path: str, now: Now) -> Tree:
    """A rich tree: file, the rule that made it, and below it the files that went in.

    Raises
    ------
    InputError : no record lists the file
    """
    lineage.upstream(path)
    made = lineage.records[lineage.producer[path]]["outputs"][path]
    top = Tree(_line(lineage, path, made, now))
    _grow(lineage, top, path, set(), now)
    return top


def _line(lineage: Lineage, path: str, digest: str, now: Now) -> str:
    """A file with the digest that was recorded: by the job that made it, for raw files as read."""
    shown = escape(path)
    if path not in lineage.producer:
        return f"[bold]{shown}[/]  raw  {digest[:SHOWN]}{now.remark(path, digest)}"
    record = lineage.records[lineage.producer[path]]
    made = record["outputs"][path]
    remark = now.remark(path, made)
    if digest != made and not remark:
        remark = f"  [red]read as {digest[:SHOWN]}[/]"
        now.changed[path] = remark
    return f"[bold]{shown}[/]  {made[:SHOWN]}  ← [cyan]{record['rule']}[/]{remark}"


def _grow(lineage: Lineage, node: Tree, path: str, shown: set[str], now: Now) -> None:
    name = lineage.producer.get(path)
    if name is None:
        return
    if name in shown:
        node.add("[dim]shown above[/]")
        return
    shown.add(name)
    for file, digest in lineage.records[name]["inputs"].items():
        _grow(lineage, node.add(_line(lineage, file, digest, now)), file, shown, now)
