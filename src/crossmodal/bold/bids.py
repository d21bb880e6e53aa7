"""Finding the runs of a BIDS data set by file names: light, because rules are parsed often."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossmodal.contracts.errors import InputError

UNSUPPORTED = ("echo", "part", "rec")  # several files for one acquisition


@dataclass(frozen=True)
class Run:
    """One BOLD run and the files that belong to it.

    run_id : the name's entities but for the participant, e.g. 'ses-1_task-emotion_run-2'
    sidecars : JSON files that apply, the most general one first (BIDS inheritance)
    problem : why the run cannot be used, if it cannot
    mask, confounds : fMRIPrep's, where its derivatives are used; else empty
    """

    participant: str
    run_id: str
    bold: str
    events: str
    sidecars: tuple[str, ...]
    problem: InputError | None = None
    mask: str = ""
    confounds: str = ""


def entities(path: str | Path) -> dict[str, str]:
    """'sub-01_task-x_bold.nii.gz' -> {'sub': '01', 'task': 'x', 'suffix': 'bold'}."""
    *parts, suffix = Path(path).name.split(".")[0].split("_")
    return dict(part.split("-", 1) for part in parts if "-" in part) | {"suffix": suffix}


def find_runs(
    bids_dir: str | Path, task: str, participants: Sequence[str] | None = None
) -> tuple[Run, ...]:
    """All runs of a task, sorted by participant and name.

    A run that cannot be used is listed too, with its ``problem``, so that one participant's
    gap neither stops the others nor drops out silently.

    Raises
    ------
    InputError : no such folder, no run of the task, a name that BIDS does not allow, a named
        participant without a run
    """
    root = Path(bids_dir)
    if not root.is_dir():
        raise InputError(bids_dir, "folder", "a BIDS data set", "no such folder")
    found = sorted(
        path
        for pattern in ("sub-*/func/*_bold.nii*", "sub-*/ses-*/func/*_bold.nii*")
        for path in root.glob(pattern)
        if re.search(rf"_task-{re.escape(task)}(_|$)", path.name)
    )
    if not found:
        raise InputError(bids_dir, "task", f"runs of task {task!r}", _known_tasks(root))
    for path in found:
        _require_legal(root, path)
    runs = tuple(_run(root, path) for path in found)
    labels = sorted({run.participant for run in runs})
    if unknown := [label for label in participants or () if label not in labels]:
        raise InputError(
            bids_dir, "participants", f"one of {labels}", ", ".join(map(repr, unknown))
        )
    return tuple(run for run in runs if participants is None or run.participant in participants)


def usable(runs: Sequence[Run]) -> list[Run]:
    """The runs, if all of them can be used.

    Raises
    ------
    InputError : the first problem: several files for one acquisition, no events
    """
    for run in runs:
        if run.problem is not None:
            raise run.problem
    return list(runs)


def find_t1(bids_dir: str | Path, participant: str) -> str:
    """The participant's first T1w image by name.

    Raises
    ------
    InputError : there is none
    """
    folder = Path(bids_dir, f"sub-{participant}")
    found = sorted([*folder.glob("anat/*_T1w.nii*"), *folder.glob("ses-*/anat/*_T1w.nii*")])
    if not found:
        raise InputError(folder, "anat", "a T1w image", "none")
    return str(found[0])


def sidecars_of(bold: str | Path, candidates: Sequence[str | Path]) -> tuple[str, ...]:
    """Those of ``candidates`` whose entities all are entities of ``bold``, in their order."""
    own = entities(bold).items()
    return tuple(str(path) for path in candidates if entities(path).items() <= own)


def _require_legal(root: Path, bold: Path) -> None:
    """Labels become file names, wildcards and words on a page: BIDS's own characters only."""
    label = bold.relative_to(root).parts[0].removeprefix("sub-")
    if not re.fullmatch(r"[A-Za-z0-9]+", label):
        raise InputError(bold.parent, "label", "letters and digits after 'sub-'", repr(label))
    stem = bold.name.removesuffix(".gz").removesuffix(".nii")
    if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)?(_[A-Za-z0-9]+(-[A-Za-z0-9]+)?)*", stem):
        raise InputError(bold, "name", "letters, digits, '-' and '_'", repr(bold.name))


def _run(root: Path, bold: Path) -> Run:
    label = bold.relative_to(root).parts[0].removeprefix("sub-")
    events = _inherited(root, bold, "events", ".tsv")
    return Run(
        label,
        bold.name.split(".")[0].removesuffix("_bold").removeprefix(f"sub-{label}_"),
        str(bold),
        events[-1] if events else "",
        tuple(_inherited(root, bold, "bold", ".json")),
        _problem(bold, label, bool(events)),
    )


def _problem(bold: Path, label: str, has_events: bool) -> InputError | None:
    names = entities(bold)
    if names.get("sub") != label:
        return InputError(bold, "name", f"sub-{label} as the folder's", repr(bold.name))
    for entity in UNSUPPORTED:
        if entity in names:
            return InputError(bold, "name", "one BOLD image a run", f"{entity}-{names[entity]}")
    if not has_events:
        return InputError(bold, "events", "an events.tsv that applies to this run", "none")
    return None


def _inherited(root: Path, bold: Path, suffix: str, extension: str) -> list[str]:
    """Files above or beside ``bold`` whose entities are a subset of its own."""
    own = entities(bold) | {"suffix": suffix}
    folders = [folder for folder in [*bold.parents][::-1] if folder.is_relative_to(root)]
    return [
        str(path)
        for folder in folders
        for path in sorted(folder.glob(f"*{suffix}{extension}"), key=lambda p: len(entities(p)))
        if entities(path).items() <= own.items()
    ]


def _known_tasks(root: Path) -> str:
    names = root.glob("sub-*/**/*_bold.nii*")
    return f"tasks {sorted({entities(path).get('task', '?') for path in names})}"
