"""Export the study as an RO-Crate (Provenance Run Crate) in RESULTS/crate."""

import argparse
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.crate import StudyCrate, write_crate
from crossmodal.provenance.lineage import LINEAGE_RULE, Lineage, read_lineage, study_records
from crossmodal.study.overlay import load_layers
from crossmodal.study.validate import build_study

INCLUDED = ("figures/*", "network/*/*/*.tsv", "group/*/*/*.tsv", "tables/*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(options: argparse.Namespace) -> int:
    layers = load_layers(options.configs)
    study = build_study(layers).study
    results = Path(study.results_dir)
    records = study_records(results)
    lineage = read_lineage(records)
    refuse_other_study(lineage, results, study.name)
    tables = [path for pattern in INCLUDED for path in results.glob(pattern)]
    made = [path for path in tables if path.as_posix() in lineage.producer]
    included = [path.as_posix() for path in [*records, *made]]
    folder = results / "crate"
    places = {path: path for path in included}
    places |= config_places(layers.files)
    crate = StudyCrate(lineage, study.name, places).build()
    shutil.rmtree(folder, ignore_errors=True)
    print(f"wrote {write_crate(folder, crate)} with {len(lineage.records)} jobs")
    return 0


def config_places(files: Sequence[str]) -> dict[str, Path]:
    """Place in the crate -> config file, wherever it lies; ``extends`` holds there, too."""
    paths = [Path(file).absolute() for file in files]
    root = os.path.commonpath([path.parent for path in paths])
    return {f"config/{path.relative_to(root).as_posix()}": path for path in paths}


def refuse_other_study(lineage: Lineage, results: Path, name: str) -> None:
    """Records that were copied here from another study make no crate of this one.

    Raises
    ------
    InputError : a record's output lies elsewhere, or the results were made under another name
    """
    for output, record in lineage.producer.items():
        if not Path(output).is_relative_to(results):
            raise InputError(record, "outputs", f"files below {results}", output)
    for path, record in lineage.records.items():
        made_as = record["params"].get("study", name) if record["rule"] == LINEAGE_RULE else name
        if made_as != name:
            raise InputError(path, "study.name", f"results of {name!r}", f"of {made_as!r}")
