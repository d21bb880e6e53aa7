"""How alike layers of different model families represent the same stimuli."""

from collections.abc import Sequence

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.representations.similarity import correlate_rdms


def join_families(families: Sequence[ModelRDMs], source: str) -> ModelRDMs:
    """All layers of several families for the same stimuli, named ``family/regime:layer``.

    RDMs are matched by stimulus id, never by position.

    Raises
    ------
    InputError : other stimuli in one family than in the first
    """
    first = families[0].stimulus_ids
    parts = []
    for rdms in families:
        chosen = rdms.select(source)
        if set(chosen.stimulus_ids) != set(first):
            name = f"ModelRDMs {rdms.model}/{rdms.regime}"
            got = sorted(set(chosen.stimulus_ids) ^ set(first))[:3]
            raise InputError(name, "stimulus_ids", "those of the first family", f"others: {got}")
        parts.append(_in_order(chosen, first))
    names = [f"{f.model}/{f.regime}" for f in families]
    layers = [f"{n}:{layer}" for n, p in zip(names, parts, strict=True) for layer in p.layers]
    return ModelRDMs(
        np.concatenate([part.dissimilarities for part in parts]),
        first,
        tuple(layers),
        tuple(arm for part in parts for arm in part.arms),
        (source,) * len(layers),
        "families",
        source,
        tuple(measure for part in parts for measure in part.measures),
    )


def _in_order(rdms: ModelRDMs, stimulus_ids: Sequence[str]) -> ModelRDMs:
    n = len(stimulus_ids)
    order = [rdms.stimulus_ids.index(name) for name in stimulus_ids]
    square = np.zeros((len(rdms.layers), n, n))
    square[:, *np.triu_indices(n, 1)] = rdms.dissimilarities
    square += square.transpose(0, 2, 1)
    square = square[:, order][:, :, order]
    return ModelRDMs(
        square[:, *np.triu_indices(n, 1)],
        tuple(stimulus_ids),
        rdms.layers,
        rdms.arms,
        rdms.sources,
        rdms.model,
        rdms.regime,
        rdms.measures,
    )


def rsa_similarity(rdms: ModelRDMs, method: str) -> LayerSimilarity:
    """Correlation of all RDMs with each other."""
    matrix = correlate_rdms(rdms.dissimilarities, method)
    return LayerSimilarity(matrix, rdms.layers, rdms.arms)


def cka_similarity(rdms: ModelRDMs) -> LayerSimilarity:
    """Debiased linear CKA (Kornblith et al. 2019, with the estimator of Song et al. 2012).

    A correlation RDM D holds the Gram matrix 1 - D of patterns that were centred and scaled
    to unit length per stimulus, so CKA of such patterns follows from the RDM alone. For RDMs
    of other distances (the valence-arousal plane) the Gram matrix of an embedding with these
    distances is taken, -D^2 / 2, as in classical scaling.
    """
    n = len(rdms.stimulus_ids)
    grams = np.stack(
        [
            gram_matrix(vector, n, euclidean=measure == "euclidean")
            for vector, measure in zip(rdms.dissimilarities, rdms.measures, strict=True)
        ]
    )
    return LayerSimilarity(cka(grams), rdms.layers, rdms.arms)


def gram_matrix(dissimilarities: np.ndarray, n: int, euclidean: bool = False) -> np.ndarray:
    """(pair,) -> (n, n) Gram matrix, up to what centring removes."""
    square = np.zeros((n, n))
    square[np.triu_indices(n, 1)] = dissimilarities
    square += square.T
    return -(square**2) / 2 if euclidean else 1.0 - square


def cka(grams: np.ndarray) -> np.ndarray:
    """Debiased CKA of Gram matrices (layer, n, n) with each other, (layer, layer) in [-1, 1].

    The unbiased estimate of HSIC is an inner product of U-centred matrices (Szekely & Rizzo
    2014): zero diagonal, rows and columns summing to zero. A layer without variation has no
    similarity: NaN.
    """
    centred = np.stack([u_centred(gram) for gram in grams]).reshape(len(grams), -1)
    length = np.linalg.norm(centred, axis=1)
    length = np.where(length > 1e-10 * np.abs(grams).max() * grams.shape[1], length, np.nan)
    unit = centred / length[:, None]
    matrix = np.clip(unit @ unit.T, -1.0, 1.0)
    np.fill_diagonal(matrix, np.where(np.isnan(length), np.nan, 1.0))
    return (matrix + matrix.T) / 2


def u_centred(gram: np.ndarray) -> np.ndarray:
    """U-centred version of a symmetric (n, n) matrix; its diagonal plays no part."""
    n = len(gram)
    off = gram - np.diag(np.diag(gram))
    rows = off.sum(axis=1) / (n - 2)
    centred = off - rows[:, None] - rows[None] + off.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(centred, 0.0)
    return centred
