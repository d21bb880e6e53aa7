"""What a BIDS folder holds: tasks, participants, space, and how its events name conditions."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from crossmodal.bold.read.bids import Run, entities, find_runs, find_t1
from crossmodal.bold.read.clock import repetition_time_s
from crossmodal.bold.read.fmriprep import preprocessed
from crossmodal.bold.read.images import open_image
from crossmodal.bold.read.sidecar import read_sidecars
from crossmodal.contracts.errors import InputError

STANDARD, NATIVE = "MNI152NLin2009aSym", "native"
FMRIPREP_SPACES = ("MNI152NLin2009cAsym", "MNI152NLin6Asym")
TIMES = ("onset", "duration")


@dataclass(frozen=True)
class FoundScans:
    """One task of a data set.

    runs : of the participants all of whose runs can be used
    left_out : other participants of the task, and why
    column : of events.tsv, that names the conditions; ``conditions``: its values in the first run
    """

    folder: str
    task: str
    other_tasks: tuple[str, ...]
    runs: tuple[Run, ...]
    left_out: dict[str, str]
    space: str
    fmriprep_dir: str | None
    column: str
    conditions: tuple[str, ...]
    images: str

    @property
    def participants(self) -> list[str]:
        return sorted({run.participant for run in self.runs})

    def shows(self, stimulus_ids: Sequence[str]) -> bool:
        """Whether the events name these clips and nothing else."""
        return bool(self.conditions) and set(self.conditions) <= set(stimulus_ids)


def find_scans(folder: str, stimulus_ids: Sequence[str] = ()) -> FoundScans:
    """Look at a BIDS data set; of several tasks the one that most participants have.

    Parameters
    ----------
    stimulus_ids : a column of events with these values names the conditions

    Raises
    ------
    InputError : no data set, no BOLD runs, or none of them can be used
    """
    names = Path(folder).glob("sub-*/**/func/*_bold.nii*")
    tasks = sorted({entities(path).get("task", "") for path in names} - {""})
    if not tasks:
        raise InputError(folder, "--bids", "BOLD runs (sub-*/func/*_task-*_bold.nii.gz)", "none")
    tried = [(task, *_source(folder, find_runs(folder, task))) for task in tasks]
    task, runs, left_out, space, fmriprep_dir = max(tried, key=lambda one: len(one[1]))
    if not runs:
        raise InputError(folder, "--bids", "runs that can be used", next(iter(left_out.values())))
    column, conditions = _conditions(runs[0].events, set(stimulus_ids))
    others = tuple(one for one in tasks if one != task)
    return FoundScans(folder, task, others, runs, left_out, space, fmriprep_dir, column,
                      conditions, _images(runs[0]))  # fmt: skip


def _usable(runs: Sequence[Run]) -> tuple[tuple[Run, ...], dict[str, str]]:
    good, bad = [], {}
    for label, own in groupby(runs, key=lambda run: run.participant):
        every = list(own)
        if problem := next((run.problem for run in every if run.problem), None):
            bad[label] = str(problem)
        else:
            good += every
    return tuple(good), bad


def _source(
    folder: str, every: Sequence[Run]
) -> tuple[tuple[Run, ...], dict[str, str], str, str | None]:
    """Usable runs, who is left out, space, derivatives: fMRIPrep's, where they leave out nobody
    whom the raw images have (echoes are one run only there); else what own steps can reach."""
    runs, left_out = _usable(every)
    for derivatives in _derivatives(Path(folder)):
        for space in FMRIPREP_SPACES:
            made, without = _usable(preprocessed(every, derivatives, space))
            if made and len(made) >= len(runs):
                return made, without, space, str(derivatives)
    try:
        for label in {run.participant for run in runs}:
            find_t1(folder, label)
    except InputError:
        return runs, left_out, NATIVE, None
    return runs, left_out, STANDARD, None


def _derivatives(root: Path) -> Iterator[Path]:
    """Folders that hold preprocessed runs, where people keep them: inside or beside the data."""
    for parent in (root / "derivatives", root.parent / "derivatives", root.parent):
        for folder in sorted(parent.glob("*")):
            if folder != root and any(folder.glob("sub-*/**/*_desc-preproc_bold.nii.gz")):
                yield folder


def _conditions(events: str, stimulus_ids: set[str]) -> tuple[str, tuple[str, ...]]:
    """The column of stimulus ids, else trial_type, else the first one that holds words."""
    with open(events, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    columns = [key for key in (rows[0] if rows else {}) if key and key not in TIMES]
    values = {key: sorted({row[key] or "" for row in rows} - {"", "n/a"}) for key in columns}
    fitting = [key for key in columns if values[key] and set(values[key]) <= stimulus_ids]
    usual = [key for key in ("trial_type", "stimulus_id", "condition") if values.get(key)]
    for key in (*fitting, *usual, *(key for key in columns if values[key])):
        return key, tuple(values[key])
    return "trial_type", ()


def _images(run: Run) -> str:
    """Shape and repetition time of a run, in words."""
    try:
        image = open_image(run.bold, 4)
        seconds = repetition_time_s(image, run.bold, read_sidecars(run.sidecars))
    except InputError as problem:
        return f"first run: {problem.field}: {problem.got}"
    size = "x".join(f"{float(zoom):.3g}" for zoom in image.header.get_zooms()[:3])
    return f"first run: {image.shape[3]} volumes, TR {seconds:g} s, voxels {size} mm"
