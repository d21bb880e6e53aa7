"""Defined behaviour at the edges: no variance, NaN, tiny spheres, empty masks, wrong input."""

import numpy as np
import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.rsa.comparisons import METHODS, compare
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.layout import arrange
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.noise import whiten_patterns
from crossmodal.rsa.searchlight import fisher_z, searchlight_rsa
from crossmodal.rsa.tiles import tile_rdms

AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])


def problem(dtype: type = np.float32) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    mask = np.ones((5, 5, 5), dtype=bool)
    return rng.normal(5, 1, size=(2, 6, 125)).astype(dtype), mask, rng.normal(size=(2, 15))


def neighbours_of(voxel: int, radius_mm: float) -> np.ndarray:
    positions = np.argwhere(np.ones((5, 5, 5))) * 3.0
    return np.linalg.norm(positions - positions[voxel], axis=1) <= radius_mm


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 12345.678, -7e4, 1e-30, 1e15])
def test_pattern_without_variance_makes_its_spheres_nan(dtype, value):
    betas, mask, models = problem(dtype)
    flat = neighbours_of(62, 6.0)
    betas[0, 3, flat] = value
    maps = searchlight_rsa(betas, mask, AFFINE, models, SearchlightConfig(3.0))
    all_flat = [flat[neighbours_of(voxel, 3.0)].all() for voxel in range(125)]
    np.testing.assert_array_equal(np.isnan(maps[0]), all_flat)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("radius_mm", [3.0, 7.0, 25.0])
def test_constant_patterns_have_no_correlation_in_spheres_of_any_size(dtype, radius_mm):
    """Constant or as good as constant: values that differ in their last bit only."""
    rng = np.random.default_rng(3)
    mask = np.ones((9, 9, 9), dtype=bool)
    around = spheres(mask, AFFINE, radius_mm)
    for value in rng.uniform(-1000, 1000, 20).astype(dtype):
        for other in (value, np.nextafter(value, dtype(np.inf))):
            betas = rng.normal(size=(1, 4, 729)).astype(dtype)
            betas[0, 1] = np.where(rng.random(729) < 0.5, value, other)
            assert not tile_rdms(arrange(betas, "correlation", dtype), around, 0)[1].any()


def test_small_variance_about_a_large_mean_is_no_constant():
    """1 in 1,000 of the mean: far above rounding, so that it counts."""
    rng = np.random.default_rng(3)
    betas = (1000 + rng.normal(size=(1, 4, 729))).astype(np.float32)
    around = spheres(np.ones((9, 9, 9), dtype=bool), AFFINE, 25.0)
    rdms, valid = tile_rdms(arrange(betas, "correlation"), around, 0)
    assert valid.all()
    exact = tile_rdms(arrange(betas, "correlation", np.float64), around, 0)[0]
    np.testing.assert_allclose(rdms, exact, atol=1e-4)


def test_nan_voxel_counts_as_outside_the_mask():
    betas, mask, models = problem()
    smaller = mask.copy()
    smaller[2, 2, 2] = False
    expected = searchlight_rsa(betas[:, :, smaller[mask]], smaller, AFFINE, models,
                               SearchlightConfig(4.0))  # fmt: skip
    betas[1, 2, 62] = np.nan
    maps = searchlight_rsa(betas, mask, AFFINE, models, SearchlightConfig(4.0))
    assert np.isnan(maps[:, 62]).all()
    np.testing.assert_array_equal(maps[:, smaller[mask]], expected)


def test_one_voxel_sphere():
    betas, mask, models = problem()
    config = {"radius_mm": 1.0, "min_voxels": 1}
    assert np.isnan(searchlight_rsa(betas, mask, AFFINE, models, SearchlightConfig(**config))).all()
    euclidean = SearchlightConfig(**config, distance="squared_euclidean")
    assert np.isfinite(searchlight_rsa(betas, mask, AFFINE, models, euclidean)).all()


def test_spheres_below_min_voxels_are_nan():
    betas, mask, models = problem()
    maps = searchlight_rsa(betas, mask, AFFINE, models, SearchlightConfig(3.0, min_voxels=5))
    corners = np.isnan(maps[0]).reshape(5, 5, 5)
    assert corners.sum() == 8
    assert corners[0, 0, 0]


