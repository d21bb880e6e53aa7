"""From the files of a participant's runs to condition-wise response patterns."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossmodal.bold.agreement import check_same_grid, check_same_timing
from crossmodal.bold.bids import sidecars_of
from crossmodal.bold.confounds import MOTION, read_confounds
from crossmodal.bold.design import (
    event_regressor,
    high_pass_basis,
    informative,
    motion_names,
    motion_regressors,
)
from crossmodal.bold.events import Event, EventsConfig, check_events, read_events
from crossmodal.bold.glm import Design, Fit, GLMConfig, fit
from crossmodal.bold.images import Grid, grid_of, open_image, read_series
from crossmodal.bold.remarks import short_repetition_remark
from crossmodal.bold.resample import always_inside, sample_series
from crossmodal.bold.sidecar import read_sidecars, repetition_time_s
from crossmodal.bold.slice_timing import at_one_time, slice_times
from crossmodal.bold.spaces import Space
from crossmodal.bold.transform_files import read_affines
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError

# ASSUME: a voxel with less than this fraction of the median intensity has lost its signal.
MIN_INTENSITY = 0.2
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunFiles:
    """Paths of one run; ``motion``: ITK text file, reference -> volume, one matrix a volume.

    Runs whose volumes are aligned already, by fMRIPrep, have no ``motion``.
    ``slice_reference``: the fraction of the repetition time to which slices are interpolated
    before anything else; None leaves them as they were recorded.
    """

    run_id: str
    bold: str
    events: str
    sidecars: tuple[str, ...]
    motion: str | None
    confounds: str
    slice_reference: float | None = None

    @classmethod
    def from_lists(
        cls, run_ids: Sequence[str], files: Any, slice_reference: float | None = None
    ) -> tuple["RunFiles", ...]:
        """Runs from parallel lists of paths, attributes ``bold``, ``events``, ``motion`` and
        ``confounds``; ``sidecars`` are all JSON files of all runs, most general first;
        ``motion`` is empty for runs that fMRIPrep has aligned."""
        motions = files.motion or [None] * len(run_ids)
        return tuple(
            cls(
                run_id,
                bold,
                events,
                sidecars_of(bold, files.sidecars),
                motion,
                confounds,
                slice_reference,
            )
            for run_id, bold, events, motion, confounds in zip(
                run_ids, files.bold, files.events, motions, files.confounds, strict=True
            )
        )


@dataclass(frozen=True)
class Timing:
    """A run's clock."""

    n_volumes: int
    repetition_time_s: float

    @property
    def duration_s(self) -> float:
        return self.n_volumes * self.repetition_time_s


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
    timings = check_runs(runs)
    if remark := short_repetition_remark(timings[0].repetition_time_s, glm.noise):
        LOG.warning(remark)
    designs = [
        _design(run, timing, conditions, events, glm)
        for run, timing in zip(runs, timings, strict=True)
    ]
    space = space.keep(covered(runs, space))
    fits: list[Fit] = []
    intensity: list[np.ndarray] = []
    for run, design in zip(runs, designs, strict=True):
        series = run_series(run, space)
        fits.append(fit(series, design, glm))
        intensity.append(series.mean(axis=0))
    lowest = np.min([mean / np.median(mean) for mean in intensity], axis=0)
    bright = lowest > MIN_INTENSITY
    LOG.info(
        "%d runs, %d conditions, %d voxels (%d too dark)",
        len(runs),
        len(conditions),
        bright.sum(),
        (~bright).sum(),
    )
    return Betas(
        np.stack([fitted.patterns for fitted in fits])[:, :, bright],
        space.keep(bright).mask,
        space.grid.affine,
        tuple(conditions),
        tuple(run.run_id for run in runs),
        np.stack([fitted.residual_variance for fitted in fits])[:, bright],
        space.name,
    )


def run_design(
    run: RunFiles, timing: Timing, events: Sequence[Event], names: Sequence[str], glm: GLMConfig
) -> Design:
    """Design of one run with one column per name."""
    by_name = {name: [event for event in events if event.condition == name] for name in names}
    columns = [
        event_regressor(
            np.array([event.onset_s for event in chosen]),
            np.array([event.duration_s for event in chosen]),
            timing.n_volumes,
            timing.repetition_time_s,
        )
        for chosen in by_name.values()
    ]
    found = read_confounds(run.confounds, (*MOTION, *glm.confounds), timing.n_volumes)
    motion, further = np.split(found, [len(MOTION)], axis=1)
    nuisance, nuisance_names = informative(
        np.column_stack([motion_regressors(motion, glm.motion_regressors), further]),
        [*motion_names(MOTION, glm.motion_regressors), *glm.confounds],
    )
    return Design(
        np.stack(columns, axis=1),
        nuisance,
        high_pass_basis(timing.n_volumes, timing.repetition_time_s, glm.high_pass_s),
        (*names, *nuisance_names),
        run.events,
        timing.repetition_time_s,
    )


def check_runs(runs: Sequence[RunFiles]) -> list[Timing]:
    """Clocks of runs that belong together, from headers and sidecars alone.

    Raises
    ------
    InputError : runs with different matrices, voxels or repetition times; a header and a
        sidecar that disagree
    """
    check_same_grid([run.bold for run in runs])
    timings = [run_timing(run) for run in runs]
    seconds = [timing.repetition_time_s for timing in timings]
    check_same_timing(dict(zip((run.bold for run in runs), seconds, strict=True)))
    return timings


def run_timing(run: RunFiles) -> Timing:
    """Number and distance of volumes, by header and sidecars."""
    image = open_image(run.bold, 4)
    seconds = repetition_time_s(image, run.bold, read_sidecars(run.sidecars))
    return Timing(int(image.shape[3]), seconds)


def _design(
    run: RunFiles,
    timing: Timing,
    conditions: Sequence[str],
    events_config: EventsConfig,
    glm: GLMConfig,
) -> Design:
    events = read_events(run.events, events_config)
    check_events(run.events, events, conditions, timing.duration_s)
    return run_design(run, timing, events, conditions, glm)


def run_series(run: RunFiles, space: Space) -> np.ndarray:
    """The run in the space's voxels, motion undone, float32 (volume, voxel)."""
    volumes, grid = read_series(run.bold)
    if run.slice_reference is not None:
        sidecar, seconds = read_sidecars(run.sidecars), run_timing(run).repetition_time_s
        axis, times_s = slice_times(sidecar, run.bold, grid.shape, seconds)
        volumes = at_one_time(volumes, axis, times_s, seconds, run.slice_reference)
    if run.motion is None:
        return aligned_series(volumes, grid, space)
    matrices = read_affines(run.motion)
    if len(matrices) != volumes.shape[3]:
        raise InputError(run.motion, "transforms", volumes.shape[3], len(matrices))
    return sample_series(volumes, grid, space.points_mm, matrices)


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
        grid = grid_of(open_image(run.bold, 4))
        if run.motion is None and grid.same_as(space.grid):
            continue  # rounding must not put the border's voxels outside
        matrices = np.eye(4)[None] if run.motion is None else read_affines(run.motion)
        inside &= always_inside(space.points_mm, grid, matrices)
    if not inside.any():
        raise InputError(runs[0].bold, "field of view", f"some of {space.name}'s brain", "none")
    return inside
