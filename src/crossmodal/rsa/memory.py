"""How much of the brain is worked on at once, so that a searchlight fits into given memory.

The centres are cut into slabs, runs of whole tiles. Voxels are numbered in C order and a sphere
reaches a limited number of steps, so a slab needs the voxels of one range only. What a tile
computes does not depend on the slab it is in.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.rsa.neighbourhoods import Neighbourhoods
from crossmodal.rsa.tiles import TILE

MB = 1e6


@dataclass(frozen=True)
class Demand:
    """What a searchlight needs, from its sizes alone.

    n_runs, n_conditions, n_times (of residuals, 0 without) ; n_models, controls included
    itemsize : bytes of a number in RDMs
    model_copies : of the prepared models in float64, on their way included
    centre_bytes : of results that are kept for each of a slab's centres
    """

    n_runs: int
    n_conditions: int
    n_times: int
    n_models: int
    itemsize: int
    model_copies: int = 4
    centre_bytes: int = 0

    @property
    def n_pairs(self) -> int:
        return self.n_conditions * (self.n_conditions - 1) // 2

    @property
    def voxel_bytes(self) -> int:
        """Per voxel of a slab: a copy of its betas, their layout, and sums of runs in float64."""
        betas = self.n_runs * self.n_conditions * self.itemsize
        return 3 * betas + self.n_conditions * (3 * 8 + 8) + 2 * self.n_times * self.itemsize

    def tile_bytes(self, n_steps: int) -> int:
        """Per thread: RDMs of a tile and their ranks, three results, one sphere's work space."""
        rdms = TILE * self.n_pairs * (self.itemsize + 8) + 16 * self.n_pairs
        results = 3 * TILE * self.n_models * (self.itemsize + 8)
        n = self.n_conditions
        sphere = self.n_runs * n_steps * n + 3 * n * n  # crossnobis may hold all runs at once
        if self.n_times:
            sphere += 3 * n_steps * (self.n_times + n_steps)
        return rdms + results + 8 * sphere

    def fixed_bytes(self, around: Neighbourhoods) -> int:
        """Prepared models, and the neighbourhoods of the brain and of a slab."""
        models = self.model_copies * 8 * self.n_models * self.n_pairs
        return models + 2 * around.lookup.nbytes + 6 * around.centres.nbytes


@dataclass(frozen=True)
class Slab:
    """Centres ``first`` to ``stop``, and the range of voxels in their spheres."""

    first: int
    stop: int
    low: int
    high: int

    def of(self, around: Neighbourhoods) -> Neighbourhoods:
        """The slab's neighbourhoods among its own voxels."""
        if self.high - self.low == len(around):
            return Neighbourhoods(
                around.lookup, around.centres[self.first : self.stop], around.steps
            )
        lookup = np.where(
            (around.lookup >= self.low) & (around.lookup < self.high),
            around.lookup - np.int32(self.low),
            np.int32(-1),
        )
        return Neighbourhoods(lookup, around.centres[self.first : self.stop], around.steps)


def workers(demand: Demand, around: Neighbourhoods, n_threads: int, limit_mb: float | None) -> int:
    """How many threads may work at once: their tiles take at most half of the memory."""
    if limit_mb is None:
        return n_threads
    free = limit_mb * MB / 2 - demand.fixed_bytes(around)
    return int(np.clip(free // demand.tile_bytes(len(around.steps)), 1, n_threads))


def slabs(
    demand: Demand, around: Neighbourhoods, n_workers: int, limit_mb: float | None
) -> Iterator[Slab]:
    """As few slabs as fit into ``limit_mb``.

    Raises
    ------
    InputError : not even one tile fits; says how much would
    """
    n = len(around)
    firsts = np.arange(0, n, TILE)
    stops = np.minimum(firsts + TILE, n)
    low = np.searchsorted(around.centres, around.centres[firsts] + around.steps.min())
    high = np.searchsorted(around.centres, around.centres[stops - 1] + around.steps.max(), "right")
    if limit_mb is None:
        yield Slab(0, n, 0, n)
        return
    free = limit_mb * MB - demand.fixed_bytes(around)
    free -= n_workers * demand.tile_bytes(len(around.steps))

    def needed(begin: int, end: int) -> np.ndarray:
        """Bytes of the slab of tiles ``begin`` to ``end``, both included."""
        centres = stops[end] - firsts[begin]
        return (high[end] - low[begin]) * demand.voxel_bytes + centres * demand.centre_bytes

    every = np.arange(len(firsts))
    if (most := needed(every, every).max()) > free:
        expected = (
            f"at least {np.ceil(limit_mb + (most - free) / MB):.0f}, which {TILE} centres need"
        )
        raise InputError("config", "searchlight.max_memory_mb", expected, f"{limit_mb:g}")
    begin = 0
    for tile in every:
        if needed(begin, tile) > free:
            yield Slab(firsts[begin], firsts[tile], low[begin], high[tile - 1])
            begin = tile
    yield Slab(firsts[begin], n, low[begin], high[-1])
