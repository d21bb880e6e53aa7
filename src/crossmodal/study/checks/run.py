"""All checks of a study, as planning, ``crossmodal check`` and a run's start ask for them."""

from itertools import chain

from crossmodal.contracts.braces import brace_problems
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import plain
from crossmodal.study.checks.clips import clip_names, clips
from crossmodal.study.checks.families import external_names, families, family_names
from crossmodal.study.checks.given_maps import given_maps, given_maps_alone
from crossmodal.study.checks.inference import inference, inference_names
from crossmodal.study.checks.labels import labels
from crossmodal.study.checks.place import place
from crossmodal.study.checks.scans import scan_names, scans
from crossmodal.study.checks.words import words
from crossmodal.study.study import Study

BY_CONFIG = (given_maps_alone, clips, scans, families, inference, words)
BY_NAMES = (
    clip_names,
    given_maps,
    scan_names,
    family_names,
    external_names,
    labels,
    inference_names,
)


def contradictions(study: Study) -> list[InputError]:
    """What the config alone says wrong: blocks that contradict each other."""
    return list(chain(*(check(study) for check in BY_CONFIG)))


def planning_problems(study: Study) -> list[InputError]:
    """Contradictions, else everything that the names of files say; no file of data is opened."""
    if found := contradictions(study):
        return found
    found = [*place(study), *brace_problems(plain(study))]
    return found + list(chain(*(check(study) for check in BY_NAMES)))
