"""Re-hash every figure's lineage: verified, or which file differs since which rule."""

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from crossmodal.contracts.config import load_config
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.audit import Auditor, Verdict, read_sidecar
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.roots import data_folders

SHOWN = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("figures", nargs="*", help="figure files or names; default: all")
    parser.add_argument("--json", action="store_true", help="machine-readable answer")
    parser.add_argument(
        "--recompute", action="store_true", help="rebuild the figures from raw data and compare"
    )


def run(options: argparse.Namespace) -> int:
    config = load_config(options.config)
    sidecars = find_sidecars(Path(config["study"]["results_dir"]), options.figures)
    auditor = Auditor(data_folders(config))
    verdicts = [auditor.audit(path) for path in sidecars]
    answer = [verdict.to_dict() for verdict in verdicts]
    if options.recompute:
        for entry, path in zip(answer, sidecars, strict=True):
            entry["recomputed"] = recompute(read_sidecar(path), options.config, config)
    if options.json:
        print(json.dumps(answer, indent=1))
    else:
        show(verdicts, answer)
    good = all(
        entry["verified"] and not entry.get("recomputed", {}).get("differ") for entry in answer
    )
    return 0 if good else 1


def find_sidecars(results: Path, figures: list[str]) -> list[Path]:
    """Sidecars of the named figures, or of all.

    Raises
    ------
    InputError : the study has no figure, or none of that name
    """
    if not figures:
        found = sorted(results.glob("figures/*.prov.json"))
        if not found:
            raise InputError(results / "figures", "figures", "at least one with a sidecar", "none")
        return found
    names = [Path(figure).name.removesuffix(".prov.json") for figure in figures]
    stems = [Path(name).stem if Path(name).suffix in (".pdf", ".png", ".svg") else name
             for name in names]  # fmt: skip
    return [results / "figures" / f"{stem}.prov.json" for stem in stems]


def recompute(content: dict[str, Any], config_path: Path, config: dict) -> dict[str, Any]:
    """Rebuild a figure's files in a scratch copy of the code, and name those that differ."""
    files = list(content["files"])
    with tempfile.TemporaryDirectory() as scratch:
        copy_code(Path(scratch))
        here = Path(config_path).resolve()
        scratch_config = Path(scratch, "audit-config.yaml")
        scratch_config.write_text(absolute_data_paths(here, config), encoding="utf-8")
        command = ["snakemake", "--cores", "all", "--configfile", "audit-config.yaml"]
        result = subprocess.run(
            [*command, "--", *files], cwd=scratch, capture_output=True, text=True
        )
        if result.returncode:
            return {"differ": files, "error": result.stderr[-2000:]}
        differ = [
            file for file in files if sha256_file(Path(scratch, file)) != content["files"][file]
        ]
        return {"differ": differ}


def copy_code(target: Path) -> None:
    """Copy what a run needs (never results) into an empty folder."""
    for name in ("Snakefile", "workflow", "src", "config", "profiles", "resources"):
        source = Path(name)
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy2(source, target / name)


def absolute_data_paths(config_path: Path, config: dict) -> str:
    """The config's text with its data folders made absolute, for a run from elsewhere."""
    text = config_path.read_text(encoding="utf-8")
    for folder in data_folders(config).values():
        text = text.replace(f" {folder}", f" {Path(folder).resolve()}")
    return text


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
                f"expected {finding.expected[:SHOWN]}, got {finding.got[:SHOWN]}"
            )
        if "recomputed" in entry:
            differ = entry["recomputed"]["differ"]
            console.print(f"  recomputed: {'differs: ' + ', '.join(differ) if differ else 'equal'}")
