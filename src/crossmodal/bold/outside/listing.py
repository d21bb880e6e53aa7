"""Whose betas of other programs there are, and in which files. Light: rules ask for it."""

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.betas_config import BetasConfig
from crossmodal.bold.read.entities import entities, listed, selected
from crossmodal.contracts.braces import PLACE, filled
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading, require_columns
from crossmodal.contracts.statmap_names import CONDITIONS

COLUMNS = ("participant", "run", "condition", "path")
LABEL = re.compile(r"[A-Za-z0-9]+")  # files of results are named by it
# Entities that do not name a run.
OF_A_MAP = ("sub", "contrast", "stat", "desc", "space", "res", "suffix")


@dataclass(frozen=True)
class Estimate:
    """One image: a condition's response in a run, or one trial's of several."""

    run: str
    condition: str
    path: str
    trial: str = ""


@dataclass(frozen=True)
class ImageList:
    """The images of one participant, and what says so.

    variance : run -> image of the GLM's residual variance, of runs that have one
    left_out : columns of the design that are no condition's response, by name
    """

    source: str
    estimates: tuple[Estimate, ...]
    variance: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        seen: dict[str, Estimate] = {}
        keys: dict[tuple[str, str, str], Estimate] = {}
        for one in self.estimates:
            where = f"run {one.run}, condition {one.condition}"
            if one.path in seen:
                raise InputError(self.source, where, "each file once", f"{one.path} again")
            key = (one.run, one.condition, one.trial)
            if key in keys:
                got = f"{one.path} after {keys[key].path}"
                raise InputError(self.source, where, "one image, or a column trial", got)
            seen[one.path] = keys[key] = one

    @property
    def conditions(self) -> list[str]:
        """Their names, sorted."""
        return sorted({one.condition for one in self.estimates})

    @property
    def runs(self) -> list[str]:
        """Names of the runs, in order of appearance."""
        return list(dict.fromkeys(one.run for one in self.estimates))


def participants_of(scans: Scans) -> list[str]:
    """Labels of all whose betas are there, or of ``scans.participants``.

    Raises
    ------
    InputError : nobody's, or not those of a participant who is named; a table without its columns;
        a label with other characters than letters and digits
    """
    betas = scans.betas
    if betas.source == "images":
        found = sorted({row["participant"] for row in table_rows(betas.path)})
    elif betas.source == "bids_statmaps":
        found = sorted({entities(path)["sub"] for path in _maps_of(scans, "*")})
    else:
        found = _matching(betas.path)
    if not found:
        raise InputError(betas.path, "scans.betas.path", f"files of {betas.source}", "none")
    for label in scans.participants or ():
        if label not in found:
            expected = f"one of {found}, who have betas"
            raise InputError("config", "scans.participants", expected, repr(label))
    chosen = sorted(scans.participants or found)
    if odd := [label for label in chosen if not LABEL.fullmatch(label)]:
        raise InputError(betas.path, "participant", "a label of letters and digits", repr(odd[0]))
    return chosen


def _matching(pattern: str) -> list[str]:
    """Labels for which a file of the pattern exists."""
    pattern = Path(pattern).as_posix()  # './a//b' as the paths below it are written
    form = re.escape(pattern).replace(re.escape(PLACE), "(?P<label>[A-Za-z0-9]+)", 1)
    form = form.replace(re.escape(PLACE), "(?P=label)")
    root, rest = _split(pattern)
    paths = root.glob(rest.replace(PLACE, "*"))
    found = [re.fullmatch(form, path.as_posix()) for path in paths]
    return sorted(match["label"] for match in found if match)


def _split(pattern: str) -> tuple[Path, str]:
    """The folder in front of the first part with a place in it, and the rest."""
    parts = Path(pattern).parts
    first = next((i for i, part in enumerate(parts) if PLACE in part), len(parts) - 1)
    return Path(*parts[:first]), "/".join(parts[first:])


def table_rows(path: str) -> list[dict[str, str]]:
    """Rows of a table of images; paths as seen from here, labels without 'sub-'.

    Raises
    ------
    InputError : no such file, columns that lack, an empty cell
    """
    with reading(path, "a table of images"), open(path, encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, delimiter="\t")
        require_columns(path, COLUMNS, table.fieldnames)
        rows = list(table)
    for line, row in enumerate(rows, 2):
        for name in COLUMNS:
            if not (row[name] or "").strip():
                raise InputError(path, f"line {line}, {name}", "a value", "none")
        row["participant"] = row["participant"].removeprefix("sub-")
        for name in ("path", "residual_variance"):
            if row.get(name):
                row[name] = Path(path).parent.joinpath(row[name]).as_posix()
    return rows


