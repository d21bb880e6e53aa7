"""The page and the figure of the calibration study."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy.stats import binom

from benchmarks.calibration import noise, studies
from crossmodal.contracts.atomic import atomic_path

mpl.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

Outcomes = Mapping[str, np.ndarray]
COLOURS = dict(zip(studies.TESTS, ("#0072B2", "#D55E00", "#009E73"), strict=True))
TITLES = {"max_t": "max-T", "tfce": "TFCE", "cluster_mass": "cluster mass"}


def titled(name: str) -> str:
    """'tfce, one layer' -> 'TFCE, one layer'."""
    head, _, tail = name.partition(", ")
    return f"{TITLES.get(head, head)}, {tail}" if tail else TITLES.get(head, head)


def binomial_interval(n: int, level: float = studies.ALPHA) -> tuple[float, float]:
    """Central 95 % interval of the share of errors at a true rate of ``level``."""
    return binom.ppf(0.025, n, level) / n, binom.ppf(0.975, n, level) / n


def interval_of(name: str, errors: np.ndarray) -> tuple[float, float]:
    """The interval of one test, at the level that it can reach."""
    return binomial_interval(len(errors), studies.LEVELS.get(name, studies.ALPHA))


def verdict(name: str, errors: np.ndarray) -> str:
    """Whether an error rate lies inside its interval."""
    low, high = interval_of(name, errors)
    return "below" if errors.mean() < low else "ABOVE" if errors.mean() > high else "yes"


def power_curves(power: Outcomes) -> dict[str, list[float]]:
    """Test -> share of voxels found (%), one per effect."""
    return {
        name: [100 * float(power[f"{name}, d = {effect}"].mean()) for effect in studies.EFFECTS]
        for name in studies.TESTS
    }


def plot(errors: Outcomes, power: Outcomes, path: Path) -> None:
    """Error rates with the binomial interval of 5 %, and power curves."""
    height = 1.1 + 0.22 * len(errors)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, height), width_ratios=(3, 2))
    names = list(errors)[::-1]
    for row, name in enumerate(names):
        low, high = interval_of(name, errors[name])
        left.fill_betweenx([row - 0.4, row + 0.4], 100 * low, 100 * high, color="0.87", lw=0)
    left.axvline(5, color="0.4", linewidth=0.8)
    left.plot([100 * errors[name].mean() for name in names], range(len(names)), "o",
              color="#0072B2")  # fmt: skip
    left.set_yticks(range(len(names)), [titled(name) for name in names])
    left.set(xlabel="null studies with a finding (%)", xlim=(0, 10))
    for name, shares in power_curves(power).items():
        right.plot(studies.EFFECTS, shares, "o-", color=COLOURS[name], label=TITLES[name])
    right.set(xlabel="Cohen's d in the region", ylabel="its voxels found (%)", ylim=(0, 103))
    right.legend(frameon=False)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150, metadata={"Software": None})
    plt.close(figure)


def text(errors: Outcomes, bias: Outcomes, power: Outcomes) -> str:
    """The page docs/calibration.md."""
    rows = "\n".join(_error_row(name, hits) for name, hits in errors.items())
    biases = "\n".join(
        f"| {name} | {v.mean():.4f} | {v.std(ddof=1) / np.sqrt(len(v)):.4f} |"
        for name, v in bias.items()
    )
    powers = "\n".join(
        f"| {TITLES[name]} | " + " | ".join(f"{share:.0f}" for share in shares) + " |"
        for name, shares in power_curves(power).items()
    )
    heads = " | ".join(f"d = {effect}" for effect in studies.EFFECTS)
    n_power, n_bias = (len(next(iter(part.values()))) for part in (power, bias))
    return f"""# Calibration study

Made by `make calibration`, which goes on where it stopped.

Group tests: {noise.N_PARTICIPANTS} participants, {noise.N_LAYERS} layers that correlate at .5,
the MNI152 mask at {noise.VOXEL_MM} mm, {studies.N_FLIPS} sign flips, one-sided unless said;
noise with a mixed spatial autocorrelation ({noise.GAUSSIAN_SHARE:.0%} Gaussian with an SD of
{noise.GAUSSIAN_SD_MM:.0f} mm, the rest exponential with {noise.EXPONENTIAL_MM:.0f} mm; Cox et al.
2017) and participants of unequal variance. Cluster mass forms clusters at p < .001. Condition
permutation: {studies.N_CONDITIONS} conditions, two runs, two category models, {studies.N_ORDERS}
orders. Prevalence: {studies.N_PREVALENCE} participants with {studies.N_FIRST_LEVEL} orders each,
{studies.N_COMBINATIONS} combinations.

![error rates and power](calibration.png)

## Null studies with any finding at 5 %

Inside: the rate lies within the central 95 % binomial interval of the level (grey). The exact
test of six participants can only reach 3 / 64. FDR controls a share of findings, not their
presence; with no effect anywhere the two are the same, and Benjamini-Hochberg is conservative for
voxels that depend on each other.

| test | studies | level (%) | found (%) | interval (%) | inside |
|---|---|---|---|---|---|
{rows}

## Distance of conditions without signal ({n_bias} studies)

| distance | mean | standard error |
|---|---|---|
{biases}

## Power: voxels found in a planted sphere of {studies.REGION_MM} mm (%, {n_power} studies)

| test | {heads} |
|---|{"---|" * len(studies.EFFECTS)}
{powers}
"""


def _error_row(name: str, hits: np.ndarray) -> str:
    low, high = interval_of(name, hits)
    level = 100 * studies.LEVELS.get(name, studies.ALPHA)
    return (
        f"| {titled(name)} | {len(hits)} | {level:.1f} | {100 * hits.mean():.1f} | "
        f"{100 * low:.1f}–{100 * high:.1f} | {verdict(name, hits)} |"
    )
