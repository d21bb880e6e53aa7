"""From the files of a participant's runs to condition-wise response patterns."""

import logging
from collections.abc import Sequence

import numpy as np

from crossmodal.bold.align.resample import always_inside, sample_series
from crossmodal.bold.align.slice_timing import at_one_time
from crossmodal.bold.align.spaces import Space
from crossmodal.bold.align.transform_files import read_affines
from crossmodal.bold.model.confounds import MOTION, read_confounds
from crossmodal.bold.model.design import (
    event_regressor,
    high_pass_basis,
    informative,
    motion_names,
    motion_regressors,
)
from crossmodal.bold.model.glm import Design, Fit, GLMConfig, fit
from crossmodal.bold.model.noise import short_repetition_remark
from crossmodal.bold.read.clock import Timing
from crossmodal.bold.read.events import (
    Event,
    EventsConfig,
    check_all_shown,
    check_events,
    missing_conditions,
    read_event_table,
)
from crossmodal.bold.read.images import (
    Grid,
    grid_of,
    open_image,
    read_series,
    require_intensities,
)
from crossmodal.bold.read.run_files import RunFiles, check_runs, run_timing
from crossmodal.bold.read.sidecar import read_sidecars
from crossmodal.bold.read.slice_times import slice_times
from crossmodal.bold.read.steady import n_skipped
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError

# ASSUME: a voxel with less than this fraction of the median intensity has lost its signal.
MIN_INTENSITY = 0.2
MIN_BRIGHT = 0.5  # of the mask; less, and the mask or the kind of image is wrong
LOG = logging.getLogger(__name__)


def estimate_patterns(
    runs: Sequence[RunFiles],
    space: Space,
    conditions: Sequence[str],
    events: EventsConfig,
    glm: GLMConfig,
) -> Betas:
    """Patterns of every run in every voxel of ``space`` that all runs cover.

    Raises
    ------
    InputError : see ``check_runs``, ``read_series``, ``read_events``, ``check_events``,
        ``Design``; no voxel that all runs cover
    """
    designs = designs_of(runs, conditions, events, glm)
    if remark := short_repetition_remark(designs[0].repetition_time_s, glm.noise):
        LOG.warning(remark)
    space = space.keep(covered(runs, space))
    fits: list[Fit] = []
    intensity: list[np.ndarray] = []
    for run, design in zip(runs, designs, strict=True):
        series = run_series(run, space)
        fits.append(fit(series, design, glm))
        intensity.append(series.mean(axis=0))
    lowest = np.min([mean / np.median(mean) for mean in intensity], axis=0)
    bright = lowest > MIN_INTENSITY
    if bright.mean() < MIN_BRIGHT:
        wanted = "a BOLD image with its mean, bright in most of the mask in every run"
        got = f"{bright.mean():.0%} of {len(bright)} voxels bright"
        raise InputError(runs[0].bold, "intensities", wanted, got)
    LOG.info(
        "%d runs, %d conditions, %d voxels (%d too dark)",
        len(runs),
        len(conditions),
        bright.sum(),
        (~bright).sum(),
    )
    return Betas(
        _stacked(fits, designs, conditions)[:, :, bright],
        space.keep(bright).mask,
        space.grid.affine,
        tuple(conditions),
        tuple(run.run_id for run in runs),
        np.stack([fitted.residual_variance for fitted in fits])[:, bright],
        space.name,
    )


def _stacked(
    fits: Sequence[Fit], designs: Sequence[Design], conditions: Sequence[str]
) -> np.ndarray:
    """(run, condition, voxel); NaN where a run lacks a condition."""
    shape = (len(fits), len(conditions), fits[0].patterns.shape[1])
    patterns = np.full(shape, np.nan, dtype=np.float32)
    for index, (fitted, design) in enumerate(zip(fits, designs, strict=True)):
        patterns[index, [conditions.index(name) for name in design.shown]] = fitted.patterns
    return patterns


def designs_of(
    runs: Sequence[RunFiles], conditions: Sequence[str], events: EventsConfig, glm: GLMConfig
) -> list[Design]:
    """Designs of a participant's runs, each with the conditions that the run shows.

    Raises
    ------
    InputError : see ``check_runs``, ``read_events``, ``check_events``, ``check_all_shown``,
        ``Design``
    """
    out = []
    for run, timing in zip(runs, check_runs(runs), strict=True):
        table = read_event_table(run.events, events)
        check_events(run.events, table.events, conditions, timing.end_s)
        if table.n_untimed:
            LOG.warning(
                "%s: %d events without a time are not modelled", run.run_id, table.n_untimed
            )
        if missing := missing_conditions(table.events, conditions):
            LOG.warning("%s lacks %d conditions: %s", run.run_id, len(missing), ", ".join(missing))
        out.append(run_design(run, timing, table.events, conditions, glm))
    shown = {run.events: design.shown for run, design in zip(runs, out, strict=True)}
    check_all_shown(shown, conditions)
    return out


