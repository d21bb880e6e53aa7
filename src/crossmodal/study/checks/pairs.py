"""Conditions that runs lack: whether every pair can still be compared."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from crossmodal.bold.read.events import missing_conditions, read_event_table
from crossmodal.bold.read.study_runs import runs_of
from crossmodal.contracts.errors import InputError
from crossmodal.study.checks.models import known_conditions
from crossmodal.study.study import Study


def pair_problems(study: Study) -> list[InputError]:
    """Pairs of conditions that too few of a participant's runs show both, one a participant."""
    if not study.scans or study.scans.betas or study.scans.bids_dir is None:
        return []
    conditions = known_conditions(study)
    try:
        return list(_pairs(study, conditions)) if conditions else []
    except InputError:
        return []  # reported as a problem of the scans


def runs_needed(study: Study) -> int:
    """Runs that must show both conditions of a pair: crossnobis multiplies two of them."""
    distances = [study.searchlight.distance] if study.searchlight else []
    distances += [study.roi.patterns.distance] if study.roi else []
    return 2 if "crossnobis" in distances else min(len(distances), 1)


def _pairs(study: Study, conditions: list[str]) -> Iterator[InputError]:
    needed = runs_needed(study)
    for _, own in groupby(runs_of(study.scans), key=lambda run: run.participant):
        runs = [run for run in own if run.events]
        tables = [read_event_table(run.events, study.scans.events) for run in runs]
        missing = [missing_conditions(table.events, conditions) for table in tables]
        shown = np.array([[name not in lacks for name in conditions] for lacks in missing])
        together = shown.T.astype(int) @ shown
        if any(missing) and (together < needed).any():
            one, other = np.argwhere(together < needed)[0]
            names = f"{conditions[one]!r} and {conditions[other]!r}"
            expected = f"each pair of conditions in {needed} or more of the participant's runs"
            yield InputError(
                runs[0].events, "conditions", expected, f"{names} in {together[one, other]}"
            )
