"""Test of one participant's maps against permuted condition labels."""

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.clusters import cluster_table
from crossmodal.inference.maps.condition_permutation import (
    Permuted,
    condition_orders,
    is_exact,
    smallest_p,
)
from crossmodal.inference.maps.group import GroupConfig
from crossmodal.inference.maps.max_t import oriented, p_from_maxima
from crossmodal.inference.maps.permuted_brains import permute_brain
from crossmodal.rsa.comparisons import CORRELATIONS, LINEAR
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.models import aligned
from crossmodal.rsa.participant import described, require_varied_models
from crossmodal.rsa.participants import common_brains
from crossmodal.rsa.searchlight import fisher_z

log = logging.getLogger(__name__)


def single_result(
    betas: Betas,
    models: ModelRDMs,
    searchlight: SearchlightConfig,
    config: GroupConfig,
    seed: int,
    n_threads: int = 1,
    anatomy: Anatomy | None = None,
) -> GroupResult:
    """Maps of one participant in the layout of a group result.

    'mean' is the similarity (Fisher z for correlations), 't' its distance from the mean over
    permutations in their SDs, 'effect_size' the similarity itself.

    Raises
    ------
    InputError : see ``aligned`` and ``common_brains``; a comparison that cannot be permuted; no
        model whose p can be below ``alpha``; statistics that need participants
    """
    _require_permutable(searchlight, config)
    vectors = aligned(models, betas.condition_ids, may_be_constant=True)
    varies = require_varied_models([models], vectors)
    orders = condition_orders(len(betas.condition_ids), config.n_permutations, seed)
    reachable = _reachable(models.layers, vectors, orders, config)
    (brain,), mask = common_brains([betas], searchlight)
    permuted = _with_constant(
        permute_brain(brain, vectors[varies], orders, searchlight, config.alternative, n_threads),
        varies,
    )
    maps = _maps(permuted, searchlight, config, (mask, betas.affine, models.layers, betas.space))
    facts = _facts(config, orders, seed) | {
        "n_voxels": int(mask.sum()),
        "n_conditions": len(betas.condition_ids),
        "smallest_p": reachable,
    }
    clusters = cluster_table(
        maps, config.alternative, config.alpha, anatomy, config.peak_distance_mm
    )
    null = pd.DataFrame({"effect_size": permuted.maxima.max(axis=0)})
    return GroupResult(maps, clusters, facts, null)


def _require_permutable(searchlight: SearchlightConfig, config: GroupConfig) -> None:
    """Refuse a comparison without permutations, and statistics that need participants."""
    if searchlight.comparison not in LINEAR or searchlight.comparison.startswith("partial"):
        expected = f"one that can be permuted: {[m for m in LINEAR if 'partial' not in m]}"
        raise InputError("config", "searchlight.comparison", expected, searchlight.comparison)
    if config.statistics:
        expected = "none with test condition_permutation, which has the maximum only"
        raise InputError("config", "group.statistics", expected, list(config.statistics))


def _facts(config: GroupConfig, orders: np.ndarray, seed: int) -> dict[str, object]:
    """What was done, for the result's ``group.json``."""
    return {
        "test": "condition_permutation",
        "n_participants": 1,
        "n_permutations": len(orders),
        "exact": is_exact(orders.shape[1], config.n_permutations),
        "alternative": config.alternative,
        "alpha": config.alpha,
        "seed": seed,
    }


def _reachable(
    layers: Sequence[str], vectors: np.ndarray, orders: np.ndarray, config: GroupConfig
) -> float:
    """Largest of the smallest p of models that can get below alpha; others are logged.

    Raises
    ------
    InputError : no model can
    """
    reachable = np.array([smallest_p(vector, orders) for vector in vectors])
    for layer, p in zip(layers, reachable, strict=True):
        if p >= config.alpha:
            log.warning("model %s reaches p = %.3g at best: nothing can be found", layer, p)
    best = int(np.argmin(reachable))
    if reachable[best] >= config.alpha:
        raise InputError(
            "group",
            f"conditions of model {layers[best]}",
            f"enough for p < {config.alpha}",
            f"{len(orders[0])}, whose permutations reach p = {reachable[best]:.3g} at best",
        )
    return float(reachable[reachable < config.alpha].max())


def _with_constant(permuted: Permuted, varies: np.ndarray) -> Permuted:
    """Results of all models, those of constant ones NaN, with maxima below anything."""
    if varies.all():
        return permuted
    shape = (len(varies), permuted.observed.shape[1])
    filled = [np.full(shape, np.nan, dtype=permuted.observed.dtype) for _ in range(3)]
    for out, values in zip(filled, (permuted.observed, permuted.mean, permuted.sd), strict=True):
        out[varies] = values
    maxima = np.full((len(varies), permuted.maxima.shape[1]), -np.inf)
    maxima[varies] = permuted.maxima
    return Permuted(*filled, maxima)


def _maps(
    permuted: Permuted, searchlight: SearchlightConfig, config: GroupConfig, grid: tuple
) -> dict[str, Maps]:
    """Similarity, z-score and both corrected p as Maps on ``grid``."""
    observed = permuted.observed
    correlation = searchlight.comparison in CORRELATIONS
    similarity = described(searchlight)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (observed - permuted.mean) / permuted.sd
    statistic = oriented(observed, config.alternative)
    p_layer = [p_from_maxima(o, m) for o, m in zip(statistic, permuted.maxima, strict=True)]
    values = {
        "mean": (
            fisher_z(observed) if correlation else observed,
            f"Fisher z, {similarity}" if correlation else similarity,
        ),
        "t": (score, "z-score against permuted conditions"),
        "effect_size": (observed, similarity),
        "p_fwe": (np.stack(p_layer), "p, FWE over voxels"),
        "p_fwe_all": (
            p_from_maxima(statistic, permuted.maxima.max(axis=0)),
            "p, FWE over voxels and layers",
        ),
    }
    mask, affine, layers, space = grid
    return {
        name: Maps(array.astype(np.float32), mask, affine, layers, quantity, space)
        for name, (array, quantity) in values.items()
    }
