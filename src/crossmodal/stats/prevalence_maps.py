"""Prevalence maps of one model set, from every participant's permuted searchlight maps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.rsa.comparisons import LINEAR, prepare
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.memory import Slab
from crossmodal.rsa.models import aligned
from crossmodal.rsa.participants import common_brains
from crossmodal.rsa.searchlight import Brain
from crossmodal.stats.condition_permutation import (
    condition_orders,
    permuted_comparison,
    permuted_maps,
    smallest_p,
)
from crossmodal.stats.prevalence import prevalence_of_layers
from crossmodal.stats.prevalence import smallest_p as smallest_prevalence_p


@dataclass(frozen=True)
class PrevalenceConfig:
    """models : sets ('cross_channel/emotion') that get prevalence maps; layers : which of their
    layers, all if None; n_permutations : orders of conditions per participant, the observed one
    among them; n_combinations : second-level permutations"""

    models: Sequence[str] = ()
    layers: Sequence[str] | None = None
    n_permutations: int = 100
    n_combinations: int = 10000


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
        layer, a model whose p cannot be below ``alpha``; see ``common_brains`` and ``aligned``
    """
    if searchlight.comparison not in LINEAR or searchlight.comparison.startswith("partial"):
        expected = f"one that can be permuted: {[m for m in LINEAR if 'partial' not in m]}"
        raise InputError("config", "searchlight.comparison", expected, searchlight.comparison)
    if len(participants) < 2:
        raise InputError("config", "group.prevalence", "two participants or more", 1)
    layers = tuple(config.layers or models.layers)
    if unknown := [name for name in layers if name not in models.layers]:
        expected = f"some of {list(models.layers)}"
        raise InputError("config", "group.prevalence.layers", expected, unknown[0])
    first = participants[0]
    vectors = aligned(models, first.condition_ids)[[models.layers.index(name) for name in layers]]
    _require_reachable(vectors, layers, first, config, (alpha, len(participants), seed))
    brains, mask = common_brains(participants, searchlight)
    big = brains[0].around.sizes >= searchlight.min_voxels
    values = _layer_values(brains, vectors, searchlight.comparison, config, seed)
    found = prevalence_of_layers(
        (each[:, :, big] for each in values), config.n_combinations, alpha, seed
    )
    space = mask.copy()
    space[mask] = big
    quantities = {
        "p_global": "p of no effect in anybody, uncorrected",
        "p_corrected": "p of no effect in anybody, FWE over voxels and layers",
        "gamma": "prevalence that is refuted: more people than this share have the effect",
    }
    return {
        name: Maps(
            np.stack([getattr(each, name) for each in found]).astype(np.float32),
            space,
            first.affine,
            layers,
            quantity,
            first.space,
        )
        for name, quantity in quantities.items()
    }


def _require_reachable(
    vectors: np.ndarray,
    layers: Sequence[str],
    first: Betas,
    config: PrevalenceConfig,
    level: tuple[float, int, int],
) -> None:
    """Refuse a model that could never get below alpha; ``level`` : alpha, participants, seed."""
    alpha, n_participants, seed = level
    orders = condition_orders(len(first.condition_ids), config.n_permutations, seed)
    for layer, vector in zip(layers, vectors, strict=True):
        unchanged = smallest_p(vector, orders)
        reachable = smallest_prevalence_p(unchanged, n_participants, config.n_combinations)
        if reachable >= alpha:
            raise InputError(
                "config",
                "group.prevalence",
                f"permutations and combinations enough for p < {alpha}",
                f"{len(orders)} and {config.n_combinations}, with which {n_participants} "
                f"participants reach p = {reachable:.3g} at best with model {layer}",
            )


def _layer_values(
    brains: Sequence[Brain],
    vectors: np.ndarray,
    method: str,
    config: PrevalenceConfig,
    seed: int,
) -> Iterator[np.ndarray]:
    """Similarity (participant, permutation, voxel) of one layer after the other.

    A participant's orders are the same for all layers, as the correction over layers wants.
    """
    n_conditions, n_voxels = brains[0].betas.shape[1], len(brains[0].around)
    whole = Slab(0, n_voxels, 0, n_voxels)
    for vector in vectors:
        ready = prepare(vector[None], method)
        maps = []
        for number, brain in enumerate(brains):
            orders = condition_orders(n_conditions, config.n_permutations, seed + number)
            comparison = permuted_comparison(ready, orders)
            maps.append(permuted_maps(brain.patterns(whole), brain.around, comparison))
        # An undefined RDM (a pattern without variance) shows no effect.
        values = np.stack(maps)
        yield np.where(np.isnan(values), -np.inf, values)
