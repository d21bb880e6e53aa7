"""What is wrong with tables and files of models, and RDMs that cannot be tested."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.listing import participants_of
from crossmodal.bold.read.events import usual_conditions
from crossmodal.bold.read.study_runs import runs_of
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.model_table import ModelTable
from crossmodal.families.external.files import picture_files
from crossmodal.inference.maps.condition_permutation import condition_orders, smallest_p
from crossmodal.inference.regions.files import read_roi_rdms
from crossmodal.representations.models import table_rdms
from crossmodal.representations.rdm import category_rdm
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.checks.files import model_file_problems, region_file_problems
from crossmodal.study.study import Study


def model_problems(study: Study) -> list[InputError]:
    """Problems of ``models.tables`` and ``models.files``, which are read, of label models and of
    files of regions' RDMs."""
    tables = study.models.tables
    problems = list(_label_problems(study, study.models.labels))
    problems += region_file_problems(study)
    conditions = known_conditions(study) if tables or study.models.files else None
    for name, path in tables.items():
        problems += _table_problems(study, name, path, conditions)
    problems += model_file_problems(study, conditions)
    return problems


def _label_problems(study: Study, labels: Sequence[str]) -> Iterator[InputError]:
    """Label models that would be constant (all clips of one kind, or each of its own), or whose
    clips allow too few orders; columns that the clips do not have are ``labels``' to report."""
    chosen = clip_selection(study)[1] if labels and study.stimuli else None
    for label in labels if chosen and len(chosen.study) > 1 else ():
        try:
            kinds = [name.label(label) for name in chosen.study]
        except InputError:
            continue
        rdm = category_rdm(kinds)
        if np.ptp(rdm) == 0:
            got = f"{len(set(kinds))} of them in {len(kinds)} clips: its RDM is constant"
            yield InputError("config", "models.labels", f"several kinds of {label}", got)
        elif (p := next(_smallest_ps(study, [rdm], len(kinds)), 0.0)) >= _alpha(study):
            got = f"{len(kinds)} of them, whose permutations reach p = {p:.3g} at best"
            expected = f"clips enough for p < {_alpha(study)} with the model {label}"
            yield InputError("config", "models.labels", expected, got)


def _alpha(study: Study) -> float:
    """The level of the group's test; infinite where there is none."""
    return study.group.alpha if study.group else np.inf


def known_conditions(study: Study) -> list[str] | None:
    """The conditions that betas will have; None where they cannot be told yet."""
    scans = study.scans
    if study.roi and study.roi.rdms:
        return _conditions_of_regions(study)
    if (external := study.families.external) and external.pictures:
        try:
            return list(picture_files(external.pictures))
        except InputError:
            return None  # reported with the pictures
    if study.stimuli:
        chosen = clip_selection(study)[1]
        return [name.stimulus_id for name in chosen.study] if chosen else None
    if scans and scans.conditions:
        return list(scans.conditions)
    if scans and scans.betas:
        return _outside_conditions(scans)
    if scans is None or scans.bids_dir is None:
        return None
    try:
        runs = runs_of(scans)
        paths = [run.events for run in runs if run.events]
        return usual_conditions(paths, scans.events)
    except InputError:
        return None  # reported as a problem of the scans


def _conditions_of_regions(study: Study) -> list[str] | None:
    try:
        return list(read_roi_rdms(study.roi.rdms).stimulus_ids)
    except InputError:
        return None  # reported as a problem of the regions


def _outside_conditions(scans: Scans) -> list[str] | None:
    from crossmodal.bold.outside.read import conditions_of  # scipy and nibabel

    try:
        return conditions_of(scans, participants_of(scans)[0])
    except InputError:
        return None  # reported as a problem of the betas


def _table_problems(
    study: Study, name: str, path: str, conditions: Sequence[str] | None
) -> Iterator[InputError]:
    try:
        table = ModelTable.read(path)
    except InputError as problem:
        yield problem
        return
    yield from _other_conditions(path, table, conditions)
    constant = table.constant_models()
    for model in constant:
        expected = "values that differ, but not all, so that its RDM varies"
        yield InputError(path, model, expected, "an RDM that is constant")
    for model, p in _reachable(study, path, name):
        if model not in constant and p >= study.group.alpha:
            got = f"{len(table.conditions)}, whose permutations reach p = {p:.3g} at best"
            expected = f"conditions enough for p < {study.group.alpha}"
            yield InputError(path, model, expected, got)


def _other_conditions(
    path: str, table: ModelTable, conditions: Sequence[str] | None
) -> Iterator[InputError]:
    if conditions is None:
        return
    if missing := [one for one in conditions if one not in table.conditions]:
        expected = f"a row for each condition of the study ({missing[0]!r} …)"
        yield InputError(path, "conditions", expected, f"{len(missing)} without")
    if extra := [one for one in table.conditions if one not in set(conditions)]:
        expected = f"only the study's {len(conditions)} conditions ({conditions[0]!r} …)"
        yield InputError(path, "conditions", expected, f"{len(extra)} more ({extra[0]!r} …)")


def _reachable(study: Study, path: str, name: str) -> Iterator[tuple[str, float]]:
    """Smallest p of every model of a table, where conditions are permuted."""
    rdms = table_rdms(path, name)
    n = len(rdms.stimulus_ids)
    yield from zip(rdms.layers, _smallest_ps(study, rdms.dissimilarities, n), strict=False)


def _smallest_ps(study: Study, models: Iterable[np.ndarray], n_conditions: int) -> Iterator[float]:
    """By the orders of the test itself; nothing where conditions are not permuted."""
    group = study.group
    if group is not None and group.test == "condition_permutation":
        orders = condition_orders(n_conditions, group.n_permutations, study.study.seed)
        yield from (smallest_p(np.asarray(model), orders) for model in models)
