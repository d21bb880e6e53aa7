"""The files of a participant's runs, and whether they belong together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crossmodal.bold.read.agreement import check_same_grid, check_same_timing
from crossmodal.bold.read.clock import Timing, read_clock
from crossmodal.bold.read.entities import sidecars_of
from crossmodal.bold.read.images import load_image, open_image
from crossmodal.bold.read.sidecar import TOLERANCE_S, header_repetition_time_s, read_sidecars
from crossmodal.bold.read.steady import Skip, n_skipped
from crossmodal.contracts.errors import InputError


@dataclass(frozen=True)
class RunFiles:
    """Paths of one run, and what the study says about reading them.

    motion : ITK text file, reference -> volume, one matrix a volume; None for runs whose volumes
        are aligned already, by fMRIPrep
    slice_reference : the fraction of the repetition time to which slices are interpolated
        before anything else; None leaves them as they were recorded
    trust_affine : see ``open_image``
    removed_volumes : so many first ones are missing from a derivative
    raw : the raw image of a derivative, where it is there
    skip_volumes : so many first ones are left out, or 'auto'; see ``n_skipped``
    """

    run_id: str
    bold: str
    events: str
    sidecars: tuple[str, ...]
    motion: str | None
    confounds: str
    slice_reference: float | None = None
    trust_affine: str | None = None
    removed_volumes: int = 0
    raw: str = ""
    skip_volumes: Skip = 0

    @classmethod
    def from_lists(
        cls,
        run_ids: Sequence[str],
        files: Any,
        slice_reference: float | None = None,
        trust_affine: str | None = None,
        removed_volumes: int = 0,
        skip_volumes: Skip = 0,
    ) -> tuple["RunFiles", ...]:
        """Runs from parallel lists of paths, attributes ``bold``, ``events``, ``motion`` and
        ``confounds``; ``sidecars`` are all JSON files of all runs, most general first;
        ``motion`` is empty for runs that fMRIPrep has aligned, ``raw`` for all others."""
        absent = [None] * len(run_ids)
        lists = (files.bold, files.events, files.motion or absent, files.confounds)
        raw = getattr(files, "raw", None) or [""] * len(run_ids)
        return tuple(
            cls(
                run_id,
                bold,
                events,
                sidecars_of(bold, files.sidecars),
                motion,
                confounds,
                slice_reference,
                trust_affine,
                removed_volumes,
                raw_bold,
                skip_volumes,
            )
            for run_id, bold, events, motion, confounds, raw_bold in zip(
                run_ids, *lists, raw, strict=True
            )
        )


def check_runs(runs: Sequence[RunFiles]) -> list[Timing]:
    """Clocks of runs that belong together, from headers and sidecars alone.

    Raises
    ------
    InputError : runs with different matrices, voxels or repetition times; a header and a
        sidecar that disagree; a derivative with another number of volumes than its raw run
    """
    check_same_grid([run.bold for run in runs], runs[0].trust_affine)
    timings = [run_timing(run) for run in runs]
    seconds = [timing.repetition_time_s for timing in timings]
    check_same_timing(dict(zip((run.bold for run in runs), seconds, strict=True)))
    return timings


def run_timing(run: RunFiles) -> Timing:
    """The run's clock, by header and sidecars.

    Raises
    ------
    InputError : see ``read_clock``; volumes that the raw image has and the derivative lacks,
        another repetition time than the raw image's
    """
    image = open_image(run.bold, 4, run.trust_affine)
    timing = read_clock(image, run.bold, read_sidecars(run.sidecars), run.slice_reference)
    if run.raw:
        raw = load_image(run.raw)
        raw_s, n_raw = header_repetition_time_s(raw), int(np.prod(raw.shape[3:]))
        if raw_s > 0 and abs(raw_s - timing.repetition_time_s) > TOLERANCE_S:
            wanted = f"{raw_s:g} s as in the header of {run.raw}"
            raise InputError(run.bold, "RepetitionTime", wanted, f"{timing.repetition_time_s:g} s")
        if n_raw != timing.n_volumes + run.removed_volumes:
            removed = f" less scans.removed_volumes, {run.removed_volumes}"
            wanted = f"{n_raw} as in {run.raw}{removed if run.removed_volumes else ''}"
            raise InputError(run.bold, "volumes", wanted, timing.n_volumes)
    skipped = n_skipped(run.bold, run.skip_volumes)
    first = run.removed_volumes + skipped
    return replace(
        timing,
        n_volumes=timing.n_volumes - skipped,
        start_s=first * timing.repetition_time_s,
    )
