"""Finding fMRIPrep's files for the runs of a BIDS data set, by their names alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crossmodal.bold.read.bids import Run, inherited, no_events
from crossmodal.bold.read.entities import (
    IMAGE_ENDS,
    OF_DERIVATIVES,
    Wanted,
    entities,
    extension,
    listed,
    numbered,
    selected,
)
from crossmodal.contracts.errors import InputError, missing

BOLD_END, MASK_END = "_desc-preproc_bold", "_desc-brain_mask"
HEADER_BYTES = 352  # of a NIfTI; the pointers of git-annex and Git LFS are shorter
# Since fMRIPrep 20.2, and before.
CONFOUNDS_ENDS = ("_desc-confounds_timeseries.tsv", "_desc-confounds_regressors.tsv")


def preprocessed(
    runs: Sequence[Run],
    fmriprep_dir: str | Path,
    space: str,
    filters: Mapping[str, Wanted] | None = None,
) -> tuple[Run, ...]:
    """The same runs with fMRIPrep's images, masks and confounds; events and sidecars stay.

    Echoes, parts and reconstructions of a run that fMRIPrep has combined are one run, whatever
    the raw files are called. A run without derivatives keeps its place, with an empty ``bold``
    and its ``problem``.

    Parameters
    ----------
    filters : those of derivatives, as 'res', are looked at here

    Raises
    ------
    InputError : no such folder
    """
    if not Path(fmriprep_dir).is_dir():
        got = missing(fmriprep_dir, "folder")
        raise InputError(fmriprep_dir, "folder", "fMRIPrep derivatives", got)
    wanted = {key: each for key, each in (filters or {}).items() if key in OF_DERIVATIVES}
    return tuple(_preprocessed(run, Path(fmriprep_dir), wanted | {"space": space}) for run in runs)


def _preprocessed(run: Run, root: Path, wanted: Mapping[str, Wanted]) -> Run:
    session = entities(f"{run.stem}_bold").get("ses")
    folder = root / f"sub-{run.participant}" / (f"ses-{session}" if session else "") / "func"
    try:
        bold, stem = _find_bold(folder, run.stem, wanted)
        mask = _existing(folder, [_beside(bold) + MASK_END + end for end in IMAGE_ENDS])
        confounds = _existing(folder, [stem + end for end in CONFOUNDS_ENDS])
    except InputError as problem:
        return replace(run, bold="", problem=no_events(run) or problem)
    own = [path for level in inherited(root, bold, "bold", ".json") for path in level]
    return replace(
        run,
        bold=str(bold),
        sidecars=(*run.sidecars, *own),
        problem=no_events(run),
        mask=mask,
        confounds=confounds,
        raw=run.bold if _is_there(run.bold) else "",
    )


def _find_bold(folder: Path, stem: str, wanted: Mapping[str, Wanted]) -> tuple[Path, str]:
    """The run's only image, and its name without what derivatives add."""
    there = listed(folder, f"*{BOLD_END}.*")
    there = [path for path in there if extension(path) in IMAGE_ENDS]
    made_from = {path: _without(_beside(path), *OF_DERIVATIVES) for path in there}
    runs = {path: numbered(raw) for path, raw in made_from.items()}
    combined = _without(numbered(stem), "echo", "part")
    stems = (numbered(stem), combined, _without(combined, "rec"))
    raw = next((each for each in stems if each in runs.values()), combined)
    own = [path for path in there if runs[path] == raw]
    found = [path for path in own if selected(path, wanted)]
    if len(found) == 1:
        return found[0], made_from[found[0]]
    expected = f"one {stem}_space-{wanted['space']}[_res-…]{BOLD_END}.nii.gz"
    alike = [path for path in there if _entities_of(runs[path]) >= _entities_of(raw)]
    names = [path.name for path in found or own or alike]
    raise InputError(folder, "preprocessed run", expected, names or "none")


def _is_there(path: str) -> bool:
    """Whether the file holds an image: data sets are often cloned without what is large."""
    return bool(path) and Path(path).is_file() and Path(path).stat().st_size >= HEADER_BYTES


def _entities_of(stem: str) -> set[tuple[str, str]]:
    return set(entities(f"{stem}_bold").items())


def _beside(path: Path) -> str:
    """The name without description, suffix and extension."""
    return path.name.removesuffix(extension(path)).removesuffix(BOLD_END)


def _without(stem: str, *names: str) -> str:
    return "_".join(part for part in stem.split("_") if part.split("-", 1)[0] not in names)


def _existing(folder: Path, names: Sequence[str]) -> str:
    found = [name for name in names if (folder / name).is_file()]
    if len(found) != 1:
        expected = "a file of fMRIPrep" if not found else "one file"
        got = "no such file" if not found else " and ".join(found)
        raise InputError(folder / names[0], "file", expected, got)
    return str(folder / found[0])
