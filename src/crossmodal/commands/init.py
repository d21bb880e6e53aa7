"""Print a commented starter config for a folder of clips, a BIDS folder, or both."""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from crossmodal.commands.found_clips import LEAST_ACTORS, FoundClips, find_clips
from crossmodal.commands.found_scans import FoundScans, find_scans
from crossmodal.commands.starter import Parts, starter
from crossmodal.contracts.errors import InputError
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.checks.data import data_problems
from crossmodal.study.checks.family_files import family_problems
from crossmodal.study.checks.folds import fold_problems
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.overlay import Layers, load_layers
from crossmodal.study.study import Study
from crossmodal.study.validate import build_study

WIDTH = 110  # of a reason in a comment
TOO_FEW = f"not yet: a network needs emotions, and {LEAST_ACTORS} actors: some to pretrain on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clips", metavar="DIR", help="a folder of clips")
    parser.add_argument("--bids", metavar="DIR", help="a BIDS data set")
    parser.add_argument("--name", help="name of the study; default: the folder's")


def run(options: argparse.Namespace) -> int:
    if not options.clips and not options.bids:
        expected = "a folder: crossmodal init --clips DIR --bids DIR > my.yaml"
        raise InputError("crossmodal init", "--clips, --bids", expected, "none")
    clips = find_clips(options.clips) if options.clips else None
    scans = find_scans(options.bids, clips.ids if clips else ()) if options.bids else None
    name = options.name or study_name(options.clips or options.bids)
    text, problems = best(name, clips, scans)
    print(text, end="")
    for problem in problems:
        print(f"crossmodal init: {problem}", file=sys.stderr)
    return 1 if problems else 0


def study_name(folder: str) -> str:
    """A name from a folder's, of letters and digits."""
    return "-".join(re.findall("[A-Za-z0-9]+", Path(folder).resolve().name)).lower() or "mine"


def best(
    name: str, clips: FoundClips | None, scans: FoundScans | None
) -> tuple[str, list[InputError]]:
    """The config with most blocks that the check accepts; else the plainest with its problems.

    Names and events decide on most; the whole check, which opens every file, comes last.
    """
    why, text, problems = "" if clips is None or clips.can_train else TOO_FEW, "", []
    for parts in candidates(clips, scans):
        text = starter(name, clips, scans, parts, why)
        problems = checked(text, by_names) or checked(text, data_problems)
        if not problems:
            break
        why = why or f"not yet: {problems[0].field}: expected {problems[0].expected}"[:WIDTH]
    return text, problems


def candidates(clips: FoundClips | None, scans: FoundScans | None) -> Iterator[Parts]:
    """From everything to the plainest; scans of other things than the clips need another study."""
    networks = [True, False] if clips and clips.can_train else [False]
    if scans and (clips is None or scans.shows(clips.ids)):
        for network in networks:
            for maps in [True, False] if clips else [False]:
                yield Parts(network, maps, True)
    if clips:
        for network in networks:
            yield Parts(network, False, False)


def checked(text: str, check: Callable[[Study, Layers], list[InputError]]) -> list[InputError]:
    """What a check says of a config's text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "starter.yaml")
        path.write_text(text, encoding="utf-8")
        layers = load_layers([path])
    return check(build_study(layers), layers)


def by_names(study: Study, layers: Layers) -> list[InputError]:
    """What file names and the config say already."""
    if found := planning_problems(study):
        return found
    chosen = clip_selection(study)[1] if study.stimuli else None
    return [*(fold_problems(study, chosen) if chosen else []), *family_problems(study)]
