"""Finding the runs of a BIDS data set by file names: light, because rules are parsed often."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from crossmodal.bold.read.entities import (
    IMAGE_ENDS,
    OF_DERIVATIVES,
    OF_ONE_ACQUISITION,
    Wanted,
    check_filters,
    entities,
    extension,
    listed,
    numbered,
    selected,
)
from crossmodal.contracts.errors import InputError, missing

OTHER_IMAGES = (".img", ".hdr")
CHOOSE = " (scans.filters chooses)"


@dataclass(frozen=True)
class Run:
    """One BOLD run and the files that belong to it.

    run_id : the name's entities but for the participant, e.g. 'ses-1_task-emotion_run-2'
    bold : the image; empty where there is none
    sidecars : JSON files that apply, the most general one first (BIDS inheritance)
    problem : why the run cannot be used, if it cannot
    mask, confounds : fMRIPrep's, where its derivatives are used; else empty
    raw : the raw image that fMRIPrep's was made from, where it is there; else empty
    """

    participant: str
    run_id: str
    bold: str
    events: str
    sidecars: tuple[str, ...]
    problem: InputError | None = None
    mask: str = ""
    confounds: str = ""
    raw: str = ""

    @property
    def stem(self) -> str:
        """The name without suffix and extension, e.g. 'sub-01_task-emotion_run-2'."""
        return f"sub-{self.participant}_{self.run_id}"


def find_runs(
    bids_dir: str | Path,
    task: str,
    participants: Sequence[str] | None = None,
    filters: Mapping[str, Wanted] | None = None,
) -> tuple[Run, ...]:
    """All runs of a task, sorted by participant and name.

    A run that cannot be used is listed too, with its ``problem``, so that one participant's
    gap neither stops the others nor drops out silently; so are events without an image.

    Parameters
    ----------
    filters : see ``entities.selected``; those of derivatives, as 'space', are not looked at

    Raises
    ------
    InputError : no such folder, no run of the task, a name that BIDS does not allow, a named
        participant without a run, filters that leave nothing or name no entity
    """
    root = Path(bids_dir)
    if not root.is_dir():
        raise InputError(bids_dir, "folder", "a BIDS data set", missing(bids_dir, "folder"))
    check_filters(filters or {}, "scans.filters")
    wanted = {key: each for key, each in (filters or {}).items() if key not in OF_DERIVATIVES}
    found = _of_task(root, task, "bold", (*IMAGE_ENDS, *OTHER_IMAGES))
    tables = _of_task(root, task, "events", (".tsv",))
    if not found and not tables:
        raise InputError(bids_dir, "task", f"runs of task {task!r}", _known_tasks(root))
    for path in found:
        _require_legal(root, path)
    images, tables = (
        [path for path in paths if selected(path, wanted)] for paths in (found, tables)
    )
    if not images and not tables:
        got = f"none of {len(found)}, e.g. {found[0].name}" if found else "none"
        raise InputError(bids_dir, "scans.filters", f"runs of task {task!r} that fit", got)
    runs = [_run(root, group, wanted) for group in _acquisitions(images)]
    runs += [_imageless(root, path) for path in _without_image(tables, found)]
    runs.sort(key=lambda run: (run.participant, run.run_id))
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


def find_t1(
    bids_dir: str | Path, participant: str, filters: Mapping[str, Wanted] | None = None
) -> str:
    """The participant's T1w image.

    Raises
    ------
    InputError : there is none, or more than one
    """
    folder = Path(bids_dir, f"sub-{participant}")
    check_filters(filters or {}, "scans.t1w_filters")
    there = sorted(
        path
        for pattern in ("anat/*_T1w.*", "ses-*/anat/*_T1w.*")
        for path in listed(folder, pattern)
        if extension(path) in IMAGE_ENDS
    )
    found = [path for path in there if selected(path, filters or {})]
    if len(found) > 1:
        got = ", ".join(path.name for path in found)
        raise InputError(folder, "anat", "one T1w image (scans.t1w_filters chooses)", got)
    if not found:
        names = ", ".join(path.name for path in there)
        got = f"none that fits scans.t1w_filters: {names}" if there else "none"
        raise InputError(folder, "anat", "a T1w image", got)
    return str(found[0])


def inherited(root: Path, bold: Path, suffix: str, ends: str) -> list[list[str]]:
    """Files above or beside ``bold`` whose entities are a subset of its own.

    Returns
    -------
    One list a folder, the most general folder and file first
    """
    own = entities(bold) | {"suffix": suffix}
    folders = [folder for folder in [*bold.parents][::-1] if folder.is_relative_to(root)]
    return [
        [
            str(path)
            for path in sorted(listed(folder, f"*{suffix}{ends}"), key=lambda p: len(entities(p)))
            if entities(path).items() <= own.items()
        ]
        for folder in folders
    ]


def no_events(run: Run) -> InputError | None:
    """The problem of a run without events; None if it has some."""
    if run.events:
        return None
    return InputError(run.bold, "events", "an events.tsv that applies to this run", "none")


def _of_task(root: Path, task: str, suffix: str, ends: Sequence[str]) -> list[Path]:
    """Files of a task in the folders ``func``."""
    return sorted(
        path
        for folder in ("sub-*/func", "sub-*/ses-*/func")
        for path in listed(root, f"{folder}/*_{suffix}.*")
        if extension(path) in ends and re.search(rf"_task-{re.escape(task)}(_|$)", path.name)
    )


def _require_legal(root: Path, bold: Path) -> None:
    """Labels become file names, wildcards and words on a page: BIDS's own characters only."""
    label = _label(root, bold)
    if not re.fullmatch(r"[A-Za-z0-9]+", label):
        raise InputError(bold.parent, "label", "letters and digits after 'sub-'", repr(label))
    stem = bold.name.removesuffix(extension(bold))
    if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)?(_[A-Za-z0-9]+(-[A-Za-z0-9]+)?)*", stem):
        raise InputError(bold, "name", "letters, digits, '-' and '_'", repr(bold.name))


