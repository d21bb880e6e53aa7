"""t maps of single runs without signal: how many voxels pass p < .05, by noise model."""

import numpy as np
from scipy.stats import t as t_distribution

from benchmarks.calibration.noise import Noise
from crossmodal.bold.model.design import event_regressor, high_pass_basis
from crossmodal.bold.model.glm import Design, t_map

MODELS = ("ar1", "fast", "white")
# Repetition time (s), volumes, correlation of successive volumes, share of white noise.
RUNS = (
    (0.5, 480, 0.9, 0.0),
    (0.5, 480, 0.9, 0.4),
    (1.0, 300, 0.8, 0.0),
    (1.0, 300, 0.8, 0.4),
    (2.0, 200, 0.35, 0.0),
    (2.0, 200, 0.65, 0.4),
)
N_VOXELS, BURN_IN = 2000, 200
EVENT_S, INTERVAL_S = 3.0, 8.0


def named(run: tuple[float, int, float, float], model: str) -> str:
    """'0.5 s | 480 | 0.9 | 40% | fast', the cells of the page's row."""
    repetition_s, n_volumes, correlation, white = run
    return f"{repetition_s:g} s | {n_volumes} | {correlation:g} | {white:.0%} | {model}"


def t_null(_: Noise, seed: int, number: int) -> dict[str, float]:
    """Share of voxels with two-sided p < .05 for a difference of two conditions, by model."""
    rng = np.random.default_rng([seed, number, 77])
    rates = {}
    for run in RUNS:
        model, series = design(run, rng), series_of(run, rng)
        for noise in MODELS:
            t, freedom = t_map(series, model, np.array([1.0, -1.0]), noise)
            rates[named(run, noise)] = float(
                np.mean(2 * t_distribution.sf(np.abs(t), freedom) < 0.05)
            )
    return rates


def design(run: tuple[float, int, float, float], rng: np.random.Generator) -> Design:
    """Two conditions at random times."""
    repetition_s, n, _, _ = run
    onsets = np.arange(4.0, n * repetition_s - 12, INTERVAL_S)
    onsets = rng.permutation(onsets + rng.uniform(0, INTERVAL_S - EVENT_S, len(onsets)))
    columns = [
        event_regressor(np.sort(part), np.full(len(part), EVENT_S), n, repetition_s)
        for part in np.array_split(onsets, 2)
    ]
    slow = high_pass_basis(n, repetition_s, 128.0)
    conditions, nuisance = np.stack(columns, axis=1), np.zeros((n, 0))
    return Design(conditions, nuisance, slow, ("a", "b"), "run", repetition_s)


def series_of(run: tuple[float, int, float, float], rng: np.random.Generator) -> np.ndarray:
    """AR(1) and white noise of total variance 1, mean 100, float32 (volume, voxel)."""
    _, n, correlation, white = run
    series = rng.standard_normal((n + BURN_IN, N_VOXELS), dtype=np.float32)
    for t in range(1, len(series)):
        series[t] += correlation * series[t - 1]
    series *= np.sqrt((1 - white) * (1 - correlation**2))
    added = rng.standard_normal((n, N_VOXELS), dtype=np.float32)
    return 100 + series[BURN_IN:] + np.float32(np.sqrt(white)) * added


def section(rates: dict[str, np.ndarray]) -> str:
    """The page's section; one row a run and model."""
    rows = "\n".join(
        f"| {name} | {100 * rate.mean():.1f} | {100 * rate.std(ddof=1) / np.sqrt(len(rate)):.1f} |"
        for name, rate in rates.items()
    )
    n_studies = len(next(iter(rates.values())))
    return f"""
## t maps of one run without signal ({n_studies} runs each, {N_VOXELS} voxels)

Voxels with p < .05, two-sided, for a difference of two conditions at random times, by
`scans.glm.noise`. `lag 1`: correlation of successive volumes of the
autoregressive part, `white`: share of white noise in the variance. AR(1) as SPM's is an expansion
about .2 and fails where volumes follow each other quickly, `fast` holds.

| TR | volumes | lag 1 | white | model | found (%) | standard error |
|---|---|---|---|---|---|---|
{rows}
"""
