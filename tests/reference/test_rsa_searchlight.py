"""Every distance in every sphere against rsatoolbox's own path."""

from itertools import combinations

import numpy as np
import pytest
import rsatoolbox
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from crossmodal.rsa.comparisons import compare
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.layout import arrange
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.searchlight import fisher_z, searchlight_rsa
from crossmodal.rsa.tiles import tile_rdms

N_RUNS, N_CONDITIONS, N_TIMES = 3, 8, 60
AFFINE = np.diag([3.0, 3.0, 4.0, 1.0])
RADIUS_MM = 5.5
THEIRS = {
    "correlation": "correlation",
    "squared_euclidean": "euclidean",
    "mahalanobis": "mahalanobis",
    "crossnobis": "crossnobis",
}
PRECISION = [(np.float64, 1e-10), (np.float32, 5e-6)]


@pytest.fixture
def brain() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Betas, mask, models and residuals of a small brain."""
    rng = np.random.default_rng(0)
    mask = rng.random((6, 6, 5)) < 0.8
    betas = rng.normal(3, 1, size=(N_RUNS, N_CONDITIONS, int(mask.sum())))
    models = rng.normal(size=(4, N_CONDITIONS * (N_CONDITIONS - 1) // 2))
    residuals = rng.normal(size=(N_TIMES, int(mask.sum())))
    residuals[:, 1:] += 0.6 * residuals[:, :-1]
    return betas, mask, models, residuals


def incomplete(betas: np.ndarray) -> np.ndarray:
    """A fourth run, and two conditions that a run each lacks."""
    betas = np.concatenate([betas, betas[:1, ::-1]])
    betas[0, 2] = betas[2, 5] = np.nan
    return betas


def dataset(betas: np.ndarray, voxels: np.ndarray) -> rsatoolbox.data.Dataset:
    """Runs x conditions as rsatoolbox observations; conditions that a run lacks left out."""
    rows = [
        (run, condition)
        for run in range(len(betas))
        for condition in range(betas.shape[1])
        if not np.isnan(betas[run, condition]).any()
    ]
    return rsatoolbox.data.Dataset(
        np.stack([betas[run, condition, voxels] for run, condition in rows]).astype(np.float64),
        obs_descriptors={"run": [r for r, _ in rows], "condition": [c for _, c in rows]},
    )


def reference_rdm(
    betas: np.ndarray, voxels: np.ndarray, distance: str, residuals: np.ndarray | None
) -> np.ndarray:
    """RDM of one sphere by rsatoolbox; distances within runs averaged over runs."""
    noise = (
        None
        if residuals is None
        else rsatoolbox.data.noise.prec_from_residuals(residuals[:, voxels])
    )
    options = {"descriptor": "condition", "method": THEIRS[distance]}
    if distance in ("mahalanobis", "crossnobis"):
        options["noise"] = noise
    if distance == "crossnobis":
        data = dataset(betas, voxels)
        rdm = rsatoolbox.rdm.calc_rdm(data, cv_descriptor="run", **options)
        return rdm.dissimilarities[0]
    runs = [dataset(betas[run : run + 1], voxels) for run in range(len(betas))]
    each = [rsatoolbox.rdm.calc_rdm(run, **options).dissimilarities[0] for run in runs]
    return np.mean(each, axis=0)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize(
    ("distance", "whitened"),
    [
        ("correlation", False),
        ("squared_euclidean", False),
        ("mahalanobis", True),
        ("crossnobis", False),
        ("crossnobis", True),
    ],
)
def test_rdms_equal_rsatoolbox(brain, distance, whitened, dtype, tolerance):
    betas, mask, _, residuals = brain
    noise = residuals if whitened else None
    around = spheres(mask, AFFINE, RADIUS_MM)
    rdms, valid = tile_rdms(arrange(betas, distance, dtype, noise), around, 0)
    assert valid.sum() == len(around)
    assert rdms.dtype == dtype
    for centre in range(0, len(around), 7):
        expected = reference_rdm(betas, around.voxels(centre), distance, noise)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(rdms[centre] / scale, expected / scale, atol=tolerance, rtol=0)


@pytest.mark.parametrize(
    "comparison", ["spearman", "pearson", "cosine", "whitened_cosine", "tau_a"]
)
@pytest.mark.parametrize("distance", ["correlation", "crossnobis"])
@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
def test_maps_equal_rsatoolbox(brain, distance, comparison, dtype, tolerance):
    betas, mask, models, _ = brain
    config = SearchlightConfig(RADIUS_MM, distance=distance, comparison=comparison)
    maps = searchlight_rsa(betas.astype(dtype), mask, AFFINE, models, config)
    around = spheres(mask, AFFINE, RADIUS_MM)
    names = {"spearman": "spearman", "pearson": "corr", "cosine": "cosine",
             "whitened_cosine": "cosine_cov", "tau_a": "tau-a"}  # fmt: skip
    for centre in range(0, len(around), 11):
        rdm = reference_rdm(betas, around.voxels(centre), distance, None)
        expected = rsatoolbox.rdm.compare(
            rsatoolbox.rdm.RDMs(rdm[None]), rsatoolbox.rdm.RDMs(models), method=names[comparison]
        )
        np.testing.assert_allclose(maps[:, centre], expected[0], atol=tolerance, rtol=0)


def test_conventions_of_nili_et_al(brain):
    """Distance <= radius, truncated to the mask, RDM per run then averaged, Spearman, Fisher z."""
    betas, mask, models, _ = brain
    z = fisher_z(searchlight_rsa(betas, mask, AFFINE, models, SearchlightConfig(RADIUS_MM)))
    positions = np.argwhere(mask) * [3, 3, 4]
    centre = 40
    near = np.linalg.norm(positions - positions[centre], axis=1) <= RADIUS_MM
    rdm = np.mean([pdist(run[:, near], "correlation") for run in betas], axis=0)
    expected = [np.arctanh(spearmanr(rdm, model).statistic) for model in models]
    np.testing.assert_allclose(z[:, centre], expected, atol=1e-10)


@pytest.mark.parametrize("whitened", [False, True])
@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
def test_crossnobis_with_conditions_missing_from_runs(brain, dtype, tolerance, whitened):
    """By definition: differences within runs, and products of different runs.

    Not rsatoolbox's calc_rdm_unbalanced, which takes each term from other runs, so that what
    a run adds to all its patterns stays in (tests/reference/test_conventions.py).
    """
    betas, mask, _, residuals = brain
    betas = incomplete(betas)
    around = spheres(mask, AFFINE, RADIUS_MM)
    noise = residuals if whitened else None
    rdms, _ = tile_rdms(arrange(betas, "crossnobis", dtype, noise), around, 0)
    first, second = np.triu_indices(N_CONDITIONS, 1)
    for centre in (0, 50):
        voxels = around.voxels(centre)
        metric = np.eye(len(voxels))
        if whitened:
            metric = rsatoolbox.data.noise.prec_from_residuals(residuals[:, voxels])
        difference = betas[:, first][:, :, voxels] - betas[:, second][:, :, voxels]
        products = [
            np.einsum("pv,vw,pw->p", difference[r], metric, difference[s])
            for r, s in combinations(range(len(betas)), 2)
        ]
        expected = np.nanmean(products, axis=0) / len(voxels)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(rdms[centre] / scale, expected / scale, atol=tolerance, rtol=0)


@pytest.mark.parametrize("distance", ["crossnobis", "squared_euclidean"])
def test_what_a_run_adds_to_all_its_patterns_cancels_with_missing_conditions(brain, distance):
    betas, mask, _, _ = brain
    betas = incomplete(betas)
    around = spheres(mask, AFFINE, RADIUS_MM)
    offsets = np.random.default_rng(9).normal(0, 5, size=(len(betas), 1, betas.shape[2]))
    plain, shifted = (
        tile_rdms(arrange(values, distance, np.float32), around, 0)[0][: len(around)]
        for values in (betas, betas + offsets)
    )
    np.testing.assert_allclose(shifted, plain, atol=1e-4)


def test_correlation_with_conditions_missing_from_runs(brain):
    betas, mask, _, _ = brain
    betas[0, 2] = np.nan
    around = spheres(mask, AFFINE, RADIUS_MM)
    rdms, valid = tile_rdms(arrange(betas, "correlation", np.float64), around, 0)
    voxels = around.voxels(9)
    each = np.stack([pdist(run[:, voxels], "correlation") for run in betas])
    assert valid[9]
    np.testing.assert_allclose(rdms[9], np.nanmean(each, axis=0), atol=1e-12)


def test_partial_maps_equal_comparisons_of_their_rdms(brain):
    betas, mask, models, _ = brain
    config = SearchlightConfig(RADIUS_MM, comparison="partial_spearman")
    maps = searchlight_rsa(betas, mask, AFFINE, models[:3], config, controls=models[3:])
    around = spheres(mask, AFFINE, RADIUS_MM)
    rdms, _ = tile_rdms(arrange(betas, "correlation", np.float64), around, 0)
    expected = compare(rdms[: len(around)], models[:3], "partial_spearman", models[3:])
    np.testing.assert_allclose(maps, expected.T, atol=1e-12)
