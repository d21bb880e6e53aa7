"""Everything that is wrong with a study's config and data, gathered from all stages."""

from collections.abc import Sequence
from pathlib import Path

from crossmodal.bold.check import find_problems as scan_problems
from crossmodal.bold.outside.check import remarks as outside_remarks
from crossmodal.bold.remarks import scan_remarks
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.check import find_problems as clip_problems
from crossmodal.stimuli.selection import has_clips
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.checks.external import external_problems
from crossmodal.study.checks.family_files import family_problems
from crossmodal.study.checks.folds import fold_problems
from crossmodal.study.checks.given_maps import map_problems
from crossmodal.study.checks.models import model_problems
from crossmodal.study.checks.outside_betas import beta_problems
from crossmodal.study.checks.own_regions import region_problems
from crossmodal.study.checks.pairs import pair_problems
from crossmodal.study.checks.place import elsewhere
from crossmodal.study.checks.run import contradictions, planning_problems
from crossmodal.study.overlay import Layers, load_layers
from crossmodal.study.study import Study
from crossmodal.study.validate import build_study, load_study, located


def find_problems(paths: Sequence[str | Path], deep: bool = False) -> list[InputError]:
    """All problems of config files and of the data they name.

    Parameters
    ----------
    paths : the study's config, or several, the last on top
    deep : also read every volume and look for faces; minutes instead of seconds
    """
    try:
        layers = load_layers(paths)
        study = build_study(layers)
    except InputError as error:
        return list(error.problems)
    return data_problems(study, layers, deep)


def find_remarks(paths: Sequence[str | Path]) -> list[str]:
    """What should be known of a study without problems, one line each; nothing is refused."""
    study = load_study(*paths)
    if study.scans and study.scans.betas:
        return list(outside_remarks(study.scans))
    return list(scan_remarks(study.scans, _conditions(study, []))) if study.scans else []


def data_problems(study: Study, layers: Layers, deep: bool = False) -> list[InputError]:
    """Problems of a valid config's clips, tests and scans; simulated data do not exist yet."""
    problems = [*elsewhere(study), *planning_problems(study)]
    if study.stimuli and not contradictions(study):
        problems += clip_problems(study.stimuli, deep)
        chosen = clip_selection(study)[1]
        problems += fold_problems(study, chosen) if chosen else []
        problems += family_problems(study)
    if not contradictions(study):
        problems += [*external_problems(study), *model_problems(study)]
        problems += region_problems(study)
        problems += map_problems(study)
    if study.scans and study.scans.betas:
        problems += [] if contradictions(study) else beta_problems(study)
    elif study.scans:
        problems += scan_problems(study.scans, _conditions(study, problems), deep)
        problems += pair_problems(study)
    return located(problems, layers)


def _conditions(study: Study, problems: list[InputError]) -> list[str] | None:
    """What every run must show: the study's clips; None where they are not known."""
    stimuli = study.stimuli
    if not stimuli or not has_clips(stimuli) or problems:
        return None
    chosen = clip_selection(study)[1]
    return None if chosen is None else [name.stimulus_id for name in chosen.study]