def table_images(betas: BetasConfig, participant: str) -> ImageList:
    """A participant's rows of the table.

    Raises
    ------
    InputError : see ``table_rows``, ``ImageList``
    """
    rows = [row for row in table_rows(betas.path) if row["participant"] == participant]
    estimates = [
        Estimate(row["run"], row["condition"], row["path"], row.get("trial") or "") for row in rows
    ]
    variance = {
        row["run"]: row["residual_variance"] for row in rows if row.get("residual_variance")
    }
    return ImageList(betas.path, tuple(estimates), variance)


def statmap_images(scans: Scans, participant: str) -> ImageList:
    """Statistical maps of a participant by their names; a contrast is a condition.

    Raises
    ------
    InputError : see ``ImageList``
    """
    estimates, variance = [], {}
    for path in _maps_of(scans, participant):
        found = entities(path)
        run = "_".join(f"{key}-{label}" for key, label in found.items() if key not in OF_A_MAP)
        label = found["contrast"]
        of_run = path.name.replace(f"_contrast-{label}", "")
        name = _names(_run_sidecar(path)).get(label, label)
        estimates.append(Estimate(run, name, path.as_posix()))
        noise = path.with_name(of_run.replace(f"stat-{found['stat']}", "stat-residualvariance"))
        if noise.is_file():
            variance[run] = noise.as_posix()
    return ImageList(scans.betas.path, tuple(estimates), variance)


def _run_sidecar(path: Path) -> Path:
    """The JSON of all images of a run, which says what the labels stand for."""
    return path.with_name(re.sub("_contrast-[^_]*", "", path.name).split(".")[0] + ".json")


def _names(sidecar: Path) -> dict[str, str]:
    """Label -> name of a condition, where the sidecar of a run says it, as our own does."""
    if not sidecar.is_file():
        return {}
    with reading(sidecar, "a sidecar of statistical maps"):
        return dict(json.loads(sidecar.read_text(encoding="utf-8")).get(CONDITIONS, {}))


def _maps_of(scans: Scans, participant: str) -> list[Path]:
    """Maps of the wanted statistic, task and space.

    Raises
    ------
    InputError : there are some, but all in other spaces than ``scans.space`` by their names
    """
    root = Path(scans.betas.path)
    found = [
        path
        for folder in ("", "ses-*/")
        for kind in ("func/", "")
        for path in listed(root, f"sub-{participant}/{folder}{kind}*_statmap.nii*")
    ]
    wanted = dict(scans.filters)
    chosen = [
        path
        for path in found
        if entities(path).get("stat") == scans.betas.stat
        and "contrast" in entities(path)
        and (not scans.task or entities(path).get("task") == scans.task)
        and selected(path, wanted)
    ]
    spaces = {path: entities(path).get("space") for path in chosen}
    inside = [path for path in chosen if _lies_in(spaces[path], scans.space)]
    if chosen and not inside:
        others = ", ".join(sorted({f"space-{label}" for label in spaces.values()}))
        raise InputError(root, "space", f"maps in scans.space, {scans.space}", f"only {others}")
    return inside


def _lies_in(label: str | None, space: str | None) -> bool:
    """Whether a map's space, by its name (None: it says nothing), is the study's."""
    if label is None:
        return True
    if space == "native":
        return not label.startswith("MNI")
    return label.startswith("MNI") if space == "MNI152" else label == space


def files_of(scans: Scans, participant: str) -> list[str]:
    """Every file that a participant's betas are read from, as far as names tell."""
    betas = scans.betas
    more = [filled(each, participant) for each in (betas.mask, betas.trials, betas.reference)]
    if betas.source == "images":
        images = table_images(betas, participant)
        own = [one.path for one in images.estimates] + [*images.variance.values()]
    elif betas.source == "bids_statmaps":
        images = statmap_images(scans, participant)
        own = [one.path for one in images.estimates] + [*images.variance.values()]
        sidecars = {_run_sidecar(Path(one.path)) for one in images.estimates}
        own += sorted(path.as_posix() for path in sidecars if path.is_file())
    else:
        own = [filled(betas.path, participant)]
    if betas.source == "spm":
        folder = Path(own[0]).parent
        ends = [f"{stem}.{end}" for stem in ("beta_*", "ResMS") for end in ("nii*", "img", "hdr")]
        own += [str(path) for end in ends for path in listed(folder, end)]
    return list(dict.fromkeys([*own, *filter(None, more)]))
