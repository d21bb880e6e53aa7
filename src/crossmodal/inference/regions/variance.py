"""Unique and shared variance of groups of models, cross-validated over participants."""

from collections.abc import Mapping, Sequence
from itertools import chain, combinations

import numpy as np
import pandas as pd
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import nnls

from crossmodal.contracts.errors import InputError
from crossmodal.inference.regions.rows import Rows
from crossmodal.inference.sign_flips import sign_patterns

RIDGE = 1e-6  # relative; keeps collinear layers solvable
JOIN = " & "


def subsets(names: Sequence[str]) -> list[tuple[str, ...]]:
    """All subsets, the empty one first."""
    return list(chain.from_iterable(combinations(names, k) for k in range(len(names) + 1)))


def held_out_r2(gram: np.ndarray, cross: np.ndarray, brain: np.ndarray) -> np.ndarray:
    """R2 of every participant's RDM, predicted with weights fitted to the others' RDMs.

    Non-negative least squares (distances add up, they do not cancel), solved from inner
    products alone. R2 = 1 - |y - Xw|^2 / |y|^2, negative where the prediction hurts.

    Parameters
    ----------
    gram : (model, model), inner products of model RDMs made ready for a comparison; or
        (participant, model, model) where some models are each participant's own
    cross : (model, participant), of models with brain RDMs
    brain : (participant,), squared lengths of the brain RDMs

    Returns
    -------
    (participant,)
    """
    if not len(cross):
        return np.zeros(len(brain))
    n = len(brain)
    grams = np.broadcast_to(gram, (n, *gram.shape[-2:]))
    ridge = RIDGE * np.trace(grams.mean(axis=0)) / len(cross) * np.eye(len(cross))
    r2 = np.empty(n)
    for held_out in range(n):
        others = (cross.sum(axis=1) - cross[:, held_out]) / (n - 1)
        root = cholesky((grams.sum(axis=0) - grams[held_out]) / (n - 1) + ridge)
        weights = nnls(root, solve_triangular(root, others, trans="T"))[0]
        explained = 2 * weights @ cross[:, held_out] - weights @ grams[held_out] @ weights
        r2[held_out] = explained / brain[held_out]
    return r2


def commonality(r2: Mapping[tuple[str, ...], np.ndarray], names: Sequence[str]) -> dict:
    """Unique and shared parts of R2; they add up to the R2 of all groups.

    The part shared by exactly the groups T is
    -sum over S in T of (-1)^|S| R2(not T, S)  (Nimon & Reio 2011), for each participant.
    """
    parts = {}
    for shared in subsets(names)[1:]:
        rest = [name for name in names if name not in shared]
        parts[shared] = -sum(
            (-1) ** len(some) * r2[tuple(name for name in names if name in rest or name in some)]
            for some in subsets(shared)
        )
    return parts


def partition(
    groups: Mapping[str, np.ndarray],
    data: np.ndarray,
    comparison: str,
    own: Mapping[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Parts of variance of one region, name -> (participant,).

    Parameters
    ----------
    groups : name -> model RDMs (model, pair), e.g. the layers of one arm
    data : (participant, pair)
    comparison : RDMs are ranked, centred, left uncentred (cosines) or whitened for it; 'tau_a'
        and 'rho_a' are partitioned as 'spearman': R2 of ranks
    own : name -> each participant's own RDMs (participant, model, pair), a group of that name

    Returns
    -------
    'visual' (unique), 'visual & auditory' (shared by exactly these) …, 'total'

    Raises
    ------
    InputError : fewer than three participants
    """
    if len(data) < 3:
        raise InputError("ROI variance", "participants", "3 or more to hold out", len(data))
    own = own or {}
    names = [*groups, *own]
    owner = np.array([name for name, rows in groups.items() for _ in rows]
                     + [name for name, rows in own.items() for _ in rows[0]])  # fmt: skip
    common = _unit(np.concatenate(list(groups.values())), comparison)
    brain = _unit(data, comparison)
    models = [
        np.concatenate([common, *(_unit(rows[i], comparison) for rows in own.values())])
        for i in range(len(data))
    ]
    grams = np.stack([each @ each.T for each in models])
    cross = np.stack([each @ one for each, one in zip(models, brain, strict=True)], axis=1)
    lengths = np.einsum("ij,ij->i", brain, brain)
    r2 = {}
    for subset in subsets(names):
        used = np.isin(owner, subset)
        r2[subset] = held_out_r2(grams[:, used][:, :, used], cross[used], lengths)
    parts = {JOIN.join(key): value for key, value in commonality(r2, names).items()}
    return parts | {"total": r2[tuple(names)]}


def _unit(rows: np.ndarray, comparison: str) -> np.ndarray:
    return Rows.of(rows, comparison).unit.astype(np.float64)


def sign_flip_p(values: np.ndarray, seed: int, n_permutations: int = 10000) -> float:
    """One-sided p of mean > 0 by flipping participants' signs (exact for few)."""
    means = sign_patterns(len(values), n_permutations, seed) @ values / len(values)
    return float((means >= values.mean() - 1e-12).mean())


def summarised(parts: Mapping[str, np.ndarray], seed: int) -> pd.DataFrame:
    """One row per part: mean over participants, standard error, p of mean > 0."""
    return pd.DataFrame(
        [
            {
                "part": name,
                "n_groups": name.count(JOIN) + 1 if name != "total" else 0,
                "r2": values.mean(),
                "standard_error": values.std(ddof=1) / np.sqrt(len(values)),
                "p": sign_flip_p(values, seed),
                "n_participants": len(values),
            }
            for name, values in parts.items()
        ]
    )
