"""Single participants: permutation of condition labels, family-wise error by the maximum.

Under the null the brain's RDM does not know which clip is which, so the model's conditions
may be exchanged. Whole conditions move (rows and columns of the RDM together); single cells
never do, since they depend on each other (Nili et al. 2014).
"""

import math
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from crossmodal.inference.maps.max_t import oriented
from crossmodal.rsa.comparisons import Comparison, prepare
from crossmodal.rsa.layout import Patterns
from crossmodal.rsa.models import pair_order
from crossmodal.rsa.neighbourhoods import Neighbourhoods
from crossmodal.rsa.tiles import TILE, over_tiles, tile_rdms


@dataclass(frozen=True)
class Permuted:
    """Outcome of a condition permutation.

    Shapes
    ------
    observed : float (model, voxel) similarity
    mean, sd : float (model, voxel) of the similarity over permutations
    maxima : float (model, permutation); maximum over voxels of the oriented similarity, the
        identity first
    """

    observed: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    maxima: np.ndarray


def condition_orders(n_conditions: int, n_permutations: int, seed: int) -> np.ndarray:
    """int (permutation, condition); the identity first, all n! if they are no more than asked."""
    if is_exact(n_conditions, n_permutations):
        return np.array(list(permutations(range(n_conditions))))
    rng = np.random.default_rng(seed)
    orders = np.tile(np.arange(n_conditions), (n_permutations, 1))
    orders[1:] = rng.permuted(orders[1:], axis=1)
    return orders


def is_exact(n_conditions: int, n_permutations: int) -> bool:
    """Whether all n! orders are no more than the permutations asked for."""
    return n_conditions <= 20 and math.factorial(n_conditions) <= n_permutations


def smallest_p(model: np.ndarray, orders: np.ndarray) -> float:
    """The smallest p this model can reach: the share of orders that leave its RDM as it is.

    A category model of few conditions has many of them.

    Parameters
    ----------
    model : (pair,)
    orders : (permutation, condition), the identity among them
    """
    return float(np.mean([(model[pair_order(order)] == model).all() for order in orders]))


def permute_conditions(
    patterns: Patterns,
    neighbourhoods: Neighbourhoods,
    models: np.ndarray,
    method: str,
    orders: np.ndarray,
    alternative: str = "greater",
    min_voxels: int = 2,
    n_threads: int = 1,
) -> Permuted:
    """Similarity maps with their null distribution under permuted condition labels.

    Brain RDMs are ranked once per sphere and model; all permutations are columns of one
    matrix product, so memory is pairs x permutations.

    Parameters
    ----------
    models : (model, pair)
    method : a linear comparison without controls
    orders : from ``condition_orders``
    """
    parts = [
        _one_model(
            patterns,
            neighbourhoods,
            permuted_comparison(prepare(models[m], method, None, patterns.dtype), orders),
            alternative,
            neighbourhoods.sizes >= min_voxels,
            n_threads,
        )
        for m in range(len(models))
    ]
    return Permuted(*(np.stack(arrays) for arrays in zip(*parts, strict=True)))


def permuted_maps(
    patterns: Patterns,
    neighbourhoods: Neighbourhoods,
    comparison: Comparison,
    min_voxels: int = 2,
    n_threads: int = 1,
) -> np.ndarray:
    """Whole similarity maps of one model under every order, for inference over participants.

    Parameters
    ----------
    comparison : from ``permuted_comparison``

    Returns
    -------
    float (permutation, voxel); NaN where the sphere is small or its RDM undefined
    """

    def work(first: int) -> np.ndarray:
        rdms, valid = tile_rdms(patterns, neighbourhoods, first)
        rdms[~valid] = 0
        values = comparison(rdms)
        values[~valid] = np.nan
        return values

    n = len(neighbourhoods)
    maps = np.empty((comparison.n_models, n), dtype=patterns.dtype)
    for first, tile in over_tiles(work, n, n_threads, "permuted maps"):
        maps[:, first : first + TILE] = tile[: n - first].T
    maps[:, neighbourhoods.sizes < min_voxels] = np.nan
    return maps


def permuted_comparison(comparison: Comparison, orders: np.ndarray) -> Comparison:
    """The comparison of one model with its conditions in every order, one column each.

    Ranking, centring and whitening do not depend on the conditions' order, so the ready
    weights are permuted.
    """
    column = comparison.weights[:, 0]
    weights = np.empty((len(column), len(orders)), dtype=column.dtype)
    for number, order in enumerate(orders):
        weights[:, number] = column[pair_order(order)]
    return Comparison(comparison.method, weights, len(orders))


def _one_model(
    patterns: Patterns,
    neighbourhoods: Neighbourhoods,
    comparison: Comparison,
    alternative: str,
    big_enough: np.ndarray,
    n_threads: int,
) -> tuple[np.ndarray, ...]:
    def work(first: int) -> tuple[np.ndarray, ...]:
        rdms, valid = tile_rdms(patterns, neighbourhoods, first)
        rdms[~valid] = 0
        values = comparison(rdms)
        here = big_enough[first : first + TILE]
        valid[: len(here)] &= here
        valid &= np.isfinite(values[:, 0])
        values[~valid] = np.nan
        wide = values.astype(np.float64)
        best = np.full(values.shape[1], -np.inf)
        if valid.any():
            best = oriented(wide[valid], alternative).max(axis=0)
        moments = np.stack([wide[:, 0], wide.mean(axis=1), wide.std(axis=1)])
        return moments[:, : len(here)], best

    tiles, maxima = [], np.full(comparison.n_models, -np.inf)
    for _, (moments, best) in over_tiles(work, len(neighbourhoods), n_threads, "permutation"):
        tiles.append(moments)
        np.maximum(maxima, best, out=maxima)
    return *np.concatenate(tiles, axis=1), maxima
