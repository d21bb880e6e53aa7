"""Tables 1-4: what our networks reach, fold by fold, beside what was published."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crossmodal.contracts.training import Predictions, Training
from crossmodal.mrpn.published import row_values
from crossmodal.mrpn.variants import VARIANTS

PUBLISHED_ROWS = {
    "audio_nt": (1, "AM(NT)"),
    "audio_t": (1, "AM(T)"),
    "video_nt": (1, "VM(NT)"),
    "video_t": (1, "VM(T)"),
    "n0_nt": (1, "JM(NT)"),
    "n0": (2, "N0"),
    "n1": (2, "N1"),
    "n2": (2, "N2"),
}


def fold_table(
    trainings: Mapping[str, Sequence[Training]], published: pd.DataFrame, compare: bool
) -> pd.DataFrame:
    """One row per variant, seed and fold.

    Columns: variant, label, seed, fold, n, accuracy, low, high (95 % Wilson), chance,
    published (same fold name, RAVDESS), where ``compare`` says the clips are RAVDESS.
    """
    rows = []
    for variant, per_seed in trainings.items():
        printed = published_row(published, variant) if compare else pd.Series(dtype=float)
        for training in per_seed:
            for item in training.predictions_of("cross_validated"):
                low, high = wilson_interval(item.accuracy, len(item.labels))
                rows.append(
                    {
                        "variant": variant,
                        "label": VARIANTS[variant].label,
                        "seed": training.seed,
                        "fold": item.fold,
                        "n": len(item.labels),
                        "accuracy": item.accuracy,
                        "low": low,
                        "high": high,
                        "chance": chance_level(item),
                        "published": printed.get(item.fold, np.nan) / 100,
                    }
                )
    return pd.DataFrame(rows)


def published_row(published: pd.DataFrame, variant: str) -> pd.Series:
    """Printed RAVDESS percentages of a variant, by fold."""
    table, row = PUBLISHED_ROWS[variant]
    return row_values(published, table, row)


def summary_table(folds: pd.DataFrame, seed: int, n_resamples: int = 2000) -> pd.DataFrame:
    """Table 4: per variant mean accuracy and a 95 % bootstrap interval over folds.

    Seeds are averaged within a fold first. ``published`` is the mean of the printed folds of
    the same names, so that both means are over the same actors.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for (variant, label), part in folds.groupby(["variant", "label"], sort=False):
        per_fold = part.groupby("fold", sort=False)[["accuracy", "published"]].mean()
        values = per_fold.accuracy.to_numpy()
        means = values[rng.integers(0, len(values), (n_resamples, len(values)))].mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        rows.append(
            {
                "variant": variant,
                "label": label,
                "n_folds": len(values),
                "n_seeds": part.seed.nunique(),
                "n_clips": int(part.groupby("fold").n.first().sum()),
                "accuracy": values.mean(),
                "low": low,
                "high": high,
                "chance": part.chance.mean(),
                "published": per_fold.published.mean(),
            }
        )
    return pd.DataFrame(rows)


def paired_difference(
    folds: pd.DataFrame, first: str, second: str, seed: int, n_resamples: int = 2000
) -> dict[str, float]:
    """Mean of accuracy(first) - accuracy(second) over folds and seeds, with a 95 % interval.

    Pairs are (seed, fold); folds (actors) are resampled, and all seeds of a fold with it.
    """
    wide = folds.pivot_table(index=["fold", "seed"], columns="variant", values="accuracy")
    per_fold = (wide[first] - wide[second]).groupby("fold").mean().to_numpy()
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(per_fold), (n_resamples, len(per_fold)))
    low, high = np.quantile(per_fold[drawn].mean(axis=1), [0.025, 0.975])
    return {"difference": float(per_fold.mean()), "low": float(low), "high": float(high)}


def wilson_interval(share: float, n: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % interval of a share of ``n`` cases (Wilson 1927)."""
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float(centre - half), float(centre + half)


def chance_level(predictions: Predictions) -> float:
    """Accuracy of always naming the most frequent class of the test clips."""
    _, counts = np.unique(predictions.labels, return_counts=True)
    return float(counts.max() / counts.sum())
