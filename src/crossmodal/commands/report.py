"""Write the study's static report: figures, explorers, provenance; open it from disk."""

import argparse
import logging

from crossmodal.contracts.settings import plain
from crossmodal.provenance.guard import unwritable
from crossmodal.provenance.roots import data_paths
from crossmodal.study.validate import load_study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--embed", action="store_true", help="put copies of maps and tables into the page's folder"
    )


def run(options: argparse.Namespace) -> int:
    # Imported late: it brings nilearn and matplotlib, which no other subcommand needs.
    from crossmodal.report.build import build_report

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    study = load_study(*options.configs)
    if problem := unwritable(study.study.results_dir):
        raise problem
    print(build_report(study, data_paths(plain(study)), options.embed))
    return 0