def run_design(
    run: RunFiles, timing: Timing, events: Sequence[Event], names: Sequence[str], glm: GLMConfig
) -> Design:
    """Design of one run with one column per name that occurs in ``events``."""
    found = read_confounds(
        run.confounds, (*MOTION, *glm.confounds), timing.n_volumes, run.removed_volumes
    )
    motion, further = np.split(found, [len(MOTION)], axis=1)
    nuisance, nuisance_names = informative(
        np.column_stack([motion_regressors(motion, glm.motion_regressors), further]),
        [*motion_names(MOTION, glm.motion_regressors), *glm.confounds],
    )
    return design_from(run.events, timing, events, names, glm, (nuisance, nuisance_names))


def design_from(
    source: str,
    timing: Timing,
    events: Sequence[Event],
    names: Sequence[str],
    glm: GLMConfig,
    nuisance: tuple[np.ndarray, Sequence[str]],
) -> Design:
    """Design of events and nuisance columns; events of no interest are nuisance, too."""
    columns = event_columns(timing, [event for event in events if event.of_interest])
    also = event_columns(timing, [event for event in events if not event.of_interest])
    shown = [name for name in names if name in columns]
    return Design(
        np.stack([columns[name] for name in shown], axis=1),
        np.column_stack([*also.values(), nuisance[0]]),
        high_pass_basis(timing.n_volumes, timing.repetition_time_s, glm.high_pass_s),
        (*shown, *also, *nuisance[1]),
        source,
        timing.repetition_time_s,
    )


def event_columns(timing: Timing, events: Sequence[Event]) -> dict[str, np.ndarray]:
    """Expected responses (volume,) by condition, in order of their names."""
    columns = {}
    for name in sorted({event.condition for event in events}):
        chosen = [event for event in events if event.condition == name]
        columns[name] = event_regressor(
            np.array([event.onset_s for event in chosen]) - timing.start_s,
            np.array([event.duration_s for event in chosen]),
            timing.n_volumes,
            timing.repetition_time_s,
            timing.reference_s,
        )
    return columns


def run_series(run: RunFiles, space: Space) -> np.ndarray:
    """The run in the space's voxels, motion undone, float32 (volume, voxel)."""
    skipped = n_skipped(run.bold, run.skip_volumes)
    volumes, grid = read_series(run.bold, run.trust_affine, skipped)
    if run.slice_reference is not None:
        sidecar, seconds = read_sidecars(run.sidecars), run_timing(run).repetition_time_s
        axis, times_s = slice_times(sidecar, run.bold, grid.shape, seconds)
        volumes = at_one_time(volumes, axis, times_s, seconds, run.slice_reference)
    if run.motion is None:
        series = aligned_series(volumes, grid, space)
    else:
        matrices = read_affines(run.motion)
        if len(matrices) != volumes.shape[3]:
            raise InputError(run.motion, "transforms", volumes.shape[3], len(matrices))
        series = sample_series(volumes, grid, space.points_mm, matrices)
    require_intensities(series.mean(axis=0), run.bold)
    return series


def aligned_series(volumes: np.ndarray, grid: Grid, space: Space) -> np.ndarray:
    """Volumes that lie in ``space`` already, float32 (volume, voxel); interpolated if need be."""
    if grid.same_as(space.grid):
        return np.ascontiguousarray(volumes[space.mask].T)
    identities = np.broadcast_to(np.eye(4), (volumes.shape[3], 4, 4))
    return sample_series(volumes, grid, space.points_mm, identities)


def covered(runs: Sequence[RunFiles], space: Space) -> np.ndarray:
    """Voxels of ``space`` that all volumes of all runs cover, bool (voxel,)."""
    inside = np.ones(len(space.points_mm), dtype=bool)
    for run in runs:
        grid = grid_of(open_image(run.bold, 4, run.trust_affine))
        if run.motion is None and grid.same_as(space.grid):
            continue  # rounding must not put the border's voxels outside
        matrices = np.eye(4)[None] if run.motion is None else read_affines(run.motion)
        inside &= always_inside(space.points_mm, grid, matrices)
    if not inside.any():
        raise InputError(runs[0].bold, "field of view", f"some of {space.name}'s brain", "none")
    return inside
