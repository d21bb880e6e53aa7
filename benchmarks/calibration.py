"""Calibration study: do the tests err as often as they say, and what do they find?

Writes docs/calibration.md and docs/calibration.png. Null studies are smooth noise whose spatial
autocorrelation has the long tail of real maps (Cox et al. 2017: a Gaussian plus an exponential),
with participants of unequal variance.
"""

import argparse
import logging
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
from nilearn.datasets import load_mni152_brain_mask
from scipy.stats import binom
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from crossmodal.contracts.atomic import atomic_path, write_text
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.searchlight import TILE, arrange, tile_rdms
from crossmodal.stats.condition_permutation import condition_orders, permute_conditions
from crossmodal.stats.max_t import p_from_maxima
from crossmodal.stats.one_sample import mean_and_t, q_fdr
from crossmodal.stats.permutation import cluster_threshold, map_null, map_statistic, max_t_null
from crossmodal.stats.prevalence import prevalence
from crossmodal.stats.sign_flips import sign_patterns

mpl.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

VOXEL_MM, ALPHA = 8, 0.05
N_PARTICIPANTS, N_LAYERS, N_FLIPS, N_ORDERS = 12, 3, 500, 300
GAUSSIAN_SHARE, GAUSSIAN_SD_MM, EXPONENTIAL_MM = 0.6, 6.0, 14.0
EFFECTS = (0.0, 0.5, 1.0, 1.5, 2.0)
TESTS = ("max_t", "tfce", "cluster_mass")


class Noise:
    """Stationary Gaussian noise in a brain mask with a mixed spatial autocorrelation."""

    def __init__(self) -> None:
        image = load_mni152_brain_mask(resolution=VOXEL_MM)
        self.mask = np.asarray(image.dataobj) > 0
        self.affine = image.affine
        shape = tuple(2 * n for n in self.mask.shape)
        axes = [np.minimum(np.arange(n), n - np.arange(n)) * float(VOXEL_MM) for n in shape]
        distance = np.sqrt(sum(a**2 for a in np.meshgrid(*axes, indexing="ij")))
        correlation = GAUSSIAN_SHARE * np.exp(-(distance**2) / (4 * GAUSSIAN_SD_MM**2))
        correlation += (1 - GAUSSIAN_SHARE) * np.exp(-distance / EXPONENTIAL_MM)
        self.amplitude = np.sqrt(np.maximum(np.fft.rfftn(correlation).real, 0))
        self.shape = shape

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """float32 (n, voxel) with variance 1."""
        inside = tuple(slice(0, size) for size in self.mask.shape)
        fields = []
        for _ in range(n):
            white = np.fft.rfftn(rng.standard_normal(self.shape))
            field = np.fft.irfftn(white * self.amplitude, s=self.shape, axes=(0, 1, 2))
            fields.append(field[inside][self.mask])
        return np.array(fields, dtype=np.float32)


def study(noise: Noise, rng: np.random.Generator) -> np.ndarray:
    """One null study: float32 (participant, layer, voxel); layers of a participant correlate."""
    shared = noise.draw(N_PARTICIPANTS, rng)[:, None]
    own = noise.draw(N_PARTICIPANTS * N_LAYERS, rng).reshape(N_PARTICIPANTS, N_LAYERS, -1)
    spread = rng.lognormal(0, 0.3, size=(N_PARTICIPANTS, 1, 1)).astype(np.float32)
    return spread * (np.sqrt(0.5) * shared + np.sqrt(0.5) * own).astype(np.float32)


