"""t maps of contrasts between conditions, from smoothed data, as SPM's first level makes them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crossmodal.bold.events import EventsConfig, check_events, conditions_of, read_events
from crossmodal.bold.glm import Design, GLMConfig, t_map
from crossmodal.bold.patterns import (
    RunFiles,
    Timing,
    check_runs,
    covered,
    run_design,
    run_series,
)
from crossmodal.bold.smoothing import spm_smooth
from crossmodal.bold.spaces import Space
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps


def contrast_maps(
    runs: Sequence[RunFiles],
    space: Space,
    contrasts: dict[str, dict[str, float]],
    events: EventsConfig,
    glm: GLMConfig,
    smoothing_mm: float,
) -> list[Maps]:
    """One map per contrast: t with one regressor a condition, averaged over runs.

    ASSUME: several runs are combined as sum(t) / sqrt(n), runs being equally precise.

    Raises
    ------
    InputError : a contrast with an unknown condition; everything that patterns raise
    """
    timings = check_runs(runs)
    designs = [
        _design(run, timing, contrasts, events, glm)
        for run, timing in zip(runs, timings, strict=True)
    ]
    space = space.keep(covered(runs, space))
    sums = np.zeros((len(contrasts), len(space.points_mm)))
    for run, (design, weights) in zip(runs, designs, strict=True):
        series = smoothed_series(run, space, smoothing_mm)
        sums += [t_map(series, design, each, glm.noise)[0] for each in weights]
    values = (sums / np.sqrt(len(runs))).astype(np.float32)
    return [
        Maps(value[None], space.mask, space.grid.affine, (name,), "t", space.name)
        for name, value in zip(contrasts, values, strict=True)
    ]


def contrast_weights(weights: dict[str, float], conditions: Sequence[str], name: str) -> np.ndarray:
    """(condition,) weights in the order of ``conditions``.

    Raises
    ------
    InputError : a weight for a condition that does not exist
    """
    if unknown := sorted(set(weights) - set(conditions)):
        raise InputError("config", f"scans.contrasts.{name}", f"of {list(conditions)}", unknown)
    return np.array([weights.get(condition, 0.0) for condition in conditions])


def _design(
    run: RunFiles,
    timing: Timing,
    contrasts: dict[str, dict[str, float]],
    events_config: EventsConfig,
    glm: GLMConfig,
) -> tuple[Design, list[np.ndarray]]:
    """The run's model and the weights of every contrast in it."""
    events = read_events(run.events, replace(events_config, block_gap_s=None))
    conditions = conditions_of(events)
    check_events(run.events, events, conditions, timing.duration_s)
    design = run_design(run, timing, events, conditions, glm)
    return design, [
        contrast_weights(weights, conditions, name) for name, weights in contrasts.items()
    ]


def smoothed_series(run: RunFiles, space: Space, smoothing_mm: float) -> np.ndarray:
    """float32 (volume, voxel) of ``space``, smoothed on the whole grid before masking."""
    if not smoothing_mm:
        return run_series(run, space)
    shape, voxel_mm = space.grid.shape, space.grid.voxel_mm
    whole = run_series(run, space.whole())
    return np.stack(
        [spm_smooth(volume.reshape(shape), smoothing_mm, voxel_mm)[space.mask] for volume in whole]
    )
