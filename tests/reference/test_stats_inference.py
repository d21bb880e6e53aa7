"""Group statistics against scipy, nilearn and brute force."""

from itertools import product

import nibabel as nib
import numpy as np
import pytest
from nilearn.maskers import NiftiMasker
from nilearn.mass_univariate import permuted_ols
from nilearn.mass_univariate._utils import calculate_cluster_measures, calculate_tfce
from scipy.ndimage import gaussian_filter, generate_binary_structure
from scipy.stats import false_discovery_control, ttest_1samp
from scipy.stats import t as t_distribution

from crossmodal.inference.maps.max_t import max_sums, t_from_sums, unit_maps
from crossmodal.inference.maps.one_sample import (
    ALTERNATIVES,
    interval_half_width,
    mean_and_t,
    q_fdr,
)
from crossmodal.inference.maps.permutation import (
    cluster_threshold,
    map_null,
    map_statistic,
    max_t_null,
)
from crossmodal.inference.maps.tfce import cluster_masses, face_neighbours, tfce
from crossmodal.inference.sign_flips import sign_patterns

FACES = generate_binary_structure(3, 1)


def smooth_map(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A smooth volume of z-like values, zero outside its mask, and the mask."""
    rng = np.random.default_rng(seed)
    volume = gaussian_filter(rng.normal(size=(14, 15, 13)), 1.2)
    mask = rng.random(volume.shape) < 0.9
    return np.where(mask, 2 * volume / volume.std(), 0), mask


def group_data(n: int = 7, layers: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    mask = rng.random((7, 6, 8)) < 0.9
    noise = gaussian_filter(rng.normal(size=(n, layers, 7, 6, 8)), (0, 0, 1, 1, 1))
    data = noise[:, :, mask] / noise.std()
    data[:, 0, :20] += 1.5
    return data.astype(np.float32), mask


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_tfce_equals_nilearn(seed, two_sided):
    volume, mask = smooth_map(seed)
    theirs = calculate_tfce(volume[..., None], FACES, two_sided_test=two_sided)[..., 0][mask]
    ours = tfce(volume[mask], face_neighbours(mask), two_sided)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10 * np.abs(theirs).max())


def test_tfce_of_plateaus_and_of_nothing():
    mask = np.ones((3, 1, 1), dtype=bool)
    around = face_neighbours(mask)
    levels = np.arange(1, 101) / 100
    expected = np.sqrt(3) * (levels**2).sum()
    np.testing.assert_allclose(tfce(np.ones(3), around), expected)
    np.testing.assert_array_equal(tfce(-np.ones(3), around), 0)


@pytest.mark.parametrize("two_sided", [False, True])
def test_cluster_mass_equals_nilearn(two_sided):
    volume, mask = smooth_map(2)
    _, theirs = calculate_cluster_measures(volume[..., None], 1.5, FACES, two_sided)
    ours = cluster_masses(volume[mask], 1.5, face_neighbours(mask), two_sided)
    np.testing.assert_allclose(np.abs(ours).max(), theirs[0])


def test_t_equals_scipy():
    data, _ = group_data()
    expected = ttest_1samp(data.astype(np.float64), 0).statistic
    np.testing.assert_allclose(mean_and_t(data)[1], expected, rtol=1e-10)
    sums = unit_maps(data[:, 0]).sum(axis=0)
    np.testing.assert_allclose(t_from_sums(sums, len(data)), expected[0], rtol=1e-4)


def test_confidence_interval_equals_scipy():
    data, _ = group_data()
    interval = ttest_1samp(data.astype(np.float64), 0).confidence_interval(0.95)
    np.testing.assert_allclose(interval_half_width(data), (interval.high - interval.low) / 2)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_fdr_equals_scipy(alternative):
    data, _ = group_data()
    p = ttest_1samp(data.astype(np.float64), 0, alternative=alternative).pvalue
    t = mean_and_t(data)[1]
    expected = np.stack([false_discovery_control(layer) for layer in p])
    np.testing.assert_allclose(q_fdr(t, len(data), alternative), expected, rtol=1e-8)
    t[0, 3] = np.nan
    assert np.isnan(q_fdr(t, len(data), alternative)).sum() == 1


def flipped_t(data: np.ndarray) -> np.ndarray:
    """t (pattern, layer, voxel) under all sign patterns, by scipy; the identity first."""
    patterns = product((1, -1), repeat=len(data))
    shape = (-1, *[1] * (data.ndim - 1))
    return np.stack(
        [ttest_1samp(np.reshape(s, shape) * data.astype(np.float64), 0).statistic for s in patterns]
    )


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_exact_max_t_equals_brute_force(alternative):
    data, _ = group_data()
    t = {"greater": 1, "less": -1}.get(alternative, 0) * flipped_t(data)
    if alternative == "two-sided":
        t = np.abs(flipped_t(data))
    null = max_t_null(data, sign_patterns(len(data), 1000, 0), alternative)
    tolerance = 1 - 1e-5
    p_layer = (t.max(axis=2)[:, :, None] >= t[:1] * tolerance).mean(axis=0)
    p_all = (t.max(axis=(1, 2))[:, None, None] >= t[:1] * tolerance).mean(axis=0)
    chosen = t[0] > 0
    np.testing.assert_allclose(null.p_layer()[chosen], p_layer[chosen])
    np.testing.assert_allclose(null.p_all()[chosen], p_all[chosen])


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("name", ["tfce", "cluster_mass"])
def test_exact_map_statistics_equal_brute_force(name, alternative):
    data, mask = group_data(5, 1)
    threshold = cluster_threshold(0.05, 5, alternative)
    assert threshold == pytest.approx(
        t_distribution.isf(0.05 / (1 + (alternative == "two-sided")), 4)
    )
    statistic = map_statistic(name, mask, alternative, threshold)
    null = map_null(data, sign_patterns(5, 1000, 0), statistic, n_threads=2)
    maps = [statistic(t) for t in flipped_t(data)[:, 0]]
    np.testing.assert_allclose(null.observed[0], maps[0], rtol=1e-3)
    np.testing.assert_allclose(np.sort(null.maxima[0]), np.sort([m.max() for m in maps]), rtol=1e-3)


@pytest.mark.parametrize("name", ["tfce", "cluster_mass"])
def test_a_pattern_and_its_mirror_tie_at_any_height(name):
    """|t| far above 20: the smallest two-sided p of n participants is 2 / 2^n all the same."""
    mask = np.ones((7, 7, 7), dtype=bool)
    statistic = map_statistic(name, mask, "two-sided", 3.0)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        data = (3 + 0.03 * rng.normal(size=(9, 1, 343))).astype(np.float32)
        assert mean_and_t(data[:, 0])[1].min() > 20
        null = map_null(data, sign_patterns(9, 512, 0), statistic)
        assert null.p_layer().min() == 2 / 512


def test_max_t_agrees_with_permuted_ols():
    """nilearn draws its own flips, so p-values agree within Monte-Carlo error."""
    data, mask = group_data(16, 1)
    image = nib.Nifti1Image(mask.astype(np.uint8), np.eye(4))
    masker = NiftiMasker(image).fit()
    theirs = permuted_ols(
        np.ones((16, 1)), data[:, 0].astype(np.float64), model_intercept=False, n_perm=2000,
        two_sided_test=False, random_state=0, masker=masker, output_type="dict",
    )  # fmt: skip
    null = max_t_null(data, sign_patterns(16, 2000, 0), "greater")
    theirs_p = 10 ** -theirs["logp_max_t"][0]
    np.testing.assert_allclose(t_from_sums(null.observed[0], 16), theirs["t"][0], rtol=1e-4)
    # Standard error of a difference of two shares of 2,000, at worst 0.016; four of them.
    assert np.abs(null.p_layer()[0] - theirs_p).max() < 0.064


def test_blocks_of_voxels_and_permutations_do_not_matter():
    data = np.random.default_rng(0).normal(size=(9, 3000)).astype(np.float32)
    signs = sign_patterns(9, 400, 1)
    units = unit_maps(data)
    whole = (signs.astype(np.float64) @ units).max(axis=1)
    np.testing.assert_allclose(max_sums(units, signs, "greater"), whole, rtol=1e-5)
