"""Prevalence maps of one model set, from every participant's permuted searchlight maps."""

import logging
from collections.abc import Sequence

import numpy as np

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.inference.maps.condition_permutation import condition_orders, smallest_p
from crossmodal.inference.maps.permuted_brains import permuted_blocks
from crossmodal.inference.maps.prevalence import prevalence_of_layers
from crossmodal.inference.maps.prevalence import smallest_p as smallest_prevalence_p
from crossmodal.inference.maps.prevalence_config import PrevalenceConfig
from crossmodal.rsa.comparisons import LINEAR
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.models import aligned
from crossmodal.rsa.participant import require_varied_models
from crossmodal.rsa.participants import common_brains
from crossmodal.rsa.searchlight import Brain

log = logging.getLogger(__name__)

QUANTITIES = {
    "p_global": "p of no effect in anybody, uncorrected",
    "p_corrected": "p of no effect in anybody, FWE over voxels and layers",
    "gamma": "prevalence that is refuted: more people than this share have the effect",
}


def prevalence_maps(
    participants: Sequence[Betas],
    models: ModelRDMs,
    searchlight: SearchlightConfig,
    config: PrevalenceConfig,
    alpha: float,
    seed: int,
) -> dict[str, Maps]:
    """Global p, corrected p and prevalence of an effect 'greater' than chance.

    Returns
    -------
    'p_global', 'p_corrected' (over voxels and layers) and 'gamma', one map per layer each

    Raises
    ------
    InputError : a comparison that cannot be permuted, fewer than two participants, an unknown
        layer, no model whose p can be below ``alpha``; see ``common_brains`` and ``aligned``
    """
    layers = _layers(len(participants), models, searchlight, config)
    first = participants[0]
    every = aligned(models, first.condition_ids, may_be_constant=True)
    require_varied_models([models], every)
    vectors = every[[models.layers.index(name) for name in layers]]
    reachable = _reachable(vectors, layers, first, config, (alpha, len(participants), seed))
    layers = tuple(name for name, keep in zip(layers, reachable, strict=True) if keep)
    vectors = vectors[reachable]
    brains, mask = common_brains(participants, searchlight)
    orders = _orders(brains, config, seed)
    blocks = (permuted_blocks(brains, vector, orders, searchlight) for vector in vectors)
    found = prevalence_of_layers(blocks, config.n_combinations, alpha, seed)
    big = brains[0].around.sizes >= searchlight.min_voxels
    space = mask.copy()
    space[mask] = big
    return {
        name: Maps(
            np.stack([getattr(each, name)[big] for each in found]).astype(np.float32),
            space,
            first.affine,
            layers,
            quantity,
            first.space,
        )
        for name, quantity in QUANTITIES.items()
    }


def _layers(
    n_participants: int,
    models: ModelRDMs,
    searchlight: SearchlightConfig,
    config: PrevalenceConfig,
) -> tuple[str, ...]:
    """Layers that get maps; refuses what ``prevalence_maps`` says of its arguments."""
    if searchlight.comparison not in LINEAR or searchlight.comparison.startswith("partial"):
        expected = f"one that can be permuted: {[m for m in LINEAR if 'partial' not in m]}"
        raise InputError("config", "searchlight.comparison", expected, searchlight.comparison)
    if n_participants < 2:
        raise InputError("config", "group.prevalence", "two participants or more", n_participants)
    layers = tuple(config.layers or models.layers)
    if unknown := [name for name in layers if name not in models.layers]:
        expected = f"some of {list(models.layers)}"
        raise InputError("config", "group.prevalence.layers", expected, unknown[0])
    return layers


def _reachable(
    vectors: np.ndarray,
    layers: Sequence[str],
    first: Betas,
    config: PrevalenceConfig,
    level: tuple[float, int, int],
) -> np.ndarray:
    """Which models can get below alpha, bool (model,); others are logged and left out.

    ``level`` : alpha, participants, seed

    Raises
    ------
    InputError : no model can
    """
    alpha, n_participants, seed = level
    orders = condition_orders(len(first.condition_ids), config.n_permutations, seed)
    lowest = np.array([
        smallest_prevalence_p(smallest_p(vector, orders), n_participants, config.n_combinations)
        for vector in vectors
    ])  # fmt: skip
    for layer, p in zip(layers, lowest, strict=True):
        if p >= alpha:
            log.warning("model %s reaches p = %.3g at best: left out", layer, p)
    if lowest.min() >= alpha:
        raise InputError(
            "config",
            "group.prevalence",
            f"permutations and combinations enough for p < {alpha}",
            f"{len(orders)} and {config.n_combinations}, with which {n_participants} "
            f"participants reach p = {lowest.min():.3g} at best with model "
            f"{layers[int(np.argmin(lowest))]}",
        )
    return lowest < alpha


def _orders(brains: Sequence[Brain], config: PrevalenceConfig, seed: int) -> list[np.ndarray]:
    """Every participant's orders, the same for all layers, as the correction over them wants."""
    n_conditions = brains[0].betas.shape[1]
    return [
        condition_orders(n_conditions, config.n_permutations, seed + number)
        for number in range(len(brains))
    ]
