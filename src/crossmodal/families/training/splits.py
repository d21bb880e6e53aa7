"""Parts of a stimulus set for training, validation and test."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable

VALIDATION_SHARE = 0.2
FACTORS = ("identity", "emotion")


def design_columns(table: StimulusTable, n_columns: int, seed: int) -> np.ndarray:
    """Column of each clip in a Latin square of actors and emotions, int (clip,).

    Actors and emotions are numbered in an order drawn from ``seed``; clip (a, e) is in
    column (a + e) mod ``n_columns``, both statements together, so that the twin of a clip is
    never in another part. With as many columns as there are actors or emotions (whichever are
    fewer), each column of a complete design holds every actor and every emotion.
    """
    rng = np.random.default_rng(seed)
    return sum(_shuffled_codes(table.frame[name], rng) for name in FACTORS) % n_columns


def _shuffled_codes(labels: pd.Series, rng: np.random.Generator) -> np.ndarray:
    codes = pd.factorize(labels, sort=True)[0]
    return rng.permutation(codes.max() + 1)[codes]


def _n_columns(table: StimulusTable, n_folds: int) -> int:
    return max(n_folds, min(table.frame[name].nunique() for name in FACTORS))


def balanced_folds(table: StimulusTable, n_folds: int, seed: int) -> np.ndarray:
    """Fold of each clip, int (clip,), balanced over actor, emotion and statement.

    Folds are sets of columns of the Latin square; equally large where ``n_folds`` divides
    the number of emotions.

    Raises
    ------
    InputError : fewer clips than folds, or a fold without clips
    """
    _require_folds(n_folds)
    if len(table.frame) < n_folds:
        expected = f"at least {n_folds} clips for {n_folds} folds"
        raise InputError(table.source, "rows", expected, len(table.frame))
    folds = design_columns(table, _n_columns(table, n_folds), seed) % n_folds
    if empty := set(range(n_folds)) - set(folds.tolist()):
        expected = f"clips in each of {n_folds} folds"
        raise InputError(table.source, "folds", expected, f"none in {sorted(empty)}")
    return folds


def _require_folds(n_folds: int) -> None:
    if n_folds < 2:
        raise InputError("config", "n_folds", "2 or more", n_folds)


def actor_folds(table: StimulusTable, n_folds: int, seed: int) -> np.ndarray:
    """Fold of each clip with all clips of an actor in one fold, genders spread evenly.

    Raises
    ------
    InputError : fewer actors than folds
    """
    _require_folds(n_folds)
    if len(table.actors) < n_folds:
        expected = f"at least {n_folds} actors for {n_folds} folds"
        raise InputError(table.source, "identity", expected, len(table.actors))
    rng = np.random.default_rng(seed)
    actors = table.frame.drop_duplicates("identity").sort_values(["gender", "identity"])
    by_gender = [rng.permutation(part.identity) for _, part in actors.groupby("gender")]
    # The second gender goes on where the first ended, so that fold sizes differ by one at most.
    fold_of = {actor: i % n_folds for i, actor in enumerate(np.concatenate(by_gender))}
    return table.frame.identity.map(fold_of).to_numpy()


def validation_actors(table: StimulusTable, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a training and of a validation part that share no actor (about a fifth).

    Raises
    ------
    InputError : one actor only
    """
    if len(table.actors) < 2:
        expected = "at least 2 actors, one to train on and one for validation"
        raise InputError(table.source, "identity", expected, table.actors)
    n_folds = min(round(1 / VALIDATION_SHARE), len(table.actors))
    folds = actor_folds(table, n_folds, seed)
    return np.flatnonzero(folds != 0), np.flatnonzero(folds == 0)


def validation_columns(
    table: StimulusTable, n_folds: int, seed: int, rows: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Split rows (default: all) into a training and a validation part (about a fifth).

    The validation part is made of columns of the same Latin square as ``balanced_folds``.
    """
    rows = np.arange(len(table.frame)) if rows is None else rows
    columns = design_columns(table, _n_columns(table, n_folds), seed)[rows]
    left = np.unique(columns)
    chosen = left[: max(1, round(VALIDATION_SHARE * len(left)))]
    return rows[~np.isin(columns, chosen)], rows[np.isin(columns, chosen)]


def require_classes(
    table: StimulusTable, rows: np.ndarray, regime: str, classes: Sequence[str], part: str
) -> None:
    """Raise where a part of the clips lacks a class of the regime.

    Raises
    ------
    InputError : names the part and the missing classes
    """
    if missing := sorted(set(classes) - set(table.frame[regime].iloc[rows])):
        got = f"no {missing}" if len(rows) else "no clip at all"
        expected = f"clips of each of {len(classes)} classes"
        raise InputError(table.source, f"{regime} in {part}", expected, got)


def classes_missing(table: StimulusTable, rows: np.ndarray, regime: str) -> list[str]:
    """Classes of the table's regime that some of its rows do not have."""
    labels = table.frame[regime]
    return sorted(set(labels) - set(labels.iloc[rows]))
