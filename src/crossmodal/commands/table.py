"""Print a table of the clips in a folder, with the labels that their names tell."""

import argparse
import sys
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.clip_table import made_table
from crossmodal.stimuli.demographics import with_genders
from crossmodal.stimuli.folder import find_media
from crossmodal.stimuli.naming import PARSERS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="of clips, searched with its subfolders")
    help_ = "convention of the names (default: told apart by their separators)"
    parser.add_argument("--naming", choices=sorted(PARSERS), default="auto", help=help_)
    parser.add_argument("--demographics", help="CSV with ActorID and Sex, for CREMA-D's genders")


def run(options: argparse.Namespace) -> int:
    names, nameless = [], []
    for path in find_media(str(options.folder)):
        try:
            names.append(PARSERS[options.naming](path))
        except InputError as problem:
            nameless.append(path)
            print(f"to be labelled by hand: {problem}", file=sys.stderr)
    names = with_genders(names, options.demographics)
    sys.stdout.write(made_table(names, nameless))
    return 0
