"""Print the actors that raters recognised best, as a line for the config."""

import argparse
from pathlib import Path

from crossmodal.stimuli.ratings import best_actors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ratings", type=Path, help=".xlsx, .csv or .tsv")
    parser.add_argument("--clip", default="filename", help="column of file names or actors")
    parser.add_argument("--score", default="proportion_correct", help="column of proportions")
    parser.add_argument("--n", type=int, default=3, help="actors of each gender")


def run(options: argparse.Namespace) -> int:
    actors = best_actors(options.ratings, options.clip, options.score, options.n)
    quoted = ", ".join(f'"{actor}"' for actor in actors)
    print(f"actors: [{quoted}]")
    return 0
