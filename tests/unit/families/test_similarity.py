"""RSA and CKA between families against their definitions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.families.similarity import (
    cka,
    cka_similarity,
    gram_matrix,
    join_families,
    rsa_similarity,
    u_centred,
)
from crossmodal.representations.rdm import correlation_rdm

N = 9


def unbiased_hsic(k: np.ndarray, m: np.ndarray) -> float:
    """Song et al. 2012, equation 5, term by term."""
    n = len(k)
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    one = np.ones(n)
    middle = (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2))
    last = 2 / (n - 2) * (one @ k @ m @ one)
    return float((np.trace(k @ m) + middle - last) / (n * (n - 3)))


def random_gram(seed: int, units: int = 6) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(N, units))
    return x @ x.T


def family(model: str, seed: int, order: np.ndarray | None = None) -> ModelRDMs:
    patterns = np.random.default_rng(seed).normal(size=(2, N, 20))
    order = np.arange(N) if order is None else order
    return ModelRDMs(
        np.stack([correlation_rdm(p[order]) for p in patterns]),
        tuple(f"s{i}" for i in order),
        ("a", "b"),
        ("visual", "auditory"),
        ("ensemble",) * 2,
        model,
        "emotion",
    )


def test_cka_is_the_ratio_of_unbiased_hsic() -> None:
    k, m = random_gram(0), random_gram(1)
    expected = unbiased_hsic(k, m) / np.sqrt(unbiased_hsic(k, k) * unbiased_hsic(m, m))
    np.testing.assert_allclose(cka(np.stack([k, m]))[0, 1], expected, rtol=1e-10)


def test_cka_of_unrelated_patterns_is_zero_on_average() -> None:
    values = [cka(np.stack([random_gram(2 * s), random_gram(2 * s + 1)]))[0, 1] for s in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))


@given(scale=st.floats(0.1, 10), shift=st.floats(-5, 5), seed=st.integers(0, 50))
def test_cka_ignores_scale_and_a_common_offset(scale: float, shift: float, seed: int) -> None:
    k, m = random_gram(seed), random_gram(seed + 1)
    changed = cka(np.stack([scale * k + shift, m]))[0, 1]
    np.testing.assert_allclose(changed, cka(np.stack([k, m]))[0, 1], atol=1e-8)


def test_u_centred_rows_sum_to_zero() -> None:
    np.testing.assert_allclose(u_centred(random_gram(3)).sum(axis=0), 0, atol=1e-10)


def test_gram_of_a_correlation_rdm_is_that_of_standardised_patterns() -> None:
    x = np.random.default_rng(0).normal(size=(N, 12))
    z = x - x.mean(axis=1, keepdims=True)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    np.testing.assert_allclose(gram_matrix(correlation_rdm(x), N), z @ z.T, atol=1e-12)


def test_gram_of_distances_gives_the_cka_of_the_points() -> None:
    points = np.random.default_rng(0).normal(size=(N, 2))
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)[np.triu_indices(N, 1)]
    grams = np.stack([gram_matrix(distance, N, euclidean=True), points @ points.T])
    np.testing.assert_allclose(cka(grams), 1, atol=1e-10)


def test_families_are_matched_by_stimulus_id() -> None:
    shuffled = np.random.default_rng(1).permutation(N)
    joined = join_families([family("x", 0), family("y", 0, shuffled)], "ensemble")
    assert joined.layers == ("x/emotion:a", "x/emotion:b", "y/emotion:a", "y/emotion:b")
    for similarity in (rsa_similarity(joined, "pearson"), cka_similarity(joined)):
        np.testing.assert_allclose(similarity.matrix[[0, 1], [2, 3]], 1, atol=1e-10)


def test_families_with_other_stimuli() -> None:
    other = family("y", 0)
    renamed = ModelRDMs(
        other.dissimilarities, ("z", *other.stimulus_ids[1:]), other.layers, other.arms,
        other.sources, "y", "emotion",
    )  # fmt: skip
    with pytest.raises(InputError, match="y/emotion: stimulus_ids"):
        join_families([family("x", 0), renamed], "ensemble")


def test_distances_in_a_plane_are_embedded_whatever_their_layer_is_called() -> None:
    correlations = family("x", 0)
    distances = replace(correlations, measures=("euclidean",) * 2)
    expected = cka(np.stack([gram_matrix(row, N, True) for row in distances.dissimilarities]))
    np.testing.assert_array_equal(cka_similarity(distances).matrix, expected)
    joined = join_families([distances, correlations], "ensemble")
    assert joined.measures == ("euclidean",) * 2 + ("correlation",) * 2
    np.testing.assert_allclose(cka_similarity(joined).matrix[0, 1], expected[0, 1], rtol=1e-12)
