"""Write the study's static report: figures, explorers, provenance; open it from disk."""

import argparse
import logging

from crossmodal.contracts.config import load_config
from crossmodal.provenance.roots import data_paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(options: argparse.Namespace) -> int:
    # Imported late: it brings nilearn and matplotlib, which no other subcommand needs.
    from crossmodal.report.build import build_report

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    config = load_config(options.config)
    print(build_report(config, data_paths(config)))
    return 0
