"""Find everything that is wrong with a study's scans before hours of work, all at once."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import numpy as np

from crossmodal.bold.align.epi_mask import brain_in_epi
from crossmodal.bold.align.spaces import fmriprep_space
from crossmodal.bold.block import Scans
from crossmodal.bold.model.compcor import component_names
from crossmodal.bold.model.confounds import MEASURED, MOTION, SHOWN, read_confounds
from crossmodal.bold.model.patterns import MIN_BRIGHT, MIN_INTENSITY, design_from, run_design
from crossmodal.bold.read.agreement import (
    REPETITION_TIME,
    check_one_grid,
    check_same_grid,
    check_same_timing,
)
from crossmodal.bold.read.bids import Run, inherited, no_events, usable
from crossmodal.bold.read.brain_masks import check_any_mask, own_mask, read_brain_mask
from crossmodal.bold.read.clock import Timing
from crossmodal.bold.read.completeness import check_complete
from crossmodal.bold.read.events import (
    check_all_shown,
    check_events,
    conditions_of,
    read_events,
    usual_conditions,
)
from crossmodal.bold.read.images import grid_of, open_image, read_first, read_series, read_volume
from crossmodal.bold.read.run_files import RunFiles, run_timing
from crossmodal.bold.read.sidecar import check_units, read_sidecars
from crossmodal.bold.read.slice_times import slice_times
from crossmodal.bold.read.study_runs import runs_of, t1_of
from crossmodal.bold.read.template import SPACE
from crossmodal.contracts.errors import InputError


def find_problems(
    scans: Scans, conditions: Sequence[str] | None = None, deep: bool = False
) -> list[InputError]:
    """All problems of the config block ``scans`` and of the data it names.

    Quick by default: headers, sidecars, events and whether files are complete. ``deep`` reads
    every volume.

    Parameters
    ----------
    conditions : what every run must show; default: the config's, else the first run's
    """
    problems = [] if scans.fmriprep_dir else _problems(lambda: _check_confound_names(scans))
    if scans.bids_dir is None or problems:
        return problems  # simulated scans do not exist yet
    try:
        runs = runs_of(scans)
    except InputError as error:
        return [error]
    wanted = conditions or scans.conditions or shown_conditions(runs, scans)
    if scans.brain_masks:
        labels = sorted({run.participant for run in runs})
        problems += _problems(lambda: check_any_mask(scans.brain_masks, labels))
    for _, own in groupby(runs, key=lambda run: run.participant):
        problems += _participant_problems(tuple(own), scans, wanted, deep)
    if scans.fmriprep_dir and not problems:
        problems += _problems(
            lambda: check_one_grid([run.bold for run in runs], scans.trust_affine)
        )
    return list({str(problem): problem for problem in problems}.values())


def shown_conditions(runs: Sequence[Run], scans: Scans) -> list[str]:
    """Conditions of the runs that tell; none if every run is reported as unreadable."""
    try:
        paths = [run.events for run in runs if run.events]
        return usual_conditions(paths, scans.events)
    except InputError:
        return []


def _participant_problems(
    runs: Sequence[Run], scans: Scans, conditions: Sequence[str], deep: bool
) -> Iterator[InputError]:
    if scans.space == SPACE:
        yield from _problems(lambda: _check_t1(scans, runs[0].participant, deep))
    for run in runs:
        yield from _problems(lambda run=run: usable([run]))
        yield from _problems(lambda run=run: _check_units(run, scans))
    # What is wrong with a run's image is said once; without events, the image is looked at.
    runs = [run for run in runs if run.bold and (run.problem is None or no_events(run))]
    timings: dict[str, Timing] = {}
    seen: dict[bytes, str] = {}  # first volumes
    shown: dict[str, list[str]] = {}  # conditions by events of runs without problems
    for run in runs:
        yield from _problems(lambda run=run: check_complete(run.bold))
        yield from _problems(
            lambda run=run: _check_brain(run, scans, seen, is_first=run is runs[0])
        )
        yield from _problems(lambda run=run: timings.update({run.bold: _timing(run, scans)}))
        if run.events and run.bold in timings:
            timing = timings[run.bold]
            yield from _problems(
                lambda run=run, t=timing: shown.update(
                    {run.events: _check_run(run, t, scans, conditions)}
                )
            )
            yield from _problems(lambda run=run, t=timing: _check_slice_times(run, t, scans))
        # Integers cannot be NaN; files of floats are read even by the quick check.
        if deep or holds_floats(run.bold, scans.trust_affine):
            yield from _problems(lambda run=run: read_series(run.bold, scans.trust_affine))
    if shown and all(run.events in shown for run in runs):
        yield from _problems(lambda: check_all_shown(shown, conditions))
    seconds = {bold: timing.repetition_time_s for bold, timing in timings.items()}
    yield from _disagreements(runs, seconds, scans.trust_affine)
    yield from _fmriprep_problems([run for run in runs if run.mask], scans)


def _disagreements(
    runs: Sequence[Run], seconds: dict[str, float], trust_affine: str | None
) -> list[InputError]:
    """Runs unlike the first; ``seconds``: repetition times of those whose files agree on one."""
    found = []
    for run in runs:
        timed = run.bold in seconds and runs[0].bold in seconds
        problems = _problems(
            lambda run=run: check_same_grid([runs[0].bold, run.bold], trust_affine)
        )
        found += [each for each in problems if timed or each.field != REPETITION_TIME]
    return found or _problems(lambda: check_same_timing(seconds))


def _fmriprep_problems(runs: Sequence[Run], scans: Scans) -> Iterator[InputError]:
    """Problems of masks and confounds."""
    unusable = [
        problem
        for run in runs
        for problem in _problems(lambda r=run: _check_mask(r, scans.trust_affine))
    ]
    if runs and not unusable:
        masks = [run.mask for run in runs]
        if _problems(lambda: fmriprep_space(masks, scans.analysis_voxel_mm, scans.trust_affine)):
            where = "brain masks of all runs"
            unusable = [InputError(masks[0], where, "at least one voxel in common", "none")]
    yield from unusable
    for run in runs:
        yield from _problems(lambda run=run: _check_confounds(run, scans))


def _problems(action: Callable[[], object]) -> list[InputError]:
    try:
        action()
    except InputError as error:
        return [error]
    return []


def holds_floats(path: str, trust_affine: str | None = None) -> bool:
    """Whether a run is stored as floating point; False where the file cannot be opened."""
    try:
        return open_image(path, 4, trust_affine).get_data_dtype().kind == "f"
    except InputError:
        return False


def _check_t1(scans: Scans, participant: str, deep: bool) -> None:
    path = t1_of(scans, participant)
    image = open_image(path, 3, scans.trust_affine)
    check_complete(path)
    if mask := own_mask(scans.brain_masks, participant):
        read_brain_mask(mask, grid_of(image), scans.trust_affine)
    if deep:
        read_volume(path, scans.trust_affine)


def _check_brain(run: Run, scans: Scans, seen: dict[bytes, str], is_first: bool) -> None:
    """Whether the first volume is one of a BOLD image, and shows a brain, to which all are aligned.

    Parameters
    ----------
    seen : runs by what their first volumes hold; this one is added

    Raises
    ------
    InputError : an image without its mean, or another run's; no brain
    """
    try:
        volume, _ = read_first(run.bold, scans.trust_affine)
    except InputError as problem:
        if problem.field == "intensities":
            raise
        return  # reported by the other checks, or empty in this volume only
    other = seen.setdefault(sha256(volume).digest(), run.bold)
    if other != run.bold:
        raise InputError(run.bold, "first volume", "a recording of its own", f"that of {other}")
    if is_first and not run.mask and not brain_in_epi(volume).any():
        raise InputError(run.bold, "brain mask of the first volume", "at least one voxel", "none")


def _check_mask(run: Run, trust_affine: str | None) -> None:
    mask, grid = read_volume(run.mask, trust_affine)
    if not (mask > 0.5).any():
        raise InputError(run.mask, "mask", "at least one voxel of brain", "none")
    try:
        volume, own = read_first(run.bold, trust_affine)
    except InputError:
        return  # reported by the other checks
    if grid.same_as(own):
        inside = volume[mask > 0.5]
        level = np.median(inside[inside > 0]) if (inside > 0).any() else np.inf
        bright = (inside > MIN_INTENSITY * level).mean()
        if bright < MIN_BRIGHT:
            wanted = "a BOLD image that is bright in most of its mask"
            raise InputError(run.bold, "intensities", wanted, f"{bright:.0%} of it bright")
        outside = volume[mask <= 0.5]
        if outside.size and outside.mean() > inside.mean():
            got = f"means of {inside.mean():.3g} inside and {outside.mean():.3g} outside"
            raise InputError(run.mask, "mask", "the brain, brighter than what is around it", got)


def _check_confounds(run: Run, scans: Scans) -> None:
    needed, named = (*MOTION, *SHOWN), scans.glm.confounds
    read_confounds(
        run.confounds,
        tuple(dict.fromkeys((*needed, *named))),
        open_image(run.bold, 4, scans.trust_affine).shape[3],
        scans.removed_volumes,
        may_be_constant=[name for name in needed if name not in named],
    )


def _check_confound_names(scans: Scans) -> None:
    known = ["framewise_displacement", *MEASURED, *component_names(scans.a_comp_cor)]
    wanted = scans.glm.confounds
    for name in wanted:
        if name not in known:
            raise InputError("config", "scans.glm.confounds", f"some of {known}", repr(name))
    if set(wanted) >= set(MEASURED):
        got = f"{' and '.join(MEASURED)}, which are proportional"
        raise InputError("config", "scans.glm.confounds", "independent columns", got)


def _check_units(run: Run, scans: Scans) -> None:
    if run.events:
        root, events = Path(scans.bids_dir), Path(run.events)
        check_units(
            [path for level in inherited(root, events, "events", ".json") for path in level]
        )


def _check_slice_times(run: Run, timing: Timing, scans: Scans) -> None:
    if scans.slice_reference is not None:
        shape = open_image(run.bold, 4, scans.trust_affine).shape[:3]
        slice_times(read_sidecars(run.sidecars), run.bold, shape, timing.repetition_time_s)


def _files(run: Run, scans: Scans) -> RunFiles:
    return RunFiles(
        run.run_id,
        run.bold,
        run.events,
        run.sidecars,
        None,
        run.confounds,
        scans.slice_reference,
        scans.trust_affine,
        scans.removed_volumes,
        run.raw,
        scans.skip_volumes,
    )


def _timing(run: Run, scans: Scans) -> Timing:
    return run_timing(_files(run, scans))


def _check_run(run: Run, timing: Timing, scans: Scans, conditions: Sequence[str]) -> list[str]:
    events = read_events(run.events, scans.events)
    check_events(run.events, events, conditions, timing.end_s)
    glm = scans.glm
    if run.confounds and not _problems(lambda: _check_confounds(run, scans)):
        run_design(_files(run, scans), timing, events, conditions, glm)
    else:  # own confounds do not exist yet
        none = np.zeros((timing.n_volumes, 0)), ()
        design = design_from(run.events, timing, events, conditions, glm, none)
        design.require_freedom(glm.motion_regressors + len(glm.confounds))
    return conditions_of(events)
