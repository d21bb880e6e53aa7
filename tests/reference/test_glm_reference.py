"""The GLM against nilearn, brute force and a direct maximisation of the likelihood."""

import numpy as np
import pytest
from nilearn.glm.first_level import compute_regressor, run_glm
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.stats import f as f_distribution

from crossmodal.bold.model.design import event_regressor, high_pass_basis
from crossmodal.bold.model.glm import Design, GLMConfig, fit, t_map, whitener
from crossmodal.bold.model.noise import ar1_components, pooled_covariance, restricted_likelihood

N, TR, RHO = 200, 2.0, 0.35
SLOW = high_pass_basis(N, TR, 128.0)


@pytest.fixture(scope="module")
def design() -> Design:
    """24 trials of 3 s, one regressor each, and three nuisance columns."""
    rng = np.random.default_rng(5)
    onsets = 6 + 14.0 * np.arange(24) + rng.uniform(0, 2, 24)
    trials = [event_regressor(np.array([t]), np.array([3.0]), N, TR) for t in onsets]
    nuisance = np.cumsum(rng.standard_normal((N, 3)), axis=0)
    names = (*(f"trial {i}" for i in range(24)), "x", "y", "z")
    return Design(np.stack(trials, axis=1), nuisance, SLOW, names)


@pytest.fixture(scope="module")
def series(design) -> np.ndarray:
    """Responses, drift and AR(1) noise, mean 100 (so that the scaling changes nothing)."""
    rng = np.random.default_rng(6)
    noise = rng.standard_normal((N + 50, 300))
    for t in range(1, len(noise)):
        noise[t] += RHO * noise[t - 1]
    data = design.conditions @ rng.normal(size=(24, 300)) + noise[50:] + 0.5 * SLOW[:, :1]
    data += 100 - data.mean()
    return data.astype(np.float32)


def full(design: Design) -> np.ndarray:
    return np.column_stack([design.columns, design.slow])


def test_white_noise_equals_nilearns_ols(design, series):
    found = fit(series, design, GLMConfig(noise="white"))
    labels, results = run_glm(series.astype(float), full(design), noise_model="ols")
    assert len(results) == 1
    theirs = results[labels[0]]
    assert_allclose(found.patterns, theirs.theta[:24], atol=2e-4)
    assert_allclose(found.residual_variance, theirs.dispersion, rtol=1e-4)
    t = fit(series, design, GLMConfig(noise="white", patterns="t")).patterns
    contrasts = [theirs.Tcontrast(np.eye(full(design).shape[1])[i]).t for i in range(24)]
    assert_allclose(t, contrasts, atol=2e-3)


def test_ar1_equals_generalised_least_squares_with_the_true_covariance(design, series):
    weights = np.eye(24)[3] - np.eye(24)[4]
    ours, freedom = t_map(series, design, weights)
    x = full(design)
    precision = np.linalg.inv(RHO ** np.abs(np.subtract.outer(np.arange(N), np.arange(N))))
    covariance = np.linalg.inv(x.T @ precision @ x)
    betas = covariance @ x.T @ precision @ series
    residuals = series - x @ betas
    variance = np.einsum("tv,ts,sv->v", residuals, precision, residuals) / (N - x.shape[1])
    contrast = np.concatenate([weights, np.zeros(x.shape[1] - 24)])
    expected = contrast @ betas / np.sqrt(variance * (contrast @ covariance @ contrast))
    assert freedom == N - x.shape[1]
    assert np.corrcoef(ours, expected)[0, 1] > 0.999
    assert_allclose(np.polyfit(expected, ours, 1)[0], 1, atol=0.05)


def test_ar1_orders_voxels_as_nilearns_ar1(design, series):
    # Orders only: nilearn takes the coefficient from residuals without correcting for the
    # model's many columns, so it is too small and its t too large here (by a quarter).
    weights = np.eye(24)[3] - np.eye(24)[4]
    labels, results = run_glm(series.astype(float), full(design), noise_model="ar1")
    contrast = np.concatenate([weights, np.zeros(full(design).shape[1] - 24)])
    theirs = np.empty(len(labels))
    for label, result in results.items():
        theirs[labels == label] = np.ravel(result.Tcontrast(contrast).t)
    assert np.corrcoef(t_map(series, design, weights)[0], theirs)[0, 1] > 0.99


