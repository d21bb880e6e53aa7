"""Brain RDMs that come as files: regions without scans."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.foreign_rdms import ForeignRDMs
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.inference.regions.config import BrainFile
from crossmodal.inference.regions.file_names import files_of
from crossmodal.representations.files import stimuli_of
from crossmodal.rsa.models import pairs_of, positions

MIN_SHARED = 3
Rdm = tuple[str, tuple[str, ...], np.ndarray]  # participant, stimuli, (pair,)


def participants_of(config: BrainFile) -> list[Rdm]:
    """Each participant's mean RDM in one region, by name.

    Raises
    ------
    InputError : see ``ForeignRDMs.read``; names of RDMs without a participant
    """
    sessions: dict[str, list[Rdm]] = {}
    for path in files_of(config.rdm):
        for participant, stimuli, rdm in _rdms(config, path):
            sessions.setdefault(participant, []).append((path, stimuli, rdm))
    means = []
    for participant, parts in sorted(sessions.items()):
        stimuli = parts[0][1]
        rows = [_ordered(path, own, rdm, stimuli) for path, own, rdm in parts]
        means.append((participant, stimuli, np.mean(rows, axis=0)))
    return means


def _rdms(config: BrainFile, path: str) -> Iterator[Rdm]:
    negative = config.distance == "crossnobis"
    found = ForeignRDMs.read(path, config.names, config.key, negative)
    stimuli = stimuli_of(path, found.stimulus_ids, found.n, config.order)
    names = found.names if len(found.names) > 1 else (Path(path).stem,)
    for name, rdm in zip(names, found.dissimilarities, strict=True):
        match = re.search(config.participant, name)
        if match is None:
            expected = f"a name in which {config.participant!r} finds the participant"
            raise InputError(path, "RDMs", expected, repr(name))
        yield match[1], stimuli, rdm


def _ordered(path: str, own: Sequence[str], rdm: np.ndarray, stimuli: Sequence[str]) -> np.ndarray:
    if other := sorted(set(own) ^ set(stimuli)):
        expected = "the stimuli of the first RDM of all"
        raise InputError(path, "stimuli", expected, f"{len(other)} others ({other[0]!r} …)")
    return rdm[pairs_of(positions(own, stimuli), len(own))]


def read_roi_rdms(regions: Mapping[str, BrainFile]) -> RoiRDMs:
    """RDMs of all regions, of the same participants and stimuli (matched by name).

    Raises
    ------
    InputError : other participants or stimuli in one region than in the first, other distances
    """
    first_name, first = next(iter(regions.items()))
    rows: list[list[np.ndarray]] = []
    people: list[str] = []
    stimuli: tuple[str, ...] = ()
    for config in regions.values():
        if config.distance != first.distance:
            expected = f"{first.distance}, as region {first_name}"
            raise InputError(config.rdm, "distance", expected, config.distance)
        found = participants_of(config)
        names = [participant for participant, _, _ in found]
        people, stimuli = people or names, stimuli or found[0][1]
        if names != people:
            other = sorted(set(names) ^ set(people))
            expected = f"the participants of region {first_name}"
            raise InputError(config.rdm, "participants", expected, f"others: {other[:3]}")
        rows.append([_ordered(config.rdm, own, rdm, stimuli) for _, own, rdm in found])
    counts = np.zeros((len(people), len(regions)), dtype=int)  # of voxels: not known
    data = np.array(rows).transpose(1, 0, 2)
    return RoiRDMs(data, stimuli, tuple(people), tuple(regions), counts, first.distance)


def shared_stimuli(brain: RoiRDMs, models: Sequence[ModelRDMs]) -> list[str]:
    """Stimuli of the brain that all models have, as far as these may lack some.

    Raises
    ------
    InputError : fewer than three
    """
    partial = [set(one.stimulus_ids) for one in models if one.intersect]
    shared = [name for name in brain.stimulus_ids if all(name in own for own in partial)]
    if len(shared) < MIN_SHARED:
        expected = f"{MIN_SHARED} stimuli or more that models and brain share"
        raise InputError("ModelRDMs", "stimulus_ids", expected, len(shared))
    return shared