def group_tests(data: np.ndarray, mask: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """p (2, layer, voxel) of every test: corrected within layers and over layers."""
    signs = sign_patterns(len(data), N_FLIPS, seed)
    threshold = cluster_threshold(0.001, len(data), "greater")
    out = {}
    for name in TESTS:
        if name == "max_t":
            null = max_t_null(data, signs, "greater")
        else:
            null = map_null(data, signs, map_statistic(name, mask, "greater", threshold))
        out[name] = np.stack([null.p_layer(), null.p_all()])
    return out


def group_errors(noise: Noise, n_studies: int, seed: int) -> dict[str, float]:
    """Share of null studies with any finding, per test."""
    found: dict[str, list[bool]] = {}
    for number in progress(n_studies, "group null"):
        data = study(noise, np.random.default_rng([seed, 1, number]))
        for name, p in group_tests(data, noise.mask, seed + number).items():
            found.setdefault(f"{name}, one layer", []).append(bool((p[0, 0] <= ALPHA).any()))
            found.setdefault(f"{name}, all layers", []).append(bool((p[1] <= ALPHA).any()))
        q = q_fdr(mean_and_t(data[:, 0])[1], len(data), "greater")
        found.setdefault("FDR, one layer", []).append(bool((q <= ALPHA).any()))
    return {name: float(np.mean(hits)) for name, hits in found.items()}


def permutation_errors(noise: Noise, n_studies: int, seed: int) -> dict[str, float]:
    """Share of null participants with any finding by permuted conditions, and of prevalence."""
    n_conditions = 12
    around = spheres(noise.mask, noise.affine, 16.5)
    orders = condition_orders(n_conditions, N_ORDERS, seed)
    rows, columns = np.triu_indices(n_conditions, 1)
    model = (np.arange(n_conditions) % 3)[rows] != (np.arange(n_conditions) % 3)[columns]
    single, prevalent = [], []
    for number in progress(n_studies, "condition null"):
        rng = np.random.default_rng([seed, 2, number])
        patterns = arrange(noise.draw(n_conditions, rng)[None], "correlation")
        result = permute_conditions(
            patterns, around, model[None].astype(float), "spearman", orders, min_voxels=10
        )
        p = p_from_maxima(result.observed[0], result.maxima[0])
        single.append(bool((p <= ALPHA).any()))
        values = noise.draw(5 * 20, rng).reshape(5, 20, -1)
        outcome = prevalence(values, 200, ALPHA, number)
        prevalent.append(bool((outcome.p_corrected <= ALPHA).any()))
    return {
        "condition permutation, one participant": float(np.mean(single)),
        "prevalence (global null)": float(np.mean(prevalent)),
    }


def power(noise: Noise, n_studies: int, seed: int) -> dict[str, list[float]]:
    """Share of a planted region's voxels that are found, against Cohen's d."""
    centre = np.argwhere(noise.mask)[int(noise.mask.sum()) // 2]
    distance = np.linalg.norm((np.argwhere(noise.mask) - centre) * VOXEL_MM, axis=1)
    region = distance <= 16
    found: dict[str, list[float]] = {name: [] for name in TESTS}
    for level, effect in enumerate(EFFECTS):
        shares: dict[str, list[float]] = {name: [] for name in TESTS}
        for number in progress(n_studies, f"power, d = {effect}"):
            data = noise.draw(N_PARTICIPANTS, np.random.default_rng([seed, 3, level, number]))
            data[:, region] += effect
            for name, p in group_tests(data[:, None], noise.mask, seed + number).items():
                shares[name].append(float((p[0, 0, region] <= ALPHA).mean()))
        for name in TESTS:
            found[name].append(float(np.mean(shares[name])))
    return found


def distance_bias(noise: Noise, n_studies: int, seed: int) -> dict[str, tuple[float, float]]:
    """Mean distance of conditions without signal, and its standard error over studies."""
    around = spheres(noise.mask, noise.affine, 16.5)
    first = len(around) // 2
    means: dict[str, list[float]] = {"squared_euclidean": [], "crossnobis": []}
    for number in progress(n_studies, "distance bias"):
        rng = np.random.default_rng([seed, 4, number])
        betas = noise.draw(4 * 6, rng).reshape(4, 6, -1)
        for name in means:
            rdms, valid = tile_rdms(arrange(betas, name), around, first)
            means[name].append(float(rdms[valid][:TILE].mean()))
    return {
        name: (float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))))
        for name, values in means.items()
    }


def progress(n: int, label: str) -> Iterator[int]:
    """Numbers 0 … n - 1 with a progress bar on a terminal."""
    return iter(tqdm(range(n), desc=label, mininterval=5, disable=None))


