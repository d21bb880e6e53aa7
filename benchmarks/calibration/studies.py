"""One simulated study of each kind: seed and number in, named outcomes out."""

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.calibration.noise import N_PARTICIPANTS, VOXEL_MM, Noise, null_study
from benchmarks.calibration.t_maps import t_null
from crossmodal.inference.maps.condition_permutation import (
    condition_orders,
    permute_conditions,
    permuted_comparison,
    permuted_maps,
)
from crossmodal.inference.maps.max_t import p_from_maxima
from crossmodal.inference.maps.one_sample import mean_and_t, q_fdr
from crossmodal.inference.maps.permutation import (
    cluster_threshold,
    map_null,
    map_statistic,
    max_t_null,
)
from crossmodal.inference.maps.prevalence import prevalence
from crossmodal.inference.sign_flips import sign_patterns
from crossmodal.rsa.comparisons import prepare
from crossmodal.rsa.layout import arrange
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.tiles import TILE, tile_rdms

ALPHA = 0.05
N_FLIPS, N_ORDERS, N_COMBINATIONS = 100, 100, 100
N_CONDITIONS, RADIUS_MM, MIN_VOXELS = 12, 16.5, 10
N_PREVALENCE, N_FIRST_LEVEL = 5, 20
EFFECTS = (0.0, 0.5, 1.0, 1.5, 2.0)
REGION_MM = 16
TESTS = ("max_t", "tfce", "cluster_mass")
EXACT = "max_t, exact, 6 participants"
# Six participants have 64 sign patterns: no p lies between 3 / 64 and 4 / 64.
LEVELS = {EXACT: 3 / 64}


def found(p: np.ndarray) -> float:
    """1 if any voxel is significant, else 0."""
    return float((p <= ALPHA).any())


def group_p(
    data: np.ndarray, mask: np.ndarray, name: str, alternative: str, seed: int
) -> np.ndarray:
    """p (2, layer, voxel) of one sign-flip test: corrected within layers and over layers."""
    signs = sign_patterns(len(data), N_FLIPS, seed)
    if name == "max_t":
        null = max_t_null(data, signs, alternative)
    else:
        threshold = cluster_threshold(0.001, len(data), alternative)
        null = map_null(data, signs, map_statistic(name, mask, alternative, threshold))
    return np.stack([null.p_layer(), null.p_all()])


def group_null(noise: Noise, seed: int, number: int) -> dict[str, float]:
    """Findings of all group tests in one study without effect."""
    data = null_study(noise, np.random.default_rng([seed, 1, number]))
    out = {}
    for name in TESTS:
        p = group_p(data, noise.mask, name, "greater", seed + number)
        out[f"{name}, one layer"] = found(p[0, 0])
        out[f"{name}, all layers"] = found(p[1])
        p = group_p(data[:, :1], noise.mask, name, "two-sided", seed + number)
        out[f"{name}, two-sided, one layer"] = found(p[0, 0])
    out[EXACT] = found(group_p(data[:6, :1], noise.mask, "max_t", "greater", seed)[0])
    q = q_fdr(mean_and_t(data[:, 0])[1], len(data), "greater")
    return out | {"FDR, one layer": found(q)}


def category_models() -> np.ndarray:
    """Two category models (model, pair): 3 categories of 4 conditions, 2 of 6."""
    rows, columns = np.triu_indices(N_CONDITIONS, 1)
    kinds = (np.arange(N_CONDITIONS) % 3, np.arange(N_CONDITIONS) // 6)
    return np.stack([kind[rows] != kind[columns] for kind in kinds]).astype(float)


def condition_null(noise: Noise, seed: int, number: int) -> dict[str, float]:
    """Findings in one participant whose patterns know nothing of the conditions."""
    rng = np.random.default_rng([seed, 2, number])
    around = spheres(noise.mask, noise.affine, RADIUS_MM)
    orders = condition_orders(N_CONDITIONS, N_ORDERS, seed + number)
    betas = noise.draw(2 * N_CONDITIONS, rng).reshape(2, N_CONDITIONS, -1)
    out = {}
    for distance, method in (("correlation", "spearman"), ("crossnobis", "whitened_cosine")):
        result = permute_conditions(
            arrange(betas, distance), around, category_models(), method, orders,
            min_voxels=MIN_VOXELS,
        )  # fmt: skip
        name = f"condition permutation, {distance}, {method.replace('_', ' ')}"
        out[f"{name}, one model"] = found(p_from_maxima(result.observed[0], result.maxima[0]))
        over_models = p_from_maxima(result.observed, result.maxima.max(axis=0))
        out[f"{name}, all models"] = found(over_models)
    return out


def prevalence_null(noise: Noise, seed: int, number: int) -> dict[str, float]:
    """Findings of prevalence inference where nobody has an effect."""
    rng = np.random.default_rng([seed, 5, number])
    around = spheres(noise.mask, noise.affine, RADIUS_MM)
    values = []
    for person in range(N_PREVALENCE):
        orders = condition_orders(N_CONDITIONS, N_FIRST_LEVEL, seed + 1000 * number + person)
        patterns = arrange(noise.draw(N_CONDITIONS, rng)[None], "correlation")
        comparison = permuted_comparison(prepare(category_models()[:1], "spearman"), orders)
        values.append(permuted_maps(patterns, around, comparison, MIN_VOXELS))
    data = np.stack(values)
    tested = np.isfinite(data).all(axis=(0, 1))
    outcome = prevalence(data[:, :, tested], N_COMBINATIONS, ALPHA, number)
    return {"prevalence, global null": found(outcome.p_corrected)}


def distance_bias(noise: Noise, seed: int, number: int) -> dict[str, float]:
    """Mean distance of conditions without signal in the spheres of one tile."""
    rng = np.random.default_rng([seed, 4, number])
    around = spheres(noise.mask, noise.affine, RADIUS_MM)
    betas = noise.draw(4 * 6, rng).reshape(4, 6, -1)
    out = {}
    for name in ("squared_euclidean", "crossnobis"):
        rdms, valid = tile_rdms(arrange(betas, name), around, len(around) // 2)
        out[name] = float(rdms[valid][:TILE].mean())
    return out


def power(noise: Noise, seed: int, number: int) -> dict[str, float]:
    """Share of a planted region's voxels that each test finds, by Cohen's d."""
    positions = np.argwhere(noise.mask)
    centre = positions[len(positions) // 2]
    region = np.linalg.norm((positions - centre) * VOXEL_MM, axis=1) <= REGION_MM
    plain = noise.draw(N_PARTICIPANTS, np.random.default_rng([seed, 3, number]))
    out = {}
    for effect in EFFECTS:
        data = plain + np.float32(effect) * region
        for name in TESTS:
            p = group_p(data[:, None], noise.mask, name, "greater", seed + number)[0, 0]
            out[f"{name}, d = {effect}"] = float((p[region] <= ALPHA).mean())
    return out


Simulation = Callable[[Noise, int, int], dict[str, float]]
# Each part with the share of --studies that it runs.
PARTS: Mapping[str, tuple[Simulation, float]] = {
    "group_null": (group_null, 1.0),
    "condition_null": (condition_null, 1.0),
    "prevalence_null": (prevalence_null, 1.0),
    "distance_bias": (distance_bias, 1.0),
    "power": (power, 0.05),
    "t_null": (t_null, 0.04),
}
