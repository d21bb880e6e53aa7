"""RDMs of models that come as files: RDMs of other programs, or features and a distance."""

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.foreign_features import ForeignFeatures
from crossmodal.contracts.foreign_rdms import UNNAMED, ForeignRDMs
from crossmodal.contracts.name_list import read_name_list
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.representations.file_config import ModelFile
from crossmodal.representations.rdm import distance_rdm

MODEL = SOURCE = ARM = "file"


def file_rdms(config: ModelFile, name: str) -> ModelRDMs:
    """RDMs of a file, one 'layer' per RDM or layer of features, with the stimuli's names.

    A single RDM without a name is called as the file.

    Raises
    ------
    InputError : see ``ForeignRDMs.read`` and ``ForeignFeatures.read``; no names and no ``order``,
        or both; a list of another length; a layer that the file does not have
    """
    if config.rdm:
        found = ForeignRDMs.read(config.rdm, config.names, config.key, config.negative)
        titles = (name,) if found.names == (UNNAMED,) else found.names
        rdms = dict(zip(titles, found.dissimilarities, strict=True))
        if len(rdms) < len(titles):
            doubled = next(one for one in titles if titles.count(one) > 1)
            raise InputError(config.path, "RDMs", "a name for each", f"{doubled!r} twice")
    else:
        found = ForeignFeatures.read(config.features, config.names)
        kept = _chosen(config, found.layers)
        rdms = {layer: distance_rdm(kept[layer], config.distance) for layer in kept}
    rdms = _chosen(config, rdms)
    stimuli = stimuli_of(config.path, found.stimulus_ids, found.n, config.order)
    n = len(rdms)
    return ModelRDMs(
        np.stack(list(rdms.values())),
        stimuli,
        tuple(rdms),
        (ARM,) * n,
        (SOURCE,) * n,
        MODEL,
        name,
        ("unknown" if config.rdm else config.distance,) * n,
        config.intersect,
    )


def stimuli_of(
    path: str, in_file: tuple[str, ...] | None, n: int, order: str | None
) -> tuple[str, ...]:
    """Names of a file's stimuli: its own, or those of the list that it follows.

    Raises
    ------
    InputError : none of the two, both, or a list of another length
    """
    if in_file is not None:
        if order is not None:
            raise InputError(path, "order", "null: the file names its stimuli", repr(order))
        return in_file
    if order is None:
        expected = "names of the stimuli in the file, or order: the list that its rows follow"
        raise InputError(path, "stimuli", expected, f"{n} without names")
    names = read_name_list(order)
    if len(names) != n:
        raise InputError(order, "stimuli", f"{n}, as {path} has", len(names))
    return names


def _chosen(config: ModelFile, of: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if unknown := [name for name in config.layers if name not in of]:
        expected = f"layers out of {list(of)[:20]}"
        raise InputError(config.path, "layers", expected, repr(unknown[0]))
    return {name: of[name] for name in config.layers or of}