def test_identical_patterns_have_distance_zero_not_below():
    """r above 1 by rounding."""
    betas, mask, _ = problem()
    betas[:, 1] = betas[:, 0] * 3
    around = spheres(mask, AFFINE, 6.0)
    rdms, _ = tile_rdms(arrange(betas, "correlation"), around, 0)
    assert rdms[: len(around), 0].min() >= 0
    np.testing.assert_allclose(rdms[: len(around), 0], 0, atol=1e-6)


@pytest.mark.parametrize("distance", ["squared_euclidean", "mahalanobis", "crossnobis"])
@pytest.mark.parametrize("incomplete", [False, True])
def test_large_common_pattern_costs_no_digits(distance, incomplete):
    """A mean pattern of 100 SD cancels in every difference, in float32 too."""
    rng = np.random.default_rng(2)
    betas = (rng.normal(size=(3, 6, 125)) + rng.normal(0, 100, size=125)).astype(np.float32)
    if incomplete:
        betas[0, 4] = np.nan
    noise = rng.normal(size=(80, 125)) if distance == "mahalanobis" else None
    around = spheres(np.ones((5, 5, 5), dtype=bool), AFFINE, 6.0)
    single, double = (
        tile_rdms(arrange(betas.astype(dtype), distance, dtype, noise), around, 0)[0]
        for dtype in (np.float32, np.float64)
    )
    np.testing.assert_allclose(single, double, atol=5e-6 * np.abs(double).max(), rtol=0)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_a_mask_of_numbers_is_that_mask(dtype):
    betas, mask, models = problem()
    mask[0, 1, 2] = False
    expected = searchlight_rsa(betas[:, :, 1:], mask, AFFINE, models, SearchlightConfig(4.0))
    found = searchlight_rsa(betas[:, :, 1:], mask.astype(dtype), AFFINE, models,
                            SearchlightConfig(4.0))  # fmt: skip
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(
        spheres(mask.astype(dtype), AFFINE, 4.0).sizes, spheres(mask, AFFINE, 4.0).sizes
    )


def test_a_mask_of_other_values_is_refused():
    betas, mask, models = problem()
    with pytest.raises(ValueError, match="bool or hold 0 and 1 only, not 0.5"):
        searchlight_rsa(betas, mask * 0.5, AFFINE, models, SearchlightConfig(4.0))


def test_empty_mask_is_refused():
    betas, mask, models = problem()
    with pytest.raises(ValueError, match="the mask is empty"):
        searchlight_rsa(betas[:, :, :0], mask & False, AFFINE, models, SearchlightConfig(3.0))


def test_crossnobis_needs_two_runs():
    with pytest.raises(ValueError, match="at least two runs, but there is one"):
        arrange(problem()[0][:1], "crossnobis")


def test_crossnobis_needs_each_pair_in_two_runs():
    betas = problem()[0]
    betas[0, 2] = np.nan
    message = "two runs that show both conditions of a pair: 0 and 2 share 1"
    with pytest.raises(ValueError, match=message):
        arrange(betas, "crossnobis")


def test_pair_that_never_shares_a_run_is_refused():
    betas = problem()[0]
    betas[0, 2] = betas[1, 4] = np.nan
    with pytest.raises(ValueError, match="never occur in one run"):
        arrange(betas, "correlation")


def test_nan_in_single_voxels_is_refused_when_laid_out():
    betas = problem()[0]
    betas[0, 2, 7] = np.nan
    with pytest.raises(ValueError, match="take these out of the mask"):
        arrange(betas, "correlation")


def test_mahalanobis_needs_residuals():
    with pytest.raises(ValueError, match="needs the GLM's residuals"):
        arrange(problem()[0], "mahalanobis")


def test_residuals_of_other_voxels_are_refused():
    with pytest.raises(ValueError, match=r"\(50, 7\) are not \(time, 125 voxels\)"):
        arrange(problem()[0], "mahalanobis", residuals=np.ones((50, 7)))


