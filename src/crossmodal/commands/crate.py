"""Export the study as an RO-Crate (Provenance Run Crate) in RESULTS/crate."""

import argparse
import shutil
from pathlib import Path

from crossmodal.contracts.config import load_config
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.crate import StudyCrate, write_crate
from crossmodal.provenance.lineage import read_lineage

INCLUDED = ("figures/*", "provenance/records/**/*.json", "network/*/*/*.tsv", "group/*/*/*.tsv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(options: argparse.Namespace) -> int:
    study = load_config(options.config)["study"]
    results = Path(study["results_dir"])
    lineage = read_lineage(sorted(results.glob("provenance/records/**/*.json")))
    recorded = {Path(path).parts[0] for path in lineage.producer}
    if recorded and results.parts[0] not in recorded:
        raise InputError(results, "records", f"records of {results}", f"records of {recorded}")
    included = [path.as_posix() for pattern in INCLUDED for path in results.glob(pattern)]
    folder = results / "crate"
    shutil.rmtree(folder, ignore_errors=True)
    crate = StudyCrate(lineage, study["name"], [*included, Path(options.config).as_posix()])
    print(f"wrote {write_crate(folder, crate.build())} with {len(lineage.records)} jobs")
    return 0
