"""t maps of contrasts between conditions, from smoothed data, as SPM's first level makes them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from crossmodal.bold.align.spaces import Space
from crossmodal.bold.model.glm import Design, GLMConfig, t_map
from crossmodal.bold.model.patterns import covered, run_design, run_series
from crossmodal.bold.model.smoothing import spm_smooth
from crossmodal.bold.read.events import EventsConfig, check_events, conditions_of, read_events
from crossmodal.bold.read.run_files import RunFiles, check_runs
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

    ASSUME: several runs are combined as sum(t) / sqrt(n), runs being equally precise; a run that
    lacks one of a contrast's conditions does not count.

    Raises
    ------
    InputError : a contrast with an unknown condition, or whose conditions no run shows together;
        everything that patterns raise
    """
    designs = _designs(runs, events, glm)
    weights = [weights_of_runs(contrasts[name], designs, name) for name in contrasts]
    space = space.keep(covered(runs, space))
    sums = np.zeros((len(contrasts), len(space.points_mm)))
    for index, (run, design) in enumerate(zip(runs, designs, strict=True)):
        series = smoothed_series(run, space, smoothing_mm)
        for total, of_runs in zip(sums, weights, strict=True):
            if of_runs[index] is not None:
                total += t_map(series, design, of_runs[index], glm.noise)[0]
    counts = [sum(each is not None for each in of_runs) for of_runs in weights]
    values = (sums / np.sqrt(counts)[:, None]).astype(np.float32)
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


def weights_of_runs(
    weights: dict[str, float], designs: Sequence[Design], name: str
) -> list[np.ndarray | None]:
    """(condition,) weights for each run's design; None for a run that lacks a condition.

    Raises
    ------
    InputError : a weight for a condition that no run shows, or not beside the contrast's others
    """
    known = sorted({condition for design in designs for condition in design.shown})
    contrast_weights(weights, known, name)
    needed = {condition for condition, weight in weights.items() if weight}
    found = [
        contrast_weights({key: weights[key] for key in needed}, design.shown, name)
        if needed <= set(design.shown)
        else None
        for design in designs
    ]
    if all(each is None for each in found):
        wanted = f"a run that shows {' and '.join(sorted(needed))}"
        raise InputError(designs[0].source, f"scans.contrasts.{name}", wanted, "none")
    return found


def _designs(runs: Sequence[RunFiles], events_config: EventsConfig, glm: GLMConfig) -> list[Design]:
    """The runs' models with one regressor a condition, as every run shows them."""
    designs = []
    for run, timing in zip(runs, check_runs(runs), strict=True):
        events = read_events(run.events, replace(events_config, block_gap_s=None))
        conditions = conditions_of(events)
        check_events(run.events, events, conditions, timing.end_s)
        designs.append(run_design(run, timing, events, conditions, glm))
    return designs


def smoothed_series(run: RunFiles, space: Space, smoothing_mm: float) -> np.ndarray:
    """float32 (volume, voxel) of ``space``, smoothed on the whole grid before masking."""
    if not smoothing_mm:
        return run_series(run, space)
    shape, voxel_mm = space.grid.shape, space.grid.voxel_mm
    whole = run_series(run, space.whole())
    return np.stack(
        [spm_smooth(volume.reshape(shape), smoothing_mm, voxel_mm)[space.mask] for volume in whole]
    )
