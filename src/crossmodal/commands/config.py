"""Show what a config means with all defaults filled in, or describe all keys."""

import argparse
from pathlib import Path

import yaml

from crossmodal.study.describe import PAGE_FILE, SCHEMA_FILE, schema
from crossmodal.study.effective import effective
from crossmodal.study.overlay import load_layers
from crossmodal.study.page import first_comments, page
from crossmodal.study.validate import build_study

HEADER = "# JSON schema of a study's config, made from the code by `crossmodal config write`.\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="every value, and the file that says it or 'default'")
    show.add_argument("files", nargs="*", type=Path, metavar="CONFIG")
    actions.add_parser("write", help=f"write {SCHEMA_FILE} and {PAGE_FILE} anew")


def run(options: argparse.Namespace) -> int:
    if options.action == "show":
        layers = load_layers(options.files or options.configs)
        print(effective(build_study(layers), layers), end="")
        return 0
    for path, text in generated(Path(SCHEMA_FILE).parent).items():
        Path(path).write_text(text, encoding="utf-8")
        print(f"wrote {path}")
    return 0


def generated(folder: Path) -> dict[str, str]:
    """File -> content of all that is made from the keys; ``folder`` has the configs."""
    text = yaml.safe_dump(schema(), sort_keys=False, allow_unicode=True, width=100)
    return {SCHEMA_FILE: HEADER + text, PAGE_FILE: page(first_comments(folder))}
