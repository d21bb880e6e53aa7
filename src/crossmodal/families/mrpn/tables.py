"""Tables 1-4: what our networks reach, fold by fold, beside what was published."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crossmodal.contracts.training import Predictions, Training
from crossmodal.families.mrpn.inputs import MrpnInputs
from crossmodal.families.mrpn.published import row_values
from crossmodal.families.mrpn.variants import BOTH, VARIANTS
from crossmodal.families.training.chance import LEVEL, chance_p

RAVDESS, CREMAD = "RAVDESS", "CREMA-D"
# Printed fold by fold, all with LSTMs as far as the paper says: data set -> variant -> place.
PUBLISHED_ROWS = {
    RAVDESS: {
        "audio_nt": (1, "AM(NT)"),
        "audio_t": (1, "AM(T)"),
        "video_nt": (1, "VM(NT)"),
        "video_t": (1, "VM(T)"),
        "n0_nt": (1, "JM(NT)"),
        "n0": (2, "N0"),
        "n1": (2, "N1"),
        "n2": (2, "N2"),
    },
    CREMAD: {"n0": (3, "N0"), "n1": (3, "N1"), "n2": (3, "N2")},
}
N_PUBLISHED_FOLDS = {RAVDESS: 12, CREMAD: 9}
# Rows of table 4, means over all folds, by network and aggregator.
# ASSUME: VA, 'video frames augmentation', and AO, 'audio overlapping', are random time slices and
# overlapping windows: N0's 87.55 with both is the mean of table 1's JM(T). IA ('image
# augmentation') and WO ('without audio overlapping') have no row of ours, because the paper does
# not say what else was on or off in them.
TABLE4_ROWS = {
    ("N0", "lstm"): "N0 LSTM, VA+AO",
    ("N2", "lstm"): "N2 LSTM, VA+AO",
    ("N2", "transformer"): "N2 Transformer, VA+AO",
}


def fold_table(
    trainings: Mapping[str, Sequence[Training]], published: pd.DataFrame, dataset: str | None
) -> pd.DataFrame:
    """One row per variant, seed and fold.

    Columns: variant, label, seed, fold, n, accuracy, low, high (95 % Wilson), chance,
    published (the same actors), where ``dataset`` says that the clips are RAVDESS; the paper
    does not say which of CREMA-D's actors are in which fold.
    """
    rows = []
    for variant, per_seed in trainings.items():
        for training in per_seed:
            printed = printed_folds(training, published, RAVDESS if dataset == RAVDESS else None)
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


def printed_folds(training: Training, published: pd.DataFrame, dataset: str | None) -> pd.Series:
    """Percentages that the paper prints for a variant, by fold; empty where it has none."""
    row = PUBLISHED_ROWS.get(dataset, {}).get(training.stage)
    if row is None or aggregator_of(training) != "lstm":
        return pd.Series(dtype=float)
    return row_values(published, *row, dataset)


def aggregator_of(training: Training) -> str:
    """How the steps of a modality became one vector in a training."""
    own = VARIANTS[training.stage].aggregator
    return own or training.config.get("network", {}).get("aggregator", "lstm")


def printed_in_table4(training: Training, published: pd.DataFrame, dataset: str) -> float:
    """Percentage of the row of table 4 with the same network, aggregator and options, or NaN."""
    variant, inputs = VARIANTS[training.stage], MrpnInputs(**training.config.get("inputs", {}))
    row = TABLE4_ROWS.get((variant.network, aggregator_of(training)))
    overlapping = inputs.window_hop_s < inputs.window_s
    if row is None or variant.modalities != BOTH or not (variant.time_slices and overlapping):
        return np.nan
    return float(row_values(published, 4, row, dataset).iloc[0])


def summary_table(
    folds: pd.DataFrame,
    trainings: Mapping[str, Sequence[Training]],
    published: pd.DataFrame,
    dataset: str | None,
    seed: int,
) -> pd.DataFrame:
    """Table 4: per variant mean accuracy and a 95 % bootstrap interval over folds.

    Seeds are averaged within a fold first. ``published`` is the mean of the printed folds: of
    those with the same actors (RAVDESS), or of all (CREMA-D, where ours are as many).
    ``published_table4`` is what table 4 says, where our folds are as many as the paper's.
    ``seeds_at_chance``: seeds whose final network, whose layers the RDMs are of, did not learn.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for (variant, label), part in folds.groupby(["variant", "label"], sort=False):
        per_fold = part.groupby("fold", sort=False)[["accuracy", "published"]].mean()
        values = per_fold.accuracy.to_numpy()
        low, high = bootstrap_interval(values, rng)
        mean = per_fold.published.mean()
        table4, training = np.nan, trainings[variant][0]
        if dataset is not None and len(values) == N_PUBLISHED_FOLDS[dataset]:
            table4 = printed_in_table4(training, published, dataset) / 100
            mean = printed_folds(training, published, dataset).mean() / 100
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
                "published": mean,
                "published_table4": table4,
                "seeds_at_chance": ", ".join(map(str, seeds_at_chance(trainings[variant]))),
            }
        )
    return pd.DataFrame(rows)


def seeds_at_chance(trainings: Sequence[Training]) -> list[int]:
    """Seeds whose final network is at chance on the study's clips, which it was trained on."""
    found = []
    for training in trainings:
        for item in training.predictions_of("in_sample"):
            labels, predicted = np.array(item.labels), np.array(item.predicted)
            _, counts = np.unique(labels, return_counts=True)
            if chance_p(int((labels == predicted).sum()), len(labels), int(counts.max())) >= LEVEL:
                found.append(training.seed)
    return found


def bootstrap_interval(
    values: np.ndarray, rng: np.random.Generator, n_resamples: int = 2000
) -> tuple[float, float]:
    """95 % interval of the mean of values (fold,), folds resampled."""
    means = values[rng.integers(0, len(values), (n_resamples, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


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
