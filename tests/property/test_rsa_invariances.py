"""What must not change a searchlight map, and what must change it in a known way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

from crossmodal.rsa import tiles as engine
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.models import reordered
from crossmodal.rsa.searchlight import searchlight_rsa

AFFINE = np.diag([2.0, 2.5, 3.0, 1.0])
N_CONDITIONS = 6
DISTANCES = st.sampled_from(["correlation", "squared_euclidean", "crossnobis"])
COMPARISONS = st.sampled_from(["spearman", "pearson", "cosine", "rho_a", "whitened_cosine"])
SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def problem(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Betas (2, condition, voxel), mask and three models."""
    rng = np.random.default_rng(seed)
    mask = rng.random((5, 4, 4)) < 0.8
    betas = rng.normal(size=(2, N_CONDITIONS, int(mask.sum())))
    return betas, mask, rng.normal(1, 1, size=(3, N_CONDITIONS * (N_CONDITIONS - 1) // 2))


@few
@given(SEEDS, DISTANCES, COMPARISONS)
def test_order_of_conditions_does_not_matter(seed, distance, comparison):
    betas, mask, models = problem(seed)
    config = SearchlightConfig(5.0, 3, distance, comparison)
    order = np.random.default_rng(seed).permutation(N_CONDITIONS)
    plain = searchlight_rsa(betas, mask, AFFINE, models, config)
    moved = searchlight_rsa(betas[:, order], mask, AFFINE, reordered(models, order), config)
    np.testing.assert_allclose(moved, plain, atol=1e-9)


@few
@given(SEEDS, st.sampled_from(["squared_euclidean", "crossnobis"]), COMPARISONS)
def test_orthogonal_rotation_of_voxels_does_not_matter(seed, distance, comparison):
    betas, _, models = problem(seed)
    mask = np.ones((3, 3, 3), dtype=bool)  # one sphere holds all voxels
    betas = np.resize(betas, (2, N_CONDITIONS, 27)) + np.arange(27) / 27
    rotation = ortho_group.rvs(27, random_state=seed % 2**31)
    config = SearchlightConfig(100.0, 3, distance, comparison)
    plain = searchlight_rsa(betas, mask, AFFINE, models, config)
    np.testing.assert_allclose(
        searchlight_rsa(betas @ rotation, mask, AFFINE, models, config), plain, atol=1e-7
    )


@few
@given(SEEDS, DISTANCES, st.sampled_from(["spearman", "pearson", "cosine", "whitened_cosine"]))
def test_scale_of_betas_and_models_does_not_matter(seed, distance, comparison):
    betas, mask, models = problem(seed)
    config = SearchlightConfig(5.0, 3, distance, comparison)
    plain = searchlight_rsa(betas, mask, AFFINE, models, config)
    scaled = searchlight_rsa(betas * 37.5, mask, AFFINE, models * 1e-3, config)
    np.testing.assert_allclose(scaled, plain, atol=1e-9)


@few
@given(SEEDS, COMPARISONS)
def test_offset_of_each_pattern_does_not_matter_to_correlation(seed, comparison):
    betas, mask, models = problem(seed)
    config = SearchlightConfig(5.0, 3, "correlation", comparison)
    offset = np.random.default_rng(seed).normal(size=(2, N_CONDITIONS, 1))
    plain = searchlight_rsa(betas, mask, AFFINE, models, config)
    np.testing.assert_allclose(
        searchlight_rsa(betas + offset, mask, AFFINE, models, config), plain, atol=1e-9
    )


@few
@given(SEEDS, st.tuples(*[st.integers(0, 3)] * 6))
def test_embedding_the_mask_in_a_larger_volume_does_not_matter(seed, border):
    betas, mask, models = problem(seed)
    config = SearchlightConfig(5.0, 3)
    plain = searchlight_rsa(betas, mask, AFFINE, models, config)
    larger = np.pad(mask, [border[0:2], border[2:4], border[4:6]])
    np.testing.assert_array_equal(searchlight_rsa(betas, larger, AFFINE, models, config), plain)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("distance", ["correlation", "crossnobis"])
def test_any_number_of_threads_gives_the_same_bytes(dtype, distance):
    rng = np.random.default_rng(0)
    mask = rng.random((13, 12, 11)) < 0.9
    betas = rng.normal(size=(2, N_CONDITIONS, int(mask.sum()))).astype(dtype)
    models = rng.normal(size=(5, 15))
    config = SearchlightConfig(5.0, 3, distance)
    assert mask.sum() > 5 * engine.TILE
    one = searchlight_rsa(betas, mask, AFFINE, models, config, n_threads=1)
    for threads in (2, 5):
        many = searchlight_rsa(betas, mask, AFFINE, models, config, n_threads=threads)
        assert many.tobytes() == one.tobytes()


@few
@given(SEEDS, DISTANCES, st.integers(1, 4), st.floats(0.02, 1.0))
def test_any_memory_limit_and_number_of_threads_give_the_same_bytes(
    seed, distance, n_threads, share
):
    rng = np.random.default_rng(seed)
    mask = rng.random((40, 6, 6)) < 0.9
    betas = rng.normal(size=(3, N_CONDITIONS, int(mask.sum()))).astype(np.float32)
    models = rng.normal(size=(2, 15))
    whole = searchlight_rsa(betas, mask, AFFINE, models, SearchlightConfig(5.0, 3, distance))
    config = SearchlightConfig(5.0, 3, distance, max_memory_mb=0.6 + share)
    part = searchlight_rsa(betas, mask, AFFINE, models, config, n_threads=n_threads)
    assert part.tobytes() == whole.tobytes()
