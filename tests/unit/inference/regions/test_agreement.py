"""The noise ceiling against chance: found where planted, at its level where nothing is."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from crossmodal.inference.regions.agreement import agreement

N, PAIRS = 10, 45


def rdms(seed: int, shared: float, n: int = 6) -> np.ndarray:
    """(participant, pair): RDMs of random patterns, a part of which all share."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(N, 12))
    rows = []
    for _ in range(n):
        patterns = rng.normal(size=(N, 12)) + shared * common
        rows.append(1 - np.corrcoef(patterns)[np.triu_indices(N, 1)])
    return np.stack(rows)


def test_agreement_is_the_mean_correlation_of_two_participants() -> None:
    data = rdms(0, 1.0)
    pairs = [spearmanr(data[i], data[j]).statistic for i in range(6) for j in range(i)]
    observed, p = agreement(data, "spearman", 1)
    np.testing.assert_allclose(observed, np.mean(pairs), atol=1e-6)
    assert p == 1 / 1000
    assert agreement(data, "spearman", 1) == (observed, p)


@pytest.mark.parametrize("comparison", ["spearman", "cosine", "whitened_correlation"])
def test_brains_that_share_nothing_are_found_to_agree_at_the_tests_level(comparison: str) -> None:
    """Patterns of one person correlate (RDM cells are dependent): cells alone could not be."""
    ps = np.array([agreement(rdms(seed, 0.0), comparison, seed, 40)[1] for seed in range(200)])
    assert 0.01 < (ps <= 0.05).mean() < 0.1
    assert 0.4 < ps.mean() < 0.6
