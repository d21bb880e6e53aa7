"""RDMs of a tile of neighbouring centres, and tiles shared out to threads."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from crossmodal.rsa.distances import cross_run_rdms, paired_run_rdms, within_run_rdms
from crossmodal.rsa.layout import Patterns
from crossmodal.rsa.neighbourhoods import Neighbourhoods

# Centres that go through one matrix product together. Results are the same for any number of
# threads because this number, and so every product, never depends on it.
TILE = 256


def tile_rdms(
    patterns: Patterns, neighbourhoods: Neighbourhoods, first: int
) -> tuple[np.ndarray, np.ndarray]:
    """RDMs (TILE, pair) of the centres from ``first`` on, and which of them are defined."""
    dtype = patterns.rows.dtype
    rdms = np.empty((TILE, patterns.n_pairs), dtype=dtype)
    valid = np.zeros(TILE, dtype=bool)
    sphere = (neighbourhoods.lookup, neighbourhoods.centres, neighbourhoods.steps)
    block = (first, rdms, valid)
    if patterns.distance == "crossnobis" and not len(patterns.signs):
        paired_run_rdms(patterns.rows, patterns.residuals, sphere, patterns.weights, block)
    elif patterns.distance == "crossnobis":
        ones = np.ones(patterns.n_pairs, dtype=dtype)
        runs = (patterns.signs, patterns.inverse_counts, ones)
        cross_run_rdms(patterns.rows, patterns.residuals, sphere, runs, block)
    else:
        runs = (patterns.distance == "correlation", patterns.present, patterns.weights)
        within_run_rdms(patterns.rows, patterns.residuals, sphere, runs, block)
    return rdms, valid


def over_tiles(
    work: Callable[[int], Any], n_centres: int, n_threads: int, label: str, start: int = 0
) -> Iterator[tuple[int, Any]]:
    """Yield (first centre, result) of every tile from ``start`` on in order, by threads.

    Only a few tiles per thread are under way at once, so that memory does not grow with the brain.
    """
    with tqdm(total=n_centres, initial=start, desc=label, mininterval=5, disable=None) as progress:
        for first, result in threaded(work, range(start, n_centres, TILE), n_threads):
            progress.update(min(TILE, n_centres - first))
            yield first, result


def threaded(
    work: Callable[[int], Any], starts: range, n_threads: int
) -> Iterator[tuple[int, Any]]:
    """(start, work(start)) in order, with one BLAS thread each."""
    under_way: deque[tuple[int, Future]] = deque()
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(n_threads) as pool:
        for first in starts:
            under_way.append((first, pool.submit(work, first)))
            if len(under_way) > 2 * n_threads:
                yield _finished(under_way)
        while under_way:
            yield _finished(under_way)


def _finished(under_way: deque[tuple[int, Future]]) -> tuple[int, Any]:
    first, future = under_way.popleft()
    return first, future.result()