def plot(
    errors: dict[str, float], found: dict[str, list[float]], n_studies: int, path: Path
) -> None:
    """Error rates with the binomial interval of 5 %, and power curves."""
    low, high = binomial_interval(n_studies)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.6), width_ratios=(3, 2))
    names = list(errors)[::-1]
    left.axvspan(
        100 * low, 100 * high, color="0.88", label=f"95 % interval of 5 %, n = {n_studies}"
    )
    left.axvline(5, color="0.4", linewidth=0.8)
    left.plot([100 * errors[name] for name in names], names, "o", color="#0072B2")
    left.set(xlabel="null studies with a finding (%)", xlim=(0, 10))
    left.legend(loc="upper right", frameon=False, fontsize=8)
    for name, colour in zip(TESTS, ("#0072B2", "#D55E00", "#009E73"), strict=True):
        right.plot(EFFECTS, [100 * share for share in found[name]], "o-", color=colour, label=name)
    right.set(xlabel="Cohen's d in the region", ylabel="voxels found (%)", ylim=(0, 103))
    right.legend(frameon=False, fontsize=8)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150, metadata={"Software": None})
    plt.close(figure)


def binomial_interval(n: int) -> tuple[float, float]:
    """Central 95 % interval of the share of errors at a true rate of ALPHA."""
    return binom.ppf(0.025, n, ALPHA) / n, binom.ppf(0.975, n, ALPHA) / n


def verdict(rate: float, n: int) -> str:
    """Whether an error rate lies inside the binomial interval of 5 %."""
    low, high = binomial_interval(n)
    return "below" if rate < low else "ABOVE" if rate > high else "yes"


def text(
    errors: dict[str, float],
    bias: dict[str, tuple[float, float]],
    found: dict[str, list[float]],
    n_studies: int,
) -> str:
    """The page docs/calibration.md."""
    low, high = binomial_interval(n_studies)
    rows = "\n".join(
        f"| {name} | {100 * rate:.1f} | {verdict(rate, n_studies)} |"
        for name, rate in errors.items()
    )
    biases = "\n".join(f"| {n} | {m:.4f} | {e:.4f} |" for n, (m, e) in bias.items())
    powers = "\n".join(
        f"| {name} | " + " | ".join(f"{100 * share:.0f}" for share in found[name]) + " |"
        for name in TESTS
    )
    heads = " | ".join(f"d = {effect}" for effect in EFFECTS)
    return f"""# Calibration study

Made by `make calibration` ({n_studies} simulated null studies). {N_PARTICIPANTS} participants,
{N_LAYERS} layers that correlate at .5, the MNI152 mask at {VOXEL_MM} mm, {N_FLIPS} sign flips;
noise with a mixed spatial autocorrelation ({GAUSSIAN_SHARE:.0%} Gaussian, the rest exponential
with {EXPONENTIAL_MM:.0f} mm) and participants of unequal variance. Cluster mass forms clusters at
p < .001. Condition permutation: 12 conditions, {N_ORDERS} orders.

![error rates and power](calibration.png)

## Null studies with any finding at 5 %

The 95 % binomial interval of 5 % is {100 * low:.1f} to {100 * high:.1f} %. A test below it is
conservative: tests over all layers when another layer decides, and statistics with many ties
(no cluster at all).

| test | % | inside |
|---|---|---|
{rows}

## Distance of conditions without signal

| distance | mean | standard error |
|---|---|---|
{biases}

## Power: voxels found in a planted sphere of 16 mm (%)

| test | {heads} |
|---|{"---|" * len(EFFECTS)}
{powers}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20210507)
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    noise, n = Noise(), options.studies
    with threadpool_limits(1):
        errors = group_errors(noise, n, options.seed)
        errors |= permutation_errors(noise, n, options.seed)
        bias = distance_bias(noise, max(20, n // 5), options.seed)
        found = power(noise, max(10, n // 20), options.seed)
    plot(errors, found, n, options.docs / "calibration.png")
    page = text(errors, bias, found, n)
    write_text(options.docs / "calibration.md", page)
    print(page)


if __name__ == "__main__":
    main()
