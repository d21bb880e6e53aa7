"""Find everything that is wrong with a study's scans before hours of work, all at once."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from crossmodal.bold.bids import Run, find_runs, find_t1
from crossmodal.bold.coregister_config import CoregisterConfig
from crossmodal.bold.design import event_regressor, high_pass_basis
from crossmodal.bold.events import Event, EventsConfig, check_events, conditions_of, read_events
from crossmodal.bold.glm import Design, GLMConfig
from crossmodal.bold.images import grid_of, open_image, read_series, read_volume
from crossmodal.bold.motion import MotionConfig
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.patterns import Timing
from crossmodal.bold.sidecar import read_sidecars, repetition_time_s
from crossmodal.contracts.errors import InputError

VOXEL_TOLERANCE_MM = 1e-3
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
        for problem in _problems(lambda name=name, config=config: config(**scans[name]))
    ]
    if scans["bids_dir"] is None or problems:
        return problems  # simulated scans do not exist yet
    try:
        runs = find_runs(scans["bids_dir"], scans["task"], scans["participants"])
    except InputError as error:
        return [error]
    wanted = conditions or scans["conditions"]
    for _, own in groupby(runs, key=lambda run: run.participant):
        problems += _participant_problems(tuple(own), scans, wanted, deep)
    return problems


def _participant_problems(
    runs: Sequence[Run], scans: dict[str, Any], conditions: Sequence[str] | None, deep: bool
) -> Iterator[InputError]:
    if scans["space"] != "native":
        yield from _problems(lambda: _check_t1(scans["bids_dir"], runs[0].participant, deep))
    yield from _problems(lambda: check_same_grid([run.bold for run in runs]))
    for run in runs:
        yield from _problems(lambda run=run: check_complete(run.bold))
        yield from _problems(lambda run=run: _check_run(run, scans, conditions))
        if deep:
            yield from _problems(lambda run=run: read_series(run.bold))


def _problems(action: Callable[[], object]) -> list[InputError]:
    try:
        action()
    except InputError as error:
        return [error]
    return []


def _check_t1(bids_dir: str, participant: str, deep: bool) -> None:
    path = find_t1(bids_dir, participant)
    open_image(path, 3)
    check_complete(path)
    if deep:
        read_volume(path)


def _check_run(run: Run, scans: dict[str, Any], conditions: Sequence[str] | None) -> None:
    image = open_image(run.bold, 4)
    seconds = repetition_time_s(image, run.bold, read_sidecars(run.sidecars))
    timing = Timing(int(image.shape[3]), seconds)
    events = read_events(run.events, EventsConfig(**scans["events"]))
    wanted = conditions or conditions_of(events)
    check_events(run.events, events, wanted, timing.duration_s)
    _check_design(run.events, events, wanted, timing, scans["glm"])


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
    design.require_freedom(glm["motion_regressors"])


def check_same_grid(paths: Sequence[str]) -> None:
    """Raise unless all runs of a participant have the same matrix, voxels and repetition time.

    Raises
    ------
    InputError : naming the first run that differs
    """
    first = open_image(paths[0], 4)
    for path in paths[1:]:
        image = open_image(path, 4)
        if grid_of(image).shape != grid_of(first).shape:
            raise InputError(path, "matrix", grid_of(first).shape, grid_of(image).shape)
        _same_zooms(path, first, image)


def _same_zooms(path: str, first: nib.Nifti1Image, image: nib.Nifti1Image) -> None:
    wanted, got = (np.array(each.header.get_zooms()[:4], dtype=float) for each in (first, image))
    if np.abs(wanted - got)[:3].max() > VOXEL_TOLERANCE_MM:
        raise InputError(path, "voxel size", f"{wanted[:3]} mm", f"{got[:3]} mm")
    if abs(wanted[3] - got[3]) > VOXEL_TOLERANCE_MM:
        raise InputError(path, "repetition time", f"{wanted[3]:g}", f"{got[3]:g}")


def check_complete(path: str | Path) -> None:
    """Raise if a NIfTI file ends too early; reads a few bytes, everything only in doubt.

    Raises
    ------
    InputError : truncated or damaged data
    """
    image = open_image(path, len(nib.load(path).shape))
    header = image.header
    n_bytes = int(header["vox_offset"]) + header.get_data_dtype().itemsize * np.prod(image.shape)
    if not str(path).endswith(".gz"):
        if Path(path).stat().st_size < n_bytes:
            raise InputError(path, "size", f"{n_bytes} bytes", Path(path).stat().st_size)
        return
    with open(path, "rb") as file:  # a gzip file ends with the length of what it holds
        file.seek(-4, 2)
        stored = int.from_bytes(file.read(4), "little")
    if stored != n_bytes % 2**32:
        _read_through(path, n_bytes)


def _read_through(path: str | Path, n_bytes: int) -> None:
    """Some compressors write several pieces, so only reading all of it tells the length."""
    length = 0
    try:
        with gzip.open(path) as file:
            while block := file.read(1 << 22):
                length += len(block)
    except (EOFError, OSError) as error:
        raise InputError(path, "data", f"{n_bytes} bytes", f"truncated: {error}") from None
    if length < n_bytes:
        raise InputError(path, "data", f"{n_bytes} bytes", f"{length} bytes")
