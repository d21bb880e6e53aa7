"""A searchlight under a memory limit: the same bytes, and no more memory than allowed."""

import tracemalloc

import numpy as np
import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.rsa import tiles
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.memory import MB, Demand, slabs, workers
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.searchlight import searchlight_rsa

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
SHAPE = (60, 9, 9)


def problem(n_runs: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    mask = rng.random(SHAPE) < 0.9
    n = int(mask.sum())
    betas = rng.normal(size=(n_runs, 16, n)).astype(np.float32)
    betas[0, 0, 40] = np.nan
    residuals = rng.normal(size=(40, n)).astype(np.float16)
    return betas, mask, rng.normal(size=(5, 120)), residuals


@pytest.mark.parametrize("whitened", [False, True])
@pytest.mark.parametrize("distance", ["correlation", "crossnobis"])
def test_any_limit_and_number_of_threads_give_the_same_bytes(distance, whitened):
    betas, mask, models, noise = problem()
    if distance == "crossnobis":
        betas[1, 3] = np.nan  # conditions may be missing in runs
    run = {"residuals": noise if whitened else None}
    whole = searchlight_rsa(
        betas, mask, AFFINE, models, SearchlightConfig(6.0, distance=distance), **run
    )
    for limit_mb, threads in ((5.0, 1), (6.0, 3), (50.0, 2)):
        config = SearchlightConfig(6.0, distance=distance, max_memory_mb=limit_mb)
        part = searchlight_rsa(betas, mask, AFFINE, models, config, n_threads=threads, **run)
        assert part.tobytes() == whole.tobytes()


@pytest.mark.parametrize("distance", ["correlation", "squared_euclidean", "crossnobis"])
def test_working_arrays_obey_the_limit(distance):
    betas, mask, models, _ = problem(8)
    config = SearchlightConfig(6.0, distance=distance)
    searchlight_rsa(betas, mask, AFFINE, models, config)  # compiled
    limit_mb = 3.5
    peaks = [
        peak_mb(betas, mask, models, SearchlightConfig(6.0, distance=distance, max_memory_mb=limit))
        for limit in (None, limit_mb)
    ]
    assert peaks[1] < limit_mb < peaks[0]


def peak_mb(
    betas: np.ndarray, mask: np.ndarray, models: np.ndarray, config: SearchlightConfig
) -> float:
    """Most memory allocated at once, maps left out, MB."""
    tracemalloc.start()
    maps = searchlight_rsa(betas, mask, AFFINE, models, config)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - maps.nbytes) / MB


def test_slabs_cover_all_centres_once_and_hold_their_spheres():
    _, mask, _, _ = problem()
    around = spheres(mask, AFFINE, 6.0)
    demand = Demand(3, 16, 0, 5, 4)
    parts = list(slabs(demand, around, 1, 2.5))
    assert len(parts) > 2
    assert [part.first for part in parts[1:]] == [part.stop for part in parts[:-1]]
    assert (parts[0].first, parts[-1].stop) == (0, len(around))
    assert all(part.first % tiles.TILE == 0 for part in parts)
    for part in parts:
        own = part.of(around)
        for centre in (0, len(own) - 1):
            expected = around.voxels(part.first + centre)
            np.testing.assert_array_equal(own.voxels(centre) + part.low, expected)


def test_fewer_threads_work_when_memory_is_short():
    _, mask, _, _ = problem()
    around = spheres(mask, AFFINE, 6.0)
    demand = Demand(3, 16, 0, 5, 4)
    assert workers(demand, around, 8, None) == 8
    assert workers(demand, around, 8, 4.0) < 8
    assert workers(demand, around, 8, 0.001) == 1


def test_too_little_memory_says_how_much_is_needed():
    betas, mask, models, _ = problem()
    config = SearchlightConfig(6.0, max_memory_mb=0.5)
    with pytest.raises(InputError, match=r"max_memory_mb: expected at least \d, .* got 0.5"):
        searchlight_rsa(betas, mask, AFFINE, models, config)
