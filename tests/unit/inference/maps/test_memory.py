"""Condition permutations and prevalence under a memory limit: the same bytes, no more memory."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.inference.maps.condition_permutation import condition_orders, permute_conditions
from crossmodal.inference.maps.permuted_brains import permute_brain, permuted_blocks
from crossmodal.inference.maps.prevalence import second_level
from crossmodal.inference.maps.prevalence_maps import PrevalenceConfig, prevalence_maps
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.memory import MB, Slab
from crossmodal.rsa.participants import common_brains

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
IDS = tuple(f"block{i}" for i in range(12))
CONFIG = SearchlightConfig(6.0, 10)


def participants(n: int, n_runs: int = 2) -> list[Betas]:
    rng = np.random.default_rng(0)
    mask = rng.random((60, 7, 7)) < 0.9
    shape = (n_runs, len(IDS), int(mask.sum()))
    variance = np.ones((n_runs, shape[2]), dtype=np.float32)
    runs = tuple(map(str, range(n_runs)))
    return [
        Betas(values.astype(np.float32), mask, AFFINE, IDS, runs, variance, "native")
        for values in rng.normal(size=(n, *shape))
    ]


def models(n: int = 2) -> np.ndarray:
    return np.random.default_rng(1).random((n, len(IDS) * (len(IDS) - 1) // 2))


def limited(limit_mb: float | None, **others: object) -> SearchlightConfig:
    return replace(CONFIG, max_memory_mb=limit_mb, **others)


def peak_mb(action: Callable[[], object]) -> float:
    tracemalloc.start()
    action()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / MB


@pytest.mark.parametrize("distance", ["correlation", "crossnobis"])
@pytest.mark.parametrize("comparison", ["spearman", "whitened_cosine"])
def test_slabs_of_permuted_brains_have_the_bytes_of_the_whole(distance, comparison):
    (brain,), _ = common_brains(participants(1), replace(CONFIG, distance=distance))
    orders = condition_orders(len(IDS), 50, 0)
    n = len(brain.around)
    patterns = brain.patterns(Slab(0, n, 0, n))
    whole = permute_conditions(
        patterns, brain.around, models(), comparison, orders, "two-sided", CONFIG.min_voxels
    )
    for limit_mb, threads in ((None, 2), (2.0, 1), (4.0, 3)):
        config = limited(limit_mb, distance=distance, comparison=comparison)
        part = permute_brain(brain, models(), orders, config, "two-sided", threads)
        for name in ("observed", "mean", "sd", "maxima"):
            assert getattr(part, name).tobytes() == getattr(whole, name).tobytes()


def test_permuted_brains_obey_the_limit():
    (brain,), _ = common_brains(participants(1, n_runs=24), CONFIG)
    orders, limit_mb = condition_orders(len(IDS), 100, 0), 4.0
    permute_brain(brain, models(), orders, CONFIG)  # compiled
    peaks = [
        peak_mb(lambda limit=limit: permute_brain(brain, models(), orders, limited(limit)))
        for limit in (None, limit_mb)
    ]
    assert peaks[1] < limit_mb < peaks[0]


def test_prevalence_maps_under_a_limit_have_the_same_bytes():
    vectors = models()
    sets = ModelRDMs(vectors, IDS, ("a", "b"), ("",) * 2, ("table",) * 2, "table", "t")
    config = PrevalenceConfig(("table/t",), None, 30, 100)
    people = participants(4)
    whole, part = (
        prevalence_maps(people, sets, limited(limit), config, 0.05, 3) for limit in (None, 2.0)
    )
    for name, maps in whole.items():
        assert maps.values.tobytes() == part[name].values.tobytes()


def test_prevalence_obeys_the_limit():
    brains, _ = common_brains(participants(6), CONFIG)
    orders, limit_mb = [condition_orders(len(IDS), 100, i) for i in range(6)], 4.0

    def run(limit: float | None) -> None:
        second_level(permuted_blocks(brains, models()[0], orders, limited(limit)), 50, 0)

    run(None)  # compiled
    peaks = [peak_mb(lambda limit=limit: run(limit)) for limit in (None, limit_mb)]
    assert peaks[1] < limit_mb < peaks[0]


def test_too_little_memory_says_how_much_is_needed():
    (brain,), _ = common_brains(participants(1), CONFIG)
    orders = condition_orders(len(IDS), 100, 0)
    with pytest.raises(InputError, match=r"max_memory_mb: expected at least \d, .* got 0.5"):
        permute_brain(brain, models(), orders, limited(0.5))
    with pytest.raises(InputError, match=r"max_memory_mb: expected at least \d, .* got 0.5"):
        list(permuted_blocks([brain] * 3, models()[0], [orders] * 3, limited(0.5)))
