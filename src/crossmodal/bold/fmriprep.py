"""Finding fMRIPrep's files for the runs of a BIDS data set, by their names alone."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crossmodal.bold.bids import Run, entities
from crossmodal.contracts.errors import InputError

BOLD_END, MASK_END = "_desc-preproc_bold.nii.gz", "_desc-brain_mask.nii.gz"
CONFOUNDS_END = "_desc-confounds_timeseries.tsv"


def preprocessed(runs: Sequence[Run], fmriprep_dir: str | Path, space: str) -> tuple[Run, ...]:
    """The same runs with fMRIPrep's images, masks and confounds; events and sidecars stay.

    A run without them keeps its place, with an empty ``bold`` and its ``problem``.

    Raises
    ------
    InputError : no such folder
    """
    if not Path(fmriprep_dir).is_dir():
        raise InputError(fmriprep_dir, "folder", "fMRIPrep derivatives", "no such folder")
    return tuple(_preprocessed(run, Path(fmriprep_dir), space) for run in runs)


def _preprocessed(run: Run, root: Path, space: str) -> Run:
    session = entities(run.bold).get("ses")
    folder = root / f"sub-{run.participant}" / (f"ses-{session}" if session else "") / "func"
    stem = f"sub-{run.participant}_{run.run_id}"
    try:
        bold = _find_bold(folder, stem, space)
        mask = _existing(folder, bold.removesuffix(BOLD_END) + MASK_END)
        confounds = _existing(folder, stem + CONFOUNDS_END)
    except InputError as problem:
        return replace(run, bold="", problem=run.problem or problem)
    return replace(run, bold=str(folder / bold), mask=mask, confounds=confounds)


def _find_bold(folder: Path, stem: str, space: str) -> str:
    """Name of the run's only image in ``space``."""
    pattern = rf"{re.escape(stem)}_space-{space}(_res-[A-Za-z0-9]+)?{re.escape(BOLD_END)}"
    names = sorted(path.name for path in folder.glob(f"{stem}_space-*{BOLD_END}"))
    found = [name for name in names if re.fullmatch(pattern, name)]
    if len(found) != 1:
        wanted = f"one {stem}_space-{space}[_res-…]{BOLD_END}"
        raise InputError(folder, "preprocessed run", wanted, found or names or "none")
    return found[0]


def _existing(folder: Path, name: str) -> str:
    if not (folder / name).is_file():
        raise InputError(folder / name, "file", "a file of fMRIPrep", "no such file")
    return str(folder / name)
