"""What is wrong with files of models and of regions' RDMs: content, stimuli, participants."""

from collections.abc import Iterator, Sequence

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.inference.maps.condition_permutation import condition_orders, smallest_p
from crossmodal.inference.regions.files import read_roi_rdms
from crossmodal.representations.file_config import ModelFile
from crossmodal.representations.files import file_rdms
from crossmodal.study.study import Study

MIN_PARTICIPANTS = 3


def model_file_problems(study: Study, conditions: Sequence[str] | None) -> Iterator[InputError]:
    """Problems of the files of ``models.files``; ``conditions`` : the study's, where known."""
    for name, block in study.models.files.items():
        try:
            rdms = file_rdms(block, name)
        except InputError as problem:
            yield problem
            continue
        if conditions is not None:
            yield from _stimuli(study, block, rdms, conditions)
        yield from _untestable(study, block.path, rdms)


def _stimuli(
    study: Study, block: ModelFile, rdms: ModelRDMs, conditions: Sequence[str]
) -> Iterator[InputError]:
    own, wanted = set(rdms.stimulus_ids), set(conditions)
    missing = [name for name in conditions if name not in own]
    extra = [name for name in rdms.stimulus_ids if name not in wanted]
    shared = len(wanted) - len(missing)
    if shared < 3:
        got = f"{shared} of {len(own)} ({rdms.stimulus_ids[0]!r} …)"
        yield InputError(block.path, "stimuli", f"the study's, such as {conditions[0]!r}", got)
    elif missing and (study.searchlight or not block.intersect):
        all_needed = (
            ", which maps need" if block.intersect else " (or intersect: true, for regions)"
        )
        expected = f"each stimulus of the study{all_needed}"
        yield InputError(block.path, "stimuli", expected, f"no {missing[0]!r} (of {len(missing)})")
    elif extra and not block.intersect:
        expected = f"only the study's {len(wanted)} stimuli (or intersect: true)"
        yield InputError(block.path, "stimuli", expected, f"{len(extra)} more ({extra[0]!r} …)")


def _untestable(study: Study, path: str, rdms: ModelRDMs) -> Iterator[InputError]:
    """RDMs that are constant, or that too few conditions let a permutation test reach."""
    group = study.group
    permuted = group is not None and group.test == "condition_permutation"
    orders = (
        condition_orders(len(rdms.stimulus_ids), group.n_permutations, study.study.seed)
        if permuted
        else None
    )
    for layer, vector in zip(rdms.layers, rdms.dissimilarities, strict=True):
        if np.ptp(vector) == 0:
            got = f"{vector[0]:g} everywhere"
            yield InputError(path, layer, "dissimilarities that differ", got)
        elif orders is not None and (p := smallest_p(vector, orders)) >= group.alpha:
            n = len(rdms.stimulus_ids)
            got = f"{n}, whose permutations reach p = {p:.3g} at best"
            yield InputError(path, layer, f"conditions enough for p < {group.alpha}", got)


def region_file_problems(study: Study) -> Iterator[InputError]:
    """Problems of the files of ``roi.rdms``."""
    if not (study.roi and study.roi.rdms):
        return
    try:
        brain = read_roi_rdms(study.roi.rdms)
    except InputError as problem:
        yield problem
        return
    if (n := len(brain.participants)) < MIN_PARTICIPANTS:
        path = next(iter(study.roi.rdms.values())).rdm
        expected = f"RDMs of {MIN_PARTICIPANTS} or more to resample"
        yield InputError(path, "participants", expected, f"{n}: {list(brain.participants)}")
