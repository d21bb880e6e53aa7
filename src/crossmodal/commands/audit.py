"""Re-hash every lineage of figures, tables and maps: verified, or which file differs."""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import plain
from crossmodal.provenance.audit import (
    SIDECARS_RULE,
    Auditor,
    Finding,
    Verdict,
    read_sidecar,
    recorded_sidecars,
)
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import read_record
from crossmodal.provenance.roots import data_paths
from crossmodal.provenance.seal_audit import SealAuditor
from crossmodal.provenance.seals import FILE as SEALS
from crossmodal.study.reading import dumped
from crossmodal.study.validate import load_study

SHOWN = 12
SIDECAR_SUFFIX = ".prov.json"
SUFFIXES = (".pdf", ".png", ".svg")
SCRATCH_CONFIG = "audit-config.yaml"
NO_SEALS = (
    "No seals of tables and maps ({}): these were not audited. The study stopped before its last "
    "job, or an earlier version made it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", metavar="FILE",
        help="figure files or names, tables, maps; default: all",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="machine-readable answer")
    parser.add_argument(
        "--recompute", action="store_true", help="rebuild the figures from raw data and compare"
    )


def run(options: argparse.Namespace) -> int:
    study = load_study(*options.configs)
    config, results = plain(study), Path(study.study.results_dir)
    recorded = recorded_sidecars(results)
    auditor = Auditor(data_paths(config), recorded)
    printed, tables = printed_verdicts(auditor, results, options.files)
    figures = [name for name in options.files if name not in printed]
    sidecars = []
    if figures or not options.files:
        sidecars = find_sidecars(results, figures, recorded.digests, required=not tables)
    verdicts = [*(audited(auditor, path) for path in sidecars), *tables]
    answer = [verdict.to_dict() for verdict in verdicts]
    if options.recompute:
        for entry, path in zip(answer, sidecars, strict=False):  # tables have no sidecar
            if entry["n_jobs"]:
                entry["recomputed"] = recompute(read_sidecar(path), config)
    if options.json:
        print(json.dumps(answer, indent=1))
    else:
        show(verdicts, answer)
        if not (options.files or tables):
            print(NO_SEALS.format(results / SEALS))
    good = all(
        entry["verified"] and not entry.get("recomputed", {}).get("differ") for entry in answer
    )
    return 0 if good else 1


def audited(auditor: Auditor, sidecar: Path) -> Verdict:
    """The verdict on one figure; a sidecar that cannot be read is a doubt as any other."""
    try:
        return auditor.audit(sidecar)
    except InputError as error:
        doubt = Finding(str(sidecar), "sidecar", SIDECARS_RULE, "a sidecar", str(error.got))
        return Verdict(sidecar.name.removesuffix(SIDECAR_SUFFIX), "unknown", 0, 0, [doubt])


def printed_verdicts(
    auditor: Auditor, results: Path, files: list[str]
) -> tuple[set[str], list[Verdict]]:
    """Which of ``files`` are printed tables and maps, and the verdicts on them; on all by default.

    Seals that cannot be read are a doubt of all tables and maps at once.
    """
    path = Path(results, SEALS)
    if not path.exists() and path.as_posix() not in auditor.recorded:
        return set(), []  # a study that stopped before its last job, or an older one
    try:
        seals = SealAuditor(auditor, results)
    except InputError as error:
        doubt = Finding(str(path), "seals", SIDECARS_RULE, "readable seals", str(error.got))
        return set(), [Verdict("tables and maps", "unknown", 0, 0, [doubt])]
    meant = {name for name in files if Path(name).as_posix() in seals.seals.files}
    chosen = None if not files else {Path(name).as_posix() for name in meant}
    return meant, seals.verdicts(chosen)


def find_sidecars(
    results: Path, figures: list[str], recorded: Iterable[str], required: bool = True
) -> list[Path]:
    """Sidecars of the named figures, or of all that are there or were ``recorded``.

    Raises
    ------
    InputError : the study has no figure though it is ``required``, or none of that name
    """
    folder = results / "figures"
    recorded = [name for name in recorded if name.endswith(SIDECAR_SUFFIX)]
    there = [path.name for path in folder.glob("*") if path.name[:1] != "."]
    drawn = {name_of(Path(name).name) for name in [*there, *recorded]}
    names = [name_of(Path(figure).name) for figure in figures] or sorted(drawn)
    if not names and required:
        raise InputError(folder, "figures", "at least one", "none")
    if unknown := [name for name in names if name not in drawn]:
        raise InputError(folder, "figure", "a figure, table or map of this study", unknown[0])
    return [folder / f"{name}{SIDECAR_SUFFIX}" for name in names]


