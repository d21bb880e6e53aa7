"""What a run's timing alone would do to the dissimilarities of patterns, as control RDMs."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import numpy as np

from crossmodal.bold.model.glm import Design, GLMConfig
from crossmodal.bold.model.patterns import designs_of
from crossmodal.bold.read.events import EventsConfig, read_events
from crossmodal.bold.read.run_files import RunFiles
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs

MODEL, REGIME = "timing", "participants"
LAYERS = ("time", "design")
MEASURES = ("time_apart", "design")


def time_distances(
    runs: Sequence[RunFiles], conditions: Sequence[str], events: EventsConfig
) -> np.ndarray:
    """Mean time between two conditions' events, over all pairs of events and the runs that show
    both, s: (pair,)."""
    first, second = np.triu_indices(len(conditions), 1)
    distances = []
    for run in runs:
        onsets_s = {name: [] for name in conditions}
        for event in read_events(run.events, events):
            if event.condition in onsets_s:
                onsets_s[event.condition].append(event.onset_s)
        apart = np.array([[_mean_distance(a, b) for b in onsets_s.values()]
                          for a in onsets_s.values()])  # fmt: skip
        distances.append(apart[first, second])
    return np.nanmean(distances, axis=0)


def _mean_distance(one_s: Sequence[float], other_s: Sequence[float]) -> float:
    if not (one_s and other_s):
        return np.nan
    return float(np.abs(np.subtract.outer(one_s, other_s)).mean())


def design_distances(designs: Sequence[Design], conditions: Sequence[str]) -> np.ndarray:
    """Expected squared distance of two conditions' estimates under noise alone: (pair,).

    With C = (X'X)^-1 of the filtered design, c_ii + c_jj - 2 c_ij for white noise of variance 1:
    responses that overlap in time give estimates whose errors correlate (Cai et al. 2019;
    Viviani 2021). Mean over the runs that show both.
    """
    distances = []
    for design in designs:
        columns = design.filtered(design.columns)
        n = len(design.shown)
        covariance = np.linalg.inv(columns.T @ columns)[:n, :n]
        variance = np.diag(covariance)
        where = [conditions.index(name) for name in design.shown]
        matrix = np.full((len(conditions), len(conditions)), np.nan)
        matrix[np.ix_(where, where)] = variance[:, None] + variance[None] - 2 * covariance
        distances.append(matrix[np.triu_indices(len(conditions), 1)])
    return np.nanmean(distances, axis=0)


def by_participant(
    run_ids: Mapping[str, Sequence[str]], runs: Iterable[RunFiles]
) -> dict[str, list[RunFiles]]:
    """Runs in the order of ``run_ids`` (participant -> its runs), by participant's label."""
    rest = iter(runs)
    return {f"sub-{label}": list(islice(rest, len(ids))) for label, ids in run_ids.items()}


def timing_rdms(
    participants: Mapping[str, Sequence[RunFiles]],
    conditions: Sequence[str],
    events: EventsConfig,
    glm: GLMConfig,
) -> ModelRDMs:
    """Two control RDMs per participant, whose order of trials is their own.

    Returns
    -------
    Layers LAYERS of every participant, whose label is the source

    Raises
    ------
    InputError : no participants; see ``estimate_patterns``
    """
    if not participants:
        raise InputError("timing", "participants", "at least one", "none")
    rows = []
    for runs in participants.values():
        designs = designs_of(runs, conditions, events, glm)
        rows += [time_distances(runs, conditions, events), design_distances(designs, conditions)]
    n = len(participants)
    return ModelRDMs(
        np.stack(rows),
        tuple(conditions),
        LAYERS * n,
        ("timing",) * (len(LAYERS) * n),
        tuple(np.repeat(list(participants), len(LAYERS)).tolist()),
        MODEL,
        REGIME,
        MEASURES * n,
    )