def _label(root: Path, path: Path) -> str:
    return path.relative_to(root).parts[0].removeprefix("sub-")


def _acquisitions(images: Iterable[Path]) -> list[list[Path]]:
    """Images of the same run: echoes, magnitude and phase, reconstructions, twice stored ones;
    run-1 and run-01 are one number."""

    def acquisition(path: Path) -> tuple[str, str]:
        return str(path.parent), numbered(_joined(path, without=OF_ONE_ACQUISITION))

    ordered = sorted(images, key=lambda path: (acquisition(path), path.name))
    return [list(group) for _, group in groupby(ordered, key=acquisition)]


def _joined(path: Path, without: Sequence[str] = ()) -> str:
    """The name's parts but for the participant, the suffix and some entities."""
    *parts, _ = path.name.split(".")[0].split("_")
    left_out = ("sub", *without)
    return "_".join(part for part in parts if part.split("-", 1)[0] not in left_out)


def _differing(images: Sequence[Path]) -> list[str]:
    """What tells files of one acquisition apart; a ``rec-`` that all of them share stays a name."""
    own = [entities(path) for path in images]
    return [each for each in OF_ONE_ACQUISITION if len({names.get(each) for names in own}) > 1]


def _run(root: Path, images: Sequence[Path], filters: Mapping[str, Wanted]) -> Run:
    """The run that ``images`` show, of which there should be one."""
    bold = images[0]
    levels = [level for level in inherited(root, bold, "events", ".tsv") if level]
    run = Run(
        _label(root, bold),
        _joined(bold, without=_differing(images)),
        str(bold),
        levels[-1][-1] if levels else "",
        tuple(path for level in inherited(root, bold, "bold", ".json") for path in level),
        _problem(root, images, filters) or _ambiguous(levels),
    )
    return run if run.problem else replace(run, problem=no_events(run))


def _problem(
    root: Path, images: Sequence[Path], filters: Mapping[str, Wanted]
) -> InputError | None:
    bold, names, label = images[0], entities(images[0]), _label(root, images[0])
    if names.get("sub") != label:
        return InputError(bold, "name", f"sub-{label} as the folder's", repr(bold.name))
    session = bold.relative_to(root).parts[1].removeprefix("ses-")
    if names.get("ses", "func") != session:
        return InputError(bold, "name", f"ses-{session} as the folder's", repr(bold.name))
    if extension(bold) in OTHER_IMAGES:
        return InputError(bold, "file", f"one of {IMAGE_ENDS}", extension(bold))
    if len({path.name.split(".")[0] for path in images}) < len(images):
        got = " and ".join(path.name for path in images)
        return InputError(bold, "run", "one file", got)
    asked = _differing(images) or [each for each in OF_ONE_ACQUISITION if each not in filters]
    several = [f"{each}-{entities(path)[each]}" for path in images for each in asked
               if each in entities(path)]  # fmt: skip
    if several or len(images) > 1:
        got = ", ".join(dict.fromkeys(several)) or ", ".join(path.name for path in images)
        return InputError(bold, "name", "one BOLD image a run", got + CHOOSE)
    return None


def _ambiguous(levels: Sequence[Sequence[str]]) -> InputError | None:
    """Two tables of events of which neither is the more specific one."""
    last = levels[-1] if levels else ()
    if len(last) > 1 and len(entities(last[-1])) == len(entities(last[-2])):
        return InputError(last[-1], "events", "one table that applies to a run", f"{last[-2]} too")
    return None


def _without_image(tables: Iterable[Path], images: Sequence[Path]) -> list[Path]:
    """Tables of events that apply to no image."""
    shown = [entities(path) | {"suffix": "events"} for path in images]
    return [
        path for path in tables if not any(entities(path).items() <= own.items() for own in shown)
    ]


def _imageless(root: Path, events: Path) -> Run:
    problem = InputError(events, "image", "a BOLD image that these events belong to", "none")
    return Run(_label(root, events), _joined(events), "", str(events), (), problem)


def _known_tasks(root: Path) -> str:
    names = root.glob("sub-*/**/*_bold.nii*")
    return f"tasks {sorted({entities(path).get('task', '?') for path in names})}"
