"""What a data set's own lists say of its runs: participants.tsv, scans.tsv and .bidsignore."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from crossmodal.bold.block import Scans
from crossmodal.bold.read.bids import Run
from crossmodal.bold.read.tsv import read_tsv
from crossmodal.contracts.errors import InputError


def list_remarks(scans: Scans, runs: Sequence[Run]) -> Iterator[str]:
    """Lines about lists and folders that do not tell the same; the folders are what counts."""
    root = Path(scans.bids_dir)
    if scans.participants is None:
        yield from _participants(root, scans.task, {run.participant for run in runs})
    yield from _missing(root, scans)
    yield from _ignored(root, runs)


def _cells(path: Path, column: str) -> list[str]:
    """A column of a list that may not be there, or be of another kind."""
    try:
        return [row[column].strip() for row in read_tsv(path, "a list", (column,))]
    except InputError:
        return []


def _participants(root: Path, task: str, found: set[str]) -> Iterator[str]:
    path = root / "participants.tsv"
    listed = {cell.removeprefix("sub-") for cell in _cells(path, "participant_id")}
    if listed and (without := sorted(listed - found)):
        yield f"{path} lists participants without such runs of task {task}: {_few(without)}"
    if listed and (unlisted := sorted(found - listed)):
        yield f"{path} does not list participants whose runs are used: {_few(unlisted)}"


def _missing(root: Path, scans: Scans) -> Iterator[str]:
    """Images of the task that a scans.tsv lists and that are not there."""
    lost = [
        path.parent / name
        for pattern in ("sub-*/sub-*_scans.tsv", "sub-*/ses-*/sub-*_scans.tsv")
        for path in sorted(root.glob(pattern))
        for name in _cells(path, "filename")
        if f"_task-{scans.task}_" in name
        and "_bold.nii" in name
        and not (path.parent / name).exists()
    ]
    if lost and not scans.fmriprep_dir:
        yield f"scans.tsv lists {len(lost)} images of the task that are not there, e.g. {lost[0]}"


def _ignored(root: Path, runs: Sequence[Run]) -> Iterator[str]:
    try:
        lines = (root / ".bidsignore").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    names = [path for run in runs for path in (run.raw or run.bold, run.events) if path]
    inside = [Path(name) for name in names if Path(name).is_relative_to(root)]
    if hidden := [path for path in inside if is_ignored(path.relative_to(root).as_posix(), lines)]:
        yield f".bidsignore hides {len(hidden)} files that are used all the same, e.g. {hidden[0]}"


def is_ignored(name: str, lines: Sequence[str]) -> bool:
    """Whether a path within the data set fits a .bidsignore, written as a .gitignore is."""
    hidden = False
    parts = name.split("/")
    folders = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    for line in lines:
        pattern = line.strip().removeprefix("!").rstrip("/").removeprefix("**/")
        if not pattern or line.startswith("#"):
            continue
        whole = "/" in pattern
        tried = folders if whole else parts
        if any(fnmatch(each, pattern.removeprefix("/")) for each in tried):
            hidden = not line.startswith("!")
    return hidden


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" … ({len(names)} in all)" if len(names) > 4 else "")
