"""Find everything that is wrong with a study's scans before hours of work, all at once."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from crossmodal.bold.agreement import (
    REPETITION_TIME,
    check_one_grid,
    check_same_grid,
    check_same_timing,
)
from crossmodal.bold.bids import Run, find_runs, find_t1, usable
from crossmodal.bold.compcor import component_names
from crossmodal.bold.completeness import check_complete
from crossmodal.bold.confounds import MEASURED, MOTION, SHOWN, read_confounds
from crossmodal.bold.coregister_config import CoregisterConfig
from crossmodal.bold.design import event_regressor, high_pass_basis
from crossmodal.bold.epi_mask import brain_in_epi
from crossmodal.bold.events import (
    Event,
    EventsConfig,
    check_events,
    conditions_of_first,
    read_events,
)
from crossmodal.bold.fmriprep import preprocessed
from crossmodal.bold.glm import Design, GLMConfig
from crossmodal.bold.images import open_image, read_first, read_series, read_volume
from crossmodal.bold.motion import MotionConfig
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.patterns import RunFiles, Timing, run_design
from crossmodal.bold.sidecar import read_sidecars, repetition_time_s
from crossmodal.bold.slice_timing import slice_times
from crossmodal.bold.spaces import fmriprep_space
from crossmodal.bold.template import SPACE
from crossmodal.contracts.errors import InputError

STAGES = {
    "events": EventsConfig,
    "motion": MotionConfig,
    "normalise": NormaliseConfig,
    "coregister": CoregisterConfig,
    "glm": GLMConfig,
}


def find_problems(
    scans: dict[str, Any], conditions: Sequence[str] | None = None, deep: bool = False
) -> list[InputError]:
    """All problems of the config block ``scans`` and of the data it names.

    Quick by default: headers, sidecars, events and whether files are complete. ``deep`` reads
    every volume.

    Parameters
    ----------
    conditions : what every run must show; default: the config's, else the first run's
    """
    problems = [
        problem
        for name, config in STAGES.items()
        if scans[name] is not None
        for problem in _problems(lambda name=name, config=config: config(**scans[name]))
    ]
    if not problems and not scans["fmriprep_dir"]:
        problems = _problems(lambda: _check_confound_names(scans))
    if scans["bids_dir"] is None or problems:
        return problems  # simulated scans do not exist yet
    try:
        runs = find_runs(scans["bids_dir"], scans["task"], scans["participants"])
        if scans["fmriprep_dir"]:
            runs = preprocessed(runs, scans["fmriprep_dir"], scans["space"])
    except InputError as error:
        return [error]
    wanted = conditions or scans["conditions"] or _shown_first(runs, scans)
    for _, own in groupby(runs, key=lambda run: run.participant):
        problems += _participant_problems(tuple(own), scans, wanted, deep)
    if scans["fmriprep_dir"] and not problems:
        problems += _problems(lambda: check_one_grid([run.bold for run in runs]))
    return list({str(problem): problem for problem in problems}.values())


def _shown_first(runs: Sequence[Run], scans: dict[str, Any]) -> list[str]:
    """Conditions of the first run that tells; none if every run is reported as unreadable."""
    try:
        paths = [run.events for run in runs if run.events]
        return conditions_of_first(paths, EventsConfig(**scans["events"]))
    except InputError:
        return []


def _participant_problems(
    runs: Sequence[Run], scans: dict[str, Any], conditions: Sequence[str], deep: bool
) -> Iterator[InputError]:
    if scans["space"] == SPACE:
        yield from _problems(lambda: _check_t1(scans["bids_dir"], runs[0].participant, deep))
    for run in runs:
        yield from _problems(lambda run=run: usable([run]))
    runs = [run for run in runs if run.bold]
    if runs and not scans["fmriprep_dir"]:
        yield from _problems(lambda: _check_brain(runs[0].bold))
    seconds: dict[str, float] = {}
    for run in runs:
        yield from _problems(lambda run=run: check_complete(run.bold))
        yield from _problems(lambda run=run: seconds.update({run.bold: _timing(run)[1]}))
        if run.events and run.bold in seconds:
            yield from _problems(lambda run=run: _check_run(run, scans, conditions))
        if scans["slice_reference"] is not None and run.bold in seconds:
            yield from _problems(lambda run=run: _check_slice_times(run, seconds[run.bold]))
        # Integers cannot be NaN; files of floats are read even by the quick check.
        if deep or holds_floats(run.bold):
            yield from _problems(lambda run=run: read_series(run.bold))
    yield from _disagreements(runs, seconds)
    yield from _fmriprep_problems([run for run in runs if run.mask], scans)


def _disagreements(runs: Sequence[Run], seconds: dict[str, float]) -> list[InputError]:
    """Runs unlike the first; ``seconds``: repetition times of those whose files agree on one."""
    found = []
    for run in runs:
        timed = run.bold in seconds and runs[0].bold in seconds
        problems = _problems(lambda run=run: check_same_grid([runs[0].bold, run.bold]))
        found += [each for each in problems if timed or each.field != REPETITION_TIME]
    return found or _problems(lambda: check_same_timing(seconds))


def _fmriprep_problems(runs: Sequence[Run], scans: dict[str, Any]) -> Iterator[InputError]:
    """Problems of masks and confounds."""
    unusable = [problem for run in runs for problem in _problems(lambda r=run: _check_mask(r.mask))]
    if runs and not unusable:
        masks = [run.mask for run in runs]
        if _problems(lambda: fmriprep_space(masks, scans["analysis_voxel_mm"])):
            where = "brain masks of all runs"
            unusable = [InputError(masks[0], where, "at least one voxel in common", "none")]
    yield from unusable
    for run in runs:
        yield from _problems(lambda run=run: _check_confounds(run, scans["glm"]))


def _problems(action: Callable[[], object]) -> list[InputError]:
    try:
        action()
    except InputError as error:
        return [error]
    return []


def holds_floats(path: str) -> bool:
    """Whether a run is stored as floating point; False where the file cannot be opened."""
    try:
        return open_image(path, 4).get_data_dtype().kind == "f"
    except InputError:
        return False


def _check_t1(bids_dir: str, participant: str, deep: bool) -> None:
    path = find_t1(bids_dir, participant)
    open_image(path, 3)
    check_complete(path)
    if deep:
        read_volume(path)


def _check_brain(path: str) -> None:
    """Whether a brain can be seen in the first volume, which all runs are aligned to."""
    try:
        volume, _ = read_first(path)
    except InputError:
        return  # reported by the other checks, or empty in this volume only
    if not brain_in_epi(volume).any():
        raise InputError(path, "brain mask of the first volume", "at least one voxel", "none")


def _check_mask(path: str) -> None:
    if not (read_volume(path)[0] > 0.5).any():
        raise InputError(path, "mask", "at least one voxel of brain", "none")


def _check_confounds(run: Run, glm: dict[str, Any]) -> None:
    columns = (*MOTION, *SHOWN, *glm.get("confounds", ()))
    read_confounds(run.confounds, columns, open_image(run.bold, 4).shape[3])


def _check_confound_names(scans: dict[str, Any]) -> None:
    known = ["framewise_displacement", *MEASURED, *component_names(scans["a_comp_cor"])]
    wanted = scans["glm"].get("confounds", ())
    for name in wanted:
        if name not in known:
            raise InputError("config", "scans.glm.confounds", f"some of {known}", repr(name))
    if set(wanted) >= set(MEASURED):
        got = f"{' and '.join(MEASURED)}, which are proportional"
        raise InputError("config", "scans.glm.confounds", "independent columns", got)


def _check_slice_times(run: Run, repetition_time_s: float) -> None:
    shape = open_image(run.bold, 4).shape[:3]
    slice_times(read_sidecars(run.sidecars), run.bold, shape, repetition_time_s)


def _timing(run: Run) -> tuple[int, float]:
    """Number of volumes and repetition time, s."""
    image = open_image(run.bold, 4)
    seconds = repetition_time_s(image, run.bold, read_sidecars(run.sidecars))
    return int(image.shape[3]), seconds


def _check_run(run: Run, scans: dict[str, Any], conditions: Sequence[str]) -> None:
    timing = Timing(*_timing(run))
    events = read_events(run.events, EventsConfig(**scans["events"]))
    check_events(run.events, events, conditions, timing.duration_s)
    if run.confounds and not _problems(lambda: _check_confounds(run, scans["glm"])):
        files = RunFiles(run.run_id, run.bold, run.events, run.sidecars, None, run.confounds)
        run_design(files, timing, events, conditions, GLMConfig(**scans["glm"]))
    else:  # own confounds do not exist yet
        _check_design(run.events, events, conditions, timing, scans["glm"])


def _check_design(
    path: str,
    events: Sequence[Event],
    conditions: Sequence[str],
    timing: Timing,
    glm: dict[str, Any],
) -> None:
    columns = [
        event_regressor(
            np.array([event.onset_s for event in events if event.condition == name]),
            np.array([event.duration_s for event in events if event.condition == name]),
            timing.n_volumes,
            timing.repetition_time_s,
        )
        for name in conditions
    ]
    slow = high_pass_basis(timing.n_volumes, timing.repetition_time_s, glm["high_pass_s"])
    nuisance = np.zeros((timing.n_volumes, 0))
    design = Design(np.stack(columns, axis=1), nuisance, slow, tuple(conditions), path)
    design.require_freedom(glm["motion_regressors"] + len(glm.get("confounds", ())))
