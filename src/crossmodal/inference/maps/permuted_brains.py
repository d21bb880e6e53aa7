"""Condition permutations of whole brains within given memory, slab by slab.

What a slab gives does not depend on its size, so results have the same bytes under any limit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from crossmodal.inference.maps.condition_permutation import (
    Permuted,
    permute_conditions,
    permuted_comparison,
    permuted_maps,
)
from crossmodal.rsa.comparisons import prepare
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.memory import slabs, workers
from crossmodal.rsa.searchlight import Brain


def permute_brain(
    brain: Brain,
    models: np.ndarray,
    orders: np.ndarray,
    searchlight: SearchlightConfig,
    alternative: str = "greater",
    n_threads: int = 1,
) -> Permuted:
    """``permute_conditions`` of a brain, with arrays of ``searchlight.max_memory_mb`` at most.

    Not counted: betas, residuals and the maps that come out.

    Raises
    ------
    InputError : a limit in which not even one tile fits
    """
    around, limit_mb = brain.around, searchlight.max_memory_mb
    demand = replace(brain.demand(len(orders)), model_copies=1)
    n_workers = workers(demand, around, n_threads, limit_mb)
    parts = [
        permute_conditions(
            brain.patterns(slab),
            slab.of(around),
            models,
            searchlight.comparison,
            orders,
            alternative,
            searchlight.min_voxels,
            n_workers,
        )
        for slab in slabs(demand, around, n_workers, limit_mb)
    ]
    maps = (
        np.concatenate([getattr(part, name) for part in parts], axis=1)
        for name in ("observed", "mean", "sd")
    )
    return Permuted(*maps, np.max([part.maxima for part in parts], axis=0))


def permuted_blocks(
    brains: Sequence[Brain],
    model: np.ndarray,
    orders: Sequence[np.ndarray],
    searchlight: SearchlightConfig,
) -> Iterator[np.ndarray]:
    """Similarities (participant, permutation, voxel) of one model, block by block of voxels.

    The next block overwrites this one. -inf where the sphere is small or its RDM undefined (a
    pattern without variance): no effect.

    Parameters
    ----------
    brains : on the same voxels; model : (pair,); orders : those of each participant

    Raises
    ------
    InputError : a limit in which not even one tile fits
    """
    n, n_orders = len(brains), len(orders[0])
    around, ready = brains[0].around, prepare(model[None], searchlight.comparison)
    # A block, one participant's maps on their way into it, and minima over participants.
    centre_bytes = 4 * n_orders * (n + 1) + 2 * n_orders + 16 * n
    demand = replace(brains[0].demand(n_orders), model_copies=1, centre_bytes=centre_bytes)
    parts = list(slabs(demand, around, 1, searchlight.max_memory_mb))
    longest = max(slab.stop - slab.first for slab in parts)
    block = np.empty((n, n_orders, longest), dtype=np.float32)
    for slab in parts:
        part = block[:, :, : slab.stop - slab.first]
        for out, brain, own in zip(part, brains, orders, strict=True):
            comparison = permuted_comparison(ready, own)
            patterns, sphere = brain.patterns(slab), slab.of(around)
            out[:] = permuted_maps(patterns, sphere, comparison, searchlight.min_voxels)
            out[np.isnan(out)] = -np.inf
        yield part