def test_planted_autocorrelation_is_found(design, series):
    whitening = whitener(series, design, "ar1")
    covariance = np.linalg.inv(whitening @ whitening)
    lag_one = np.diag(covariance, 1).mean() / np.diag(covariance).mean()
    assert_allclose(lag_one, RHO, atol=0.03)


def test_lss_equals_one_model_a_trial(design, series):
    for noise in ("white", "ar1"):
        for patterns in ("beta", "t"):
            options = {"noise": noise, "patterns": patterns}
            found = fit(series, design, GLMConfig(estimator="lss", **options)).patterns
            whitening = whitener(series, design, noise)
            y = design.filtered(whitening @ (series - series.mean(axis=0)))
            variance = fit(series, design, GLMConfig(**options)).residual_variance
            for trial in (0, 7, 23):
                rest = np.delete(design.conditions, trial, axis=1).sum(axis=1)
                x = np.column_stack([design.conditions[:, trial], rest, design.columns[:, 24:]])
                x = design.filtered(whitening @ x)
                expected = np.linalg.lstsq(x, y, rcond=None)[0][0]
                if patterns == "t":
                    expected /= np.sqrt(variance * np.linalg.inv(x.T @ x)[0, 0])
                assert_allclose(found[trial], expected, atol=1e-3)


def test_restricted_likelihood_is_at_its_maximum():
    rng = np.random.default_rng(0)
    n = 40
    design = np.column_stack([np.ones(n), rng.standard_normal((n, 3))])
    noise = rng.standard_normal((n, 500))
    for t in range(1, n):
        noise[t] += 0.4 * noise[t - 1]
    sample = noise @ noise.T / 500
    components = ar1_components(n)

    def minus_log_likelihood(weights: np.ndarray) -> float:
        covariance = np.tensordot(weights, components, axes=1)
        sign, log_det = np.linalg.slogdet(covariance)
        if sign <= 0 or np.linalg.eigvalsh(covariance)[0] <= 0:
            return np.inf
        inverse = np.linalg.inv(covariance)
        information = design.T @ inverse @ design
        p = inverse - inverse @ design @ np.linalg.solve(information, design.T @ inverse)
        return 0.5 * (log_det + np.linalg.slogdet(information)[1] + np.trace(p @ sample))

    best = minimize(
        minus_log_likelihood, [1.0, 0.1], method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 2000},
    )  # fmt: skip
    assert_allclose(restricted_likelihood(sample, design, components), best.x, rtol=1e-4)


def test_columns_correlate_with_nilearns_spm_model():
    # nilearn has no T0: shifting its frame times by 7/16 TR is the same. It also begins the
    # HRF one bin late, which shows at long TR (r = .999 at 2 s) and hardly at short ones.
    repetition_s, n_volumes = 0.8, 500
    onsets, durations = np.arange(10.0, 350, 17.3), np.full(20, 3.0)
    condition = np.vstack([onsets, durations, np.ones(20)])
    frames = (np.arange(n_volumes) + 7 / 16) * repetition_s
    theirs = compute_regressor(condition, "spm", frames, oversampling=16)[0][:, 0]
    ours = event_regressor(onsets, durations, n_volumes, repetition_s)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9999


def test_pooled_covariance_equals_the_definition(design, series):
    # By definition, in float64: voxels by nilearn's F over all columns but the constant and the
    # filter, residuals by lstsq, one outer product each.
    x = full(design)
    n_tested = design.columns.shape[1] - 1
    labels, results = run_glm(series.astype(float), x, noise_model="ols")
    f = results[labels[0]].Fcontrast(np.eye(x.shape[1])[:n_tested]).F
    freedom = N - x.shape[1]
    # Theirs counts the cosines as columns; SPM's mask, like ours, as a filter.
    spm_freedom = freedom + SLOW.shape[1]
    chosen = np.ravel(f) * spm_freedom / freedom > f_distribution.isf(0.001, n_tested, spm_freedom)
    assert 0 < chosen.sum() < len(chosen)
    y = series[:, chosen].astype(float)
    residuals = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    residuals /= np.sqrt(np.square(residuals).sum(axis=0) / spm_freedom)
    filtered = design.filtered(design.columns)
    found = pooled_covariance([series[:, :100], series[:, 100:]], SLOW, filtered)
    assert_allclose(found, residuals @ residuals.T / chosen.sum(), atol=1e-5)