def test_betas_of_another_mask_are_refused():
    betas, mask, models = problem()
    smaller = mask.copy()
    smaller[0] = False
    with pytest.raises(ValueError, match=r"\(2, 6, 125\) are not .* 100 voxels of the mask"):
        searchlight_rsa(betas, smaller, AFFINE, models, SearchlightConfig(3.0))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("name", "comparison"),
    [("models", "spearman"), ("models", "tau_a"), ("models", "partial_pearson"),
     ("controls", "partial_pearson")],
)  # fmt: skip
def test_rdms_that_are_not_finite_are_refused(name, comparison, value):
    betas, mask, models = problem()
    controls = models[:1] + 1 if comparison.startswith("partial") else None
    rdms = {"models": models[1:].copy(), "controls": controls}
    rdms[name] = rdms[name].copy()
    rdms[name][0, 7] = value
    message = f"{name}: RDM 0: expected finite dissimilarities, got {value}"
    with pytest.raises(InputError, match=message):
        searchlight_rsa(
            betas, mask, AFFINE, config=SearchlightConfig(3.0, comparison=comparison), **rdms
        )
    with pytest.raises(InputError, match=message):
        compare(np.ones((2, 15)), rdms["models"], comparison, rdms["controls"])


@pytest.mark.parametrize("comparison", METHODS)
def test_constant_brain_rdm_is_nan(comparison):
    rdms, models = np.zeros((2, 15)), problem()[2]
    rdms[1] = np.arange(15)
    controls = models[1:] if comparison.startswith("partial") else None
    found = compare(rdms, models[:1], comparison, controls)
    assert np.isnan(found).tolist() == [[True], [False]]


def test_tau_a_refuses_controls_and_constant_models():
    betas, mask, models = problem()
    config = SearchlightConfig(3.0, comparison="tau_a")
    with pytest.raises(ValueError, match="comparison 'tau_a' with some controls"):
        searchlight_rsa(betas, mask, AFFINE, models, config, controls=models[:1])
    models[1] = 3
    with pytest.raises(ValueError, match="model RDM 1 is constant: its tau_a is not defined"):
        searchlight_rsa(betas, mask, AFFINE, models, config)


@pytest.mark.parametrize("name", ["models", "controls"])
def test_rdms_of_another_number_of_conditions_are_refused(name):
    betas, mask, models = problem()
    rdms = {"models": models, "controls": models[:1]} | {name: np.ones((2, 21))}
    config = SearchlightConfig(3.0, comparison="partial_pearson")
    with pytest.raises(ValueError, match=rf"{name} \(2, 21\) are not \(RDM, 15 pairs of 6 cond"):
        searchlight_rsa(betas, mask, AFFINE, config=config, **rdms)


def test_residuals_of_another_mask_are_refused():
    betas, mask, models = problem()
    with pytest.raises(ValueError, match=r"residuals \(9, 7\) are not \(time, 125 voxels\)"):
        searchlight_rsa(betas, mask, AFFINE, models, SearchlightConfig(3.0),
                        residuals=np.ones((9, 7)))  # fmt: skip


@pytest.mark.parametrize(
    ("value", "got"), [(np.nan, "values that are not"), (0.1, "0.1 at all times")]
)
def test_residuals_without_covariance_are_refused(value, got):
    betas, mask, models = problem()
    noise = np.random.default_rng(1).normal(size=(50, 125))
    noise[:, 40] = value
    config = SearchlightConfig(3.0, distance="mahalanobis")
    message = f"residuals: voxel 40: expected finite values that vary over time, got {got}"
    with pytest.raises(InputError, match=message):
        searchlight_rsa(betas, mask, AFFINE, models, config, residuals=noise)
    with pytest.raises(InputError, match=message):
        whiten_patterns(betas, noise)
    with pytest.raises(InputError, match=message):
        arrange(betas, "mahalanobis", residuals=noise)
    betas[:, :, 40] = np.nan  # outside the mask: its residuals do not matter
    searchlight_rsa(betas, mask, AFFINE, models, config, residuals=noise)


def test_one_residual_that_is_not_finite_is_refused():
    noise = np.random.default_rng(1).normal(size=(50, 125)).astype(np.float16)
    noise[7, 3] = np.inf
    with pytest.raises(InputError, match="residuals: voxel 3: .* got values that are not"):
        arrange(problem()[0], "mahalanobis", residuals=noise)


@pytest.mark.parametrize("field", ["distance", "comparison", "noise_normalisation"])
def test_config_refuses_unknown_names(field):
    with pytest.raises(InputError, match=f"{field}: expected one of .* got 'x'"):
        SearchlightConfig(9.0, **{field: "x"})


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fisher_z_of_exact_one_is_finite(dtype):
    z = fisher_z(np.array([-1, 0, 0.5, 1], dtype=dtype))
    np.testing.assert_allclose(z, [-8.664340, 0, np.arctanh(0.5), 8.664340], rtol=1e-6)
