"""crossmodal.bold.model.glm: planted patterns, refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import t as t_distribution

from crossmodal.bold.model.design import event_regressor, high_pass_basis
from crossmodal.bold.model.glm import Design, GLMConfig, dependent_columns, fit, t_map
from crossmodal.bold.model.noise import fast_components
from crossmodal.contracts.errors import InputError

N, TR = 160, 2.0


def columns(n_conditions=4):
    rng = np.random.default_rng(3)
    onsets = rng.permutation(np.arange(n_conditions * 5)) * 14.0 + 4
    return np.stack(
        [
            event_regressor(onsets[i::n_conditions], np.full(5, 3.0), N, TR)
            for i in range(n_conditions)
        ],
        axis=1,
    )


def design(conditions=None, nuisance=None, names=None, repetition_time_s=None):
    conditions = columns() if conditions is None else conditions
    nuisance = np.zeros((N, 0)) if nuisance is None else nuisance
    if names is None:
        names = [f"c{i}" for i in range(conditions.shape[1])]
        names += [f"n{i}" for i in range(nuisance.shape[1])]
    return Design(conditions, nuisance, high_pass_basis(N, TR, 128.0), tuple(names), "events.tsv",
                  repetition_time_s)  # fmt: skip


@pytest.mark.parametrize("estimator", ["lsa", "lss"])
@pytest.mark.parametrize("noise", ["white", "ar1", "fast"])
def test_planted_betas_are_found(estimator, noise):
    rng = np.random.default_rng(0)
    planted = np.zeros((4, 60))
    planted[0] = rng.normal(size=60)  # one condition, so that LSS has no crosstalk to solve
    slow = 0.1 * np.cos(np.arange(N) / N * np.pi)[:, None]
    series = 100 + columns() @ planted + slow + 0.01 * rng.standard_normal((N, 60))
    series += 100 - series.mean()
    found = fit(
        series.astype(np.float32),
        design(repetition_time_s=TR),
        GLMConfig(estimator=estimator, noise=noise),
    )
    scale = 100 / series.mean()
    assert_allclose(found.patterns[0], scale * planted[0], atol=0.03)
    assert found.patterns.dtype == np.float32
    assert found.residual_variance.shape == (60,)
    assert_allclose(np.median(found.residual_variance), 1e-4 * scale**2, rtol=0.2)


def test_patterns_are_percent_of_the_mean():
    series = (7.0 * (100 + columns() @ np.full((4, 5), 2.0))).astype(np.float32)
    found = fit(series, design(), GLMConfig(noise="white"))
    assert_allclose(found.patterns, 100 * 7 * 2 / series.mean(), rtol=1e-3)


def test_voxels_without_variance_give_zero_t():
    series = np.random.default_rng(0).normal(100, 1, (N, 5)).astype(np.float32)
    series[:, 2] = 0
    found = fit(series, design(), GLMConfig(patterns="t"))
    assert_allclose(found.patterns[:, 2], 0)
    assert np.isfinite(found.patterns).all()
    assert t_map(series, design(), np.array([1, -1, 0, 0]))[0][2] == 0


def test_result_does_not_depend_on_the_other_voxels_blocks():
    series = np.random.default_rng(0).normal(100, 1, (N, 20_000)).astype(np.float32)
    config = GLMConfig(noise="white")
    scale = series.mean() / series[:, :50].mean()
    all_of_them = fit(series, design(), config).patterns[:, :50]
    assert_allclose(
        fit(series[:, :50], design(), config).patterns, all_of_them * scale, rtol=1e-3, atol=1e-4
    )


def test_t_of_pure_noise_has_unit_variance():
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((N + 50, 4000))
    for t in range(1, len(noise)):  # AR(1) .3
        noise[t] += 0.3 * noise[t - 1]
    t, freedom = t_map((100 + noise[50:]).astype(np.float32), design(), np.array([1, -1, 0, 0]))
    assert freedom == N - 4 - 1 - high_pass_basis(N, TR, 128.0).shape[1]
    assert_allclose(t.std(), 1, atol=0.05)


# ASSUME: noise of one decay time; the dictionary has none of exactly this one.
@pytest.mark.parametrize(("repetition_s", "autocorrelation"), [(0.5, 0.9), (1, 0.7), (2, 0.35)])
def test_fast_keeps_the_level_of_t_at_any_repetition_time(repetition_s, autocorrelation):
    n, n_voxels = 240, 4000
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((n + 100, n_voxels))
    for t in range(1, len(noise)):
        noise[t] += autocorrelation * noise[t - 1]
    onsets = np.sort(rng.uniform(0, n * repetition_s - 8, 24))
    conditions = [event_regressor(onsets[i::2], np.full(12, 2.0), n, repetition_s) for i in (0, 1)]
    slow = high_pass_basis(n, repetition_s, 128.0)
    model = Design(np.stack(conditions, axis=1), np.zeros((n, 0)), slow, ("a", "b"), "events.tsv",
                   repetition_s)  # fmt: skip
    t, freedom = t_map((100 + noise[100:]).astype(np.float32), model, np.array([1, -1]), "fast")
    assert_allclose(np.mean(2 * t_distribution.sf(np.abs(t), freedom) < 0.05), 0.05, atol=0.012)


def test_fast_is_spms_dictionary():
    components = fast_components(60, 0.5)
    assert components.shape == (18, 60, 60)
    lag_s = 0.5 * np.abs(np.subtract.outer(np.arange(60), np.arange(60)))
    for index, (power, time_s) in enumerate((j, 2.0**k) for k in range(-3, 3) for j in range(3)):
        column = lag_s**power * np.exp(-lag_s / time_s)
        assert_allclose(components[index], column / column.max(), atol=1e-12)
    assert len(fast_components(60, 100.0)) == 9  # nothing decays more slowly than 64 s


def test_fast_needs_the_repetition_time():
    series = np.random.default_rng(0).normal(100, 1, (N, 5)).astype(np.float32)
    with pytest.raises(ValueError, match="needs the design's repetition_time_s"):
        fit(series, design(), GLMConfig(noise="fast"))


def test_one_condition_alone_works_with_lss():
    series = np.random.default_rng(0).normal(100, 1, (N, 5)).astype(np.float32)
    one = design(columns()[:, :1])
    lss = fit(series, one, GLMConfig(estimator="lss"))
    assert_allclose(lss.patterns, fit(series, one, GLMConfig()).patterns)


def test_singular_design_names_its_columns():
    doubled = np.column_stack([columns(), columns()[:, 1]])
    with pytest.raises(InputError, match=r"events.tsv: design: .*combinations of others: c4"):
        design(doubled)


def test_empty_column_is_named():
    empty = columns()
    empty[:, 2] = 0
    with pytest.raises(InputError, match="zero or combinations of others: c2"):
        design(empty)


def test_constant_nuisance_is_named():
    with pytest.raises(InputError, match="combinations of others: constant"):
        design(nuisance=np.ones((N, 1)))


def test_too_few_volumes():
    with pytest.raises(InputError, match=r"more volumes than its 169 columns, got 160 volumes"):
        design(nuisance=np.random.default_rng(0).normal(size=(N, 159)))


def test_dependent_columns_by_hand():
    a, b = np.arange(5.0), np.array([1.0, 0, 0, 2, 0])
    assert dependent_columns(np.column_stack([a, b, a - 2 * b, np.ones(5)])) == [2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"noise": "arma"},
            r"noise: expected one of \['ar1', 'fast', 'white'\], got 'arma'",
        ),
        ({"estimator": "x"}, "estimator"),
        ({"patterns": "x"}, "patterns"),
        ({"motion_regressors": 7}, "motion_regressors"),
        ({"high_pass_s": 0}, "high_pass_s: expected"),
    ],
)
def test_config_refuses(options, message):
    with pytest.raises(InputError, match=message):
        GLMConfig(**options)