def name_of(file: str) -> str:
    """A figure's name from that of any of its files, or the name itself."""
    name = file.removesuffix(SIDECAR_SUFFIX)
    return Path(name).stem if Path(name).suffix in SUFFIXES else name


def recompute(content: dict[str, Any], config: dict) -> dict[str, Any]:
    """Rebuild a figure's files in a scratch copy of the code, and name those that differ."""
    files = list(content["files"])
    with tempfile.TemporaryDirectory() as scratch:
        data = [*data_paths(config).values(), *content["raw_inputs"]]
        study = scratch_study(Path(scratch), data)
        (study / SCRATCH_CONFIG).write_text(dumped(config), encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", "--cores", "all"]
        result = subprocess.run(
            [*command, "--configfile", SCRATCH_CONFIG, "--", *files],
            cwd=study, capture_output=True, text=True,
        )  # fmt: skip
        if result.returncode:
            return {"differ": files, "error": (result.stdout + result.stderr)[-2000:]}
        differ = [file for file in files if sha256_file(study / file) != content["files"][file]]
        return {"differ": differ} | ({"because": changes(study, content)} if differ else {})


def changes(study: Path, content: dict[str, Any]) -> list[str]:
    """In what the rebuilt jobs differ from the recorded ones: versions, code, inputs, params."""
    found: dict[str, None] = {}
    for job in content["jobs"]:
        if (study / job["record"]).is_file():
            again = read_record(study / job["record"])
            for kind in ("versions", "code", "inputs", "params"):
                for key in sorted(job[kind].keys() | again[kind].keys()):
                    before, now = (short(str(one[kind].get(key))) for one in (job, again))
                    if before != now:
                        found[f"{kind}: {key} was {before}, is {now}"] = None
    return list(found)


def scratch_study(scratch: Path, data: Iterable[str]) -> Path:
    """A copy of the code below ``scratch``, with links to data where the code looks for them.

    Relative paths stay what they are, because they stand in the records and so in the figure's
    id: '../shared/x' lies two folders below ``scratch``, not one.
    """
    relative = [path for path in data if not Path(path).is_absolute() and path[:1] != "<"]
    depth = max((Path(path).parts.count("..") for path in relative), default=0)
    study = scratch.joinpath(*["up"] * depth, "study")
    study.mkdir(parents=True)
    copy_code(study)
    for path in sorted(relative):
        if Path(path).exists() and not (study / path).exists():
            link = study / path
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(path).resolve())
    return study


def copy_code(target: Path) -> None:
    """Copy what a run needs (never results) into an empty folder."""
    for name in ("Snakefile", "workflow", "src", "config", "profiles", "resources"):
        source = Path(name)
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy2(source, target / name)


def short(digest: str) -> str:
    """The beginning of a digest; any other text as it is."""
    return digest[:SHOWN] if re.fullmatch("[0-9a-f]{64}", digest) else digest


def show(verdicts: list[Verdict], answer: list[dict[str, Any]]) -> None:
    console = Console(soft_wrap=True)
    for verdict, entry in zip(verdicts, answer, strict=True):
        state = "[green]verified[/]" if verdict.verified else "[red]in doubt[/]"
        console.print(
            f"[bold]{escape(verdict.figure)}[/] {verdict.figure_id}: {state} "
            f"({verdict.n_jobs} jobs, {verdict.n_files} files)"
        )
        for finding in verdict.findings:
            console.print(
                f"  {escape(finding.path)}: {finding.kind}, since rule {finding.rule}: "
                f"expected {escape(short(finding.expected))}, got {escape(short(finding.got))}"
            )
        if "recomputed" in entry:
            differ, error = entry["recomputed"]["differ"], entry["recomputed"].get("error")
            if error:
                console.print(f"  could not be rebuilt: {escape(error)}")
            console.print(f"  recomputed: {'differs: ' + ', '.join(differ) if differ else 'equal'}")
            for line in entry["recomputed"].get("because", [])[:SHOWN]:
                console.print(f"    {escape(line)}")
