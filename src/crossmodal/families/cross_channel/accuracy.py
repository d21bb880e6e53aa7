"""Accuracy of a regime over seeds and folds, with chance and bootstrap intervals."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.training import Training
from crossmodal.families.training.parts import one_actor_classes

KINDS = ("cross_validated", "pool_only", "in_sample")
N_BOOTSTRAPS = 2000


def clip_predictions(trainings: Sequence[Training]) -> pd.DataFrame:
    """One row per seed, kind and clip: seed, kind, fold, stimulus_id, label, predicted."""
    rows = [
        pd.DataFrame(
            {
                "seed": training.seed,
                "kind": item.kind,
                "fold": item.fold,
                "stimulus_id": item.stimulus_ids,
                "label": item.labels,
                "predicted": item.predicted,
            }
        )
        for training in trainings
        for item in training.predictions
    ]
    return pd.concat(rows, ignore_index=True)


def accuracy_per_fold(trainings: Sequence[Training]) -> pd.DataFrame:
    """One row per seed, kind and fold: seed, kind, fold, n, chance, accuracy."""
    frame = clip_predictions(trainings)
    frame["accuracy"] = (frame.label == frame.predicted).astype(float)
    table = frame.groupby(["kind", "seed", "fold"], sort=False).accuracy.agg(["size", "mean"])
    table = table.reset_index().rename(columns={"size": "n", "mean": "accuracy"})
    table["chance"] = 1 / len(trainings[0].classes)
    return table[["seed", "kind", "fold", "n", "chance", "accuracy"]]


def accuracy_summary(
    trainings: Sequence[Training], table: StimulusTable, regime: str, seed: int
) -> pd.DataFrame:
    """One row per kind of accuracy.

    Columns: regime, kind, n_seeds, n_clips, chance, mean and sd over seeds, best_by_validation
    (the seed that validation parts choose), best_of_seeds (chosen by the very accuracy it
    reports, as the paper does: optimistic), ci_low and ci_high (95 %, of the mean over seeds).
    """
    frame = clip_predictions(trainings)
    frame["correct"] = (frame.label == frame.predicted).astype(float)
    validation = [training.validation_accuracy or 0.0 for training in trainings]
    chosen = trainings[int(np.argmax(validation))].seed
    rows = []
    for kind in [kind for kind in KINDS if kind in set(frame.kind)]:
        part = frame[frame.kind == kind]
        by_seed = part.groupby("seed").correct.mean()
        by_clip = part.groupby("stimulus_id").correct.mean().reindex(table.stimulus_ids)
        # Where actors are held out, only their clips are tested.
        tested = by_clip.notna().to_numpy()
        clips = by_clip.to_numpy()[tested]
        part_table = replace(table, frame=table.frame[tested].reset_index(drop=True))
        low, high = bootstrap_interval(clips, part_table, regime, seed)
        rows.append(
            {
                "regime": regime,
                "kind": kind,
                "n_seeds": len(by_seed),
                "n_clips": len(clips),
                "chance": 1 / len(trainings[0].classes),
                "mean": by_seed.mean(),
                "sd": by_seed.std(ddof=1) if len(by_seed) > 1 else np.nan,
                "best_by_validation": by_seed[chosen],
                "best_of_seeds": by_seed.max(),
                "ci_low": low,
                "ci_high": high,
            }
        )
    return pd.DataFrame(rows)


def bootstrap_interval(
    correct: np.ndarray, table: StimulusTable, regime: str, seed: int, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the mean of ``correct`` (clip,), resampling clips by their structure.

    Clips of one actor or one emotion are not independent, so levels of these factors are
    drawn with replacement, each factor on its own, and a clip counts as often as the product
    of its levels (the pigeonhole bootstrap of Owen 2007, 10.1214/07-AOAS122). The factor that
    the regime classifies is fixed: its levels are the question, not a sample; so are actors where
    one alone has a class. Actors are drawn within gender.

    Draws that leave no clip of an incomplete design take no part.

    # ASSUME: the two statements are fixed too; two levels cannot be resampled.
    """
    rng = np.random.default_rng(seed)
    weights = np.ones((N_BOOTSTRAPS, len(correct)))
    if not one_actor_classes(table, regime):
        for _, rows in table.frame.groupby("gender", sort=True):
            weights[:, rows.index] *= _level_counts(rows.identity, rng)
    if regime != "emotion":
        weights *= _level_counts(table.frame.emotion, rng)
    weights = weights[weights.any(axis=1)]
    means = weights @ correct / weights.sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _level_counts(labels: pd.Series, rng: np.random.Generator) -> np.ndarray:
    """How often each clip's level was drawn, (bootstrap, clip)."""
    codes, levels = pd.factorize(labels, sort=True)
    counts = rng.multinomial(len(levels), np.full(len(levels), 1 / len(levels)), N_BOOTSTRAPS)
    return counts[:, codes]


def confusion_table(trainings: Sequence[Training]) -> pd.DataFrame:
    """One row per kind, label and prediction: n (summed over seeds) and share of the label."""
    frame = clip_predictions(trainings)
    classes = trainings[0].classes
    rows = []
    for kind, part in frame.groupby("kind", sort=False):
        counts = pd.crosstab(part.label, part.predicted).reindex(
            index=classes, columns=classes, fill_value=0
        )
        for label in classes:
            total = counts.loc[label].sum()
            for predicted in classes:
                n = int(counts.loc[label, predicted])
                rows.append((kind, label, predicted, n, n / total if total else np.nan))
    return pd.DataFrame(rows, columns=["kind", "label", "predicted", "n", "share"])


def learning_curves(trainings: Sequence[Training]) -> pd.DataFrame:
    """One row per stage, seed, fit and epoch: chance, all metrics, whether it was selected."""
    rows = [
        {"stage": training.stage, "seed": training.seed, "fit": fit.name}
        | {"chance": 1 / len(training.classes)}
        | row
        | {"selected": int(row["epoch"]) == fit.selected_epoch}
        for training in trainings
        for fit in training.fits
        for row in fit.epochs
    ]
    return pd.DataFrame(rows)
