"""Model RDMs brought into the order of a participant's conditions."""

from collections.abc import Sequence

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs


def chosen_source(models: ModelRDMs, source: str) -> ModelRDMs:
    """The RDMs of ``source``; a set with only one source (labels, tables) is taken whole."""
    return models if len(set(models.sources)) == 1 else models.select(source)


def aligned(
    models: ModelRDMs, condition_ids: Sequence[str], may_be_constant: bool = False
) -> np.ndarray:
    """Dissimilarities (model, pair) in the order of ``condition_ids``, matched by id.

    Stimuli beyond these are left out of models that may have some (``intersect``).

    Raises
    ------
    InputError : other conditions than the models', or a constant model RDM unless it may be
    """
    name = f"ModelRDMs {models.model}/{models.regime}"
    if missing := sorted(set(condition_ids) - set(models.stimulus_ids)):
        raise InputError(
            name,
            "stimulus_ids",
            f"the betas' conditions ({missing[0]!r} …)",
            f"{len(models.stimulus_ids)} ids without {len(missing)} of them",
        )
    extra = sorted(set(models.stimulus_ids) - set(condition_ids))
    if extra and not models.intersect:
        raise InputError(
            name,
            "stimulus_ids",
            f"only the betas' {len(condition_ids)} conditions",
            f"{len(extra)} more ({extra[0]!r} …)",
        )
    chosen = positions(models.stimulus_ids, condition_ids)
    ordered = models.dissimilarities[:, pairs_of(chosen, len(models.stimulus_ids))]
    for layer, vector in zip(models.layers, ordered, strict=True):
        if np.ptp(vector) == 0 and not may_be_constant:
            raise InputError(name, f"layer {layer}", "an RDM that varies", f"all {vector[0]:g}")
    return ordered


def positions(ids: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """int (wanted,): where each wanted id stands in ``ids``."""
    where = {name: i for i, name in enumerate(ids)}
    return np.array([where[name] for name in wanted])


def require_finite(rdms: np.ndarray, name: str) -> None:
    """Refuse NaN and infinity in RDMs (rdm, pair), which are called ``name`` in the error.

    Raises
    ------
    InputError : says which RDM
    """
    for number, rdm in enumerate(np.atleast_2d(rdms)):
        if wrong := rdm[~np.isfinite(rdm)].tolist():
            raise InputError(name, f"RDM {number}", "finite dissimilarities", wrong[0])


def require_usable(models: np.ndarray, method: str, controls: np.ndarray | None) -> None:
    """Refuse RDMs that are not finite, and controls that do not go with the method."""
    if method.startswith("partial") != (controls is not None):
        raise ValueError(
            f"comparison {method!r} with {'no' if controls is None else 'some'} controls"
        )
    require_finite(models, "models")
    if controls is not None:
        require_finite(controls, "controls")


def reordered(vectors: np.ndarray, order: np.ndarray) -> np.ndarray:
    """RDM vectors (rdm, pair) with their conditions put into another order.

    Also the elementary step of a condition-label permutation: whole conditions move, never
    single cells.
    """
    return vectors[:, pair_order(order)]


def pair_order(order: np.ndarray) -> np.ndarray:
    """int (pair,): which old pair stands at each pair of the reordered RDM."""
    return pairs_of(order, len(order))


def pairs_of(chosen: np.ndarray, n: int) -> np.ndarray:
    """int (pair,): where the pairs of ``chosen`` conditions stand in an RDM of ``n``."""
    numbers = np.zeros((n, n), dtype=np.int64)
    numbers[np.triu_indices(n, 1)] = np.arange(n * (n - 1) // 2)
    numbers += numbers.T
    return numbers[np.ix_(chosen, chosen)][np.triu_indices(len(chosen), 1)]
