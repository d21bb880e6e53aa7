"""RDMs against scipy and rsatoolbox, with defined behaviour at their edges."""

import numpy as np
import pytest
import rsatoolbox
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from crossmodal.representations import rdm


def patterns(seed: int, n: int = 8, units: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, units))


@given(st.integers(0, 1000))
def test_correlation_rdm_matches_scipy(seed):
    x = patterns(seed)
    np.testing.assert_allclose(rdm.correlation_rdm(x), pdist(x, "correlation"), atol=1e-12)


def test_correlation_rdm_matches_rsatoolbox():
    x = patterns(1)
    reference = rsatoolbox.rdm.calc_rdm(rsatoolbox.data.Dataset(x), method="correlation")
    np.testing.assert_allclose(rdm.correlation_rdm(x), reference.dissimilarities[0], atol=1e-12)


@given(st.integers(0, 1000), st.floats(0.1, 10), st.floats(-5, 5))
def test_correlation_rdm_ignores_scale_and_offset(seed, scale, offset):
    x = patterns(seed)
    np.testing.assert_allclose(
        rdm.correlation_rdm(scale * x + offset), rdm.correlation_rdm(x), atol=1e-9
    )


def test_float32_patterns_are_exact_to_a_millionth():
    x = patterns(2, 10, 5000).astype(np.float32)
    expected = pdist(x.astype(np.float64), "correlation")
    np.testing.assert_allclose(rdm.correlation_rdm(x), expected, atol=1e-6)


def test_constant_patterns_are_one_apart_from_others_and_zero_from_each_other():
    x = patterns(3, 4)
    x[1], x[3] = 0.1, 7.0
    matrix = np.zeros((4, 4))
    matrix[np.triu_indices(4, 1)] = rdm.correlation_rdm(x)
    assert matrix[1, 3] == 0
    assert matrix[0, 1] == matrix[0, 3] == matrix[1, 2] == matrix[2, 3] == 1
    assert matrix[0, 2] == pytest.approx(pdist(x[[0, 2]], "correlation")[0])


def test_a_dead_layer_gives_zeros():
    np.testing.assert_array_equal(rdm.correlation_rdm(np.zeros((4, 9))), np.zeros(6))


def test_category_and_difference_rdms():
    np.testing.assert_array_equal(rdm.category_rdm(["a", "b", "a"]), [1, 0, 1])
    np.testing.assert_array_equal(rdm.difference_rdm([1.0, 4.0, -1.0]), [3, 2, 5])


def test_feature_rdm_is_the_cosine_of_z_scores():
    x = patterns(4, 7, 5)
    scores = (x - x.mean(0)) / x.std(0)
    np.testing.assert_allclose(rdm.feature_rdm(x), pdist(scores, "cosine"), atol=1e-12)
    with_constant = np.column_stack([x, np.full(7, 3.0)])
    np.testing.assert_allclose(rdm.feature_rdm(with_constant), rdm.feature_rdm(x), atol=1e-12)


def test_feature_rdm_predicts_patterns_of_a_random_readout():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 4))
    scores = (x - x.mean(0)) / x.std(0)
    voxels = scores @ rng.normal(size=(4, 5000))
    got = np.corrcoef(rdm.feature_rdm(x), pdist(voxels, "correlation"))[0, 1]
    assert got > 0.99
