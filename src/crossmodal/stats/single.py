"""Test of one participant's maps against permuted condition labels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.rsa.comparisons import CORRELATIONS, LINEAR
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.models import aligned
from crossmodal.rsa.participant import described
from crossmodal.rsa.participants import common_brains
from crossmodal.rsa.searchlight import fisher_z
from crossmodal.stats.anatomy import Anatomy
from crossmodal.stats.clusters import cluster_table
from crossmodal.stats.condition_permutation import (
    Permuted,
    condition_orders,
    is_exact,
    smallest_p,
)
from crossmodal.stats.group import GroupConfig
from crossmodal.stats.max_t import oriented, p_from_maxima
from crossmodal.stats.permuted_brains import permute_brain


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
    InputError : see ``aligned`` and ``common_brains``; a comparison that cannot be permuted; a
        model whose p cannot be below ``alpha``; statistics that need participants
    """
    _require_permutable(searchlight, config)
    vectors = aligned(models, betas.condition_ids)
    orders = condition_orders(len(betas.condition_ids), config.n_permutations, seed)
    reachable = _reachable(models.layers, vectors, orders, config)
    (brain,), mask = common_brains([betas], searchlight)
    permuted = permute_brain(brain, vectors, orders, searchlight, config.alternative, n_threads)
    maps = _maps(permuted, searchlight, config, (mask, betas.affine, models.layers, betas.space))
    facts = _facts(config, orders, seed) | {
        "n_voxels": int(mask.sum()),
        "n_conditions": len(betas.condition_ids),
        "smallest_p": reachable,
    }
    clusters = cluster_table(maps, config.alternative, config.alpha, anatomy)
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
    """Largest of the models' smallest p; refuse one that is not below alpha."""
    reachable = [smallest_p(vector, orders) for vector in vectors]
    worst = int(np.argmax(reachable))
    if reachable[worst] >= config.alpha:
        raise InputError(
            "group",
            f"conditions of model {layers[worst]}",
            f"enough for p < {config.alpha}",
            f"{len(orders[0])}, whose permutations reach p = {reachable[worst]:.3g} at best",
        )
    return reachable[worst]


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
