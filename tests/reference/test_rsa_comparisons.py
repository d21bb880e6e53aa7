"""Comparisons of RDMs against rsatoolbox, scipy and closed forms."""

import numpy as np
import pytest
import rsatoolbox
from scipy.stats import kendalltau, rankdata
from tests.reference.rsatoolbox_names import NAMES

from crossmodal.rsa.comparisons import compare, prepare, whiten


@pytest.fixture
def rdms() -> tuple[np.ndarray, np.ndarray]:
    """Five brain and three model RDMs of 12 conditions, some with many ties."""
    rng = np.random.default_rng(1)
    brain, models = rng.normal(1, 0.5, size=(5, 66)), rng.normal(1, 0.5, size=(3, 66))
    brain[1], models[0] = brain[1].round(), models[0] > 1
    return brain, models


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 5e-6)])
def test_equals_rsatoolbox(rdms, method, dtype, tolerance):
    brain, models = rdms
    brain = brain.astype(dtype)
    theirs = rsatoolbox.rdm.compare(
        rsatoolbox.rdm.RDMs(brain.astype(np.float64)),
        rsatoolbox.rdm.RDMs(models),
        method=NAMES[method],
    )
    ours = compare(brain, models, method)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, theirs, atol=tolerance, rtol=0)


def test_tau_a_without_ties_is_scipys_tau():
    rng = np.random.default_rng(2)
    brain, model = rng.normal(size=(2, 190))
    ours = compare(brain[None], model[None], "tau_a")
    np.testing.assert_allclose(ours[0, 0], kendalltau(brain, model).statistic, atol=1e-12)


@pytest.mark.parametrize("method", ["partial_pearson", "partial_spearman"])
def test_partial_equals_correlation_of_regression_residuals(rdms, method):
    brain, models = rdms
    controls = np.random.default_rng(3).normal(size=(2, 66)) + models[:2]
    ours = compare(brain, models, method, controls)
    ready = rankdata if method == "partial_spearman" else lambda x, axis: x
    design = np.column_stack([np.ones(66), ready(controls, axis=1).T])

    def left_over(vectors: np.ndarray) -> np.ndarray:
        return vectors - (design @ np.linalg.lstsq(design, vectors.T, rcond=None)[0]).T

    b, m = left_over(ready(brain, axis=1)), left_over(ready(models, axis=1))
    expected = np.corrcoef(np.concatenate([b, m]))[:5, 5:]
    np.testing.assert_allclose(ours, expected, atol=1e-10)
    np.testing.assert_allclose(
        compare(brain.astype(np.float32), models, method, controls), expected, atol=5e-6
    )


def test_whitening_is_the_inverse_of_the_full_covariance():
    n = 7
    rows, columns = np.triu_indices(n, 1)
    contrasts = np.eye(n)[rows] - np.eye(n)[columns]
    covariance = (contrasts @ contrasts.T) ** 2
    vectors = np.random.default_rng(4).normal(size=(3, len(rows)))
    np.testing.assert_allclose(whiten(vectors), np.linalg.solve(covariance, vectors.T).T)


def test_constant_brain_rdm_gives_nan():
    models = np.random.default_rng(5).normal(size=(2, 15))
    constant = np.full((1, 15), 0.7, dtype=np.float32)
    for method in ("spearman", "pearson", "rho_a", "whitened_correlation"):
        assert np.isnan(compare(constant, models, method)).all(), method


@pytest.mark.parametrize("method", ["spearman", "pearson", "rho_a"])
def test_constant_model_is_refused(method):
    with pytest.raises(ValueError, match="model RDM 1 is constant"):
        prepare(np.stack([np.arange(15.0), np.full(15, 0.1)]), method)


def test_model_within_the_controls_is_refused():
    models = np.random.default_rng(6).normal(size=(2, 15))
    with pytest.raises(ValueError, match="model RDM 1 is a mixture of the control RDMs"):
        prepare(models, "partial_pearson", controls=models[1:] * 2 + 1)


def test_controls_go_with_partial_methods_only():
    models = np.random.default_rng(7).normal(size=(2, 15))
    with pytest.raises(ValueError, match="with some controls"):
        prepare(models, "spearman", models)
    with pytest.raises(ValueError, match="with no controls"):
        prepare(models, "partial_spearman")


def test_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'rank' is none of"):
        prepare(np.eye(3), "rank")


def test_number_of_pairs_must_be_triangular():
    with pytest.raises(ValueError, match="16 pairs"):
        prepare(np.random.default_rng(8).normal(size=(1, 16)), "whitened_cosine")
