"""Training, validation and test parts for any design: balanced where it can be, dealt elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.training.splits import (
    VALIDATION_SHARE,
    balanced_folds,
    classes_missing,
    validation_actors,
    validation_columns,
)

TAKE = ("identity", "emotion", "sentence")  # repetitions of one stay in one part where they can
Rows = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Fold:
    """Rows of the table for each use, int (clip,) each; no clip in two of them."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.train, self.validation, self.test))


def cross_validation(
    table: StimulusTable, regime: str, n_folds: int, seed: int, test_actors: Sequence[str] = ()
) -> list[Fold]:
    """Folds in which every part has every class of the regime.

    With ``test_actors`` there is one fold, whose test part is their clips and whose other parts
    are all other actors'. Else columns of the Latin square of actors and emotions, where every
    part of every fold then has every class; in other designs (few actors, unequal numbers of
    clips, labels that the square does not know) each class's takes are dealt out to the folds
    in turn, or its clips where there are fewer takes than folds.

    Raises
    ------
    InputError : one class only, or a class with too few clips for the folds
    """
    require_two_classes(table, regime)
    if test_actors:
        return [_held_out(table, regime, seed, test_actors)]
    rows = np.arange(len(table.frame))
    balanced = _first_complete(table, regime, [lambda: _square(table, n_folds, seed)])
    if balanced is not None:
        return balanced
    parts = dealt(table, regime, rows, n_folds, seed)
    folds = []
    for fold in range(n_folds):
        test, left = rows[parts == fold], rows[parts != fold]
        counts = table.frame[regime].iloc[left].value_counts()
        if single := sorted(counts.index[counts < 2]):
            field = f"{regime} in the validation part of fold {fold}"
            expected = "at least 2 clips of every class beside the test part, one to train on"
            raise InputError(table.source, field, expected, f"no {single} left for validation")
        folds.append(Fold(*validation_part(table, regime, left, seed), test))
    return folds


def _square(table: StimulusTable, n_folds: int, seed: int) -> list[Fold]:
    folds = balanced_folds(table, n_folds, seed)
    return [
        Fold(
            *validation_columns(table, n_folds, seed, np.flatnonzero(folds != fold)),
            np.flatnonzero(folds == fold),
        )
        for fold in range(n_folds)
    ]


def _held_out(table: StimulusTable, regime: str, seed: int, test_actors: Sequence[str]) -> Fold:
    field = "stimuli.test_actors"
    if unknown := sorted(set(test_actors) - set(table.actors)):
        raise InputError("config", field, f"actors of the study: {table.actors}", unknown)
    test = table.frame.identity.isin(test_actors).to_numpy()
    if test.all():
        raise InputError("config", field, "not all actors of the study", list(test_actors))
    left, rows = np.flatnonzero(~test), np.flatnonzero(test)
    known = set(table.frame[regime].iloc[left])
    if new := sorted(set(table.frame[regime].iloc[rows]) - known):
        expected = f"actors whose classes of {regime} others have too, for training"
        raise InputError("config", field, expected, f"{new}, of these actors only")
    return Fold(*validation_part(table, regime, left, seed), rows)


def pool_parts(table: StimulusTable, regime: str, n_folds: int, seed: int) -> Rows:
    """Training and validation part of the pool, both with every class.

    Validation actors are held out where that leaves every class in both parts; a class that one
    actor alone has (identity: every class) is divided by columns of the Latin square, or dealt.

    Raises
    ------
    InputError : one class only, or a class with one clip
    """
    require_two_classes(table, regime)
    makers: list[Callable[[], list[Rows]]] = [lambda: [validation_columns(table, n_folds, seed)]]
    if not one_actor_classes(table, regime):
        makers = [lambda: [validation_actors(table, seed)]]
    complete = _first_complete(table, regime, makers)
    if complete is not None:
        return complete[0]
    return validation_part(table, regime, np.arange(len(table.frame)), seed)


def one_actor_classes(table: StimulusTable, regime: str) -> list[str]:
    """Classes of a regime whose clips are all of one actor: all of them for identity."""
    n_actors = table.frame.groupby(regime, sort=True).identity.nunique()
    return n_actors.index[n_actors == 1].tolist()


def require_two_classes(table: StimulusTable, regime: str) -> None:
    """Refuse a regime without alternatives.

    Raises
    ------
    InputError : fewer than two classes
    """
    classes = sorted(set(table.labels(regime)))
    if len(classes) < 2:
        raise InputError(table.source, regime, "clips of at least 2 classes", f"only {classes}")


def require_same_labels(pool: StimulusTable, study_labels: Iterable[str], regime: str) -> None:
    """Raise unless the pool teaches the study's classes.

    Classes that belong to one actor each (identity) may differ: the head is swapped.

    Raises
    ------
    InputError : labels of one of the two sets that the other does not have
    """
    expected, got = sorted(set(study_labels)), sorted(set(pool.labels(regime)))
    if expected != got and one_actor_classes(pool, regime) != got:
        raise InputError(pool.source, regime, f"the study set's labels {expected}", got)


def _first_complete(
    table: StimulusTable, regime: str, makers: Sequence[Callable[[], list]]
) -> list | None:
    """The first division all of whose parts have all classes; None where there is none."""
    for make in makers:
        try:
            divided = make()
        except InputError:  # fewer actors or clips than it needs
            continue
        parts = [rows for division in divided for rows in division]
        if not any(classes_missing(table, rows, regime) for rows in parts):
            return divided
    return None


def validation_part(table: StimulusTable, regime: str, rows: np.ndarray, seed: int) -> Rows:
    """Divide rows into a training and a validation part (about a fifth of every class)."""
    least = int(table.frame[regime].iloc[rows].value_counts().min())
    n_parts = max(2, min(round(1 / VALIDATION_SHARE), least))
    parts = dealt(table, regime, rows, n_parts, seed)
    return rows[parts != 0], rows[parts == 0]


def dealt(
    table: StimulusTable, regime: str, rows: np.ndarray, n_parts: int, seed: int
) -> np.ndarray:
    """Part of each row, int (clip,): every class's takes, actor by actor, dealt out in turn.

    A take is everything of one actor, emotion and sentence. Where a class has fewer of these
    than there are parts, single clips are dealt: repetitions of a take may be in two parts.

    Raises
    ------
    InputError : a class with fewer clips than parts
    """
    frame = table.frame.iloc[rows]
    rng = np.random.default_rng(seed)
    for unit in (TAKE, ("identity", "stimulus_id")):
        keys = list(dict.fromkeys([regime, *unit]))
        units = frame[keys].drop_duplicates().reset_index(drop=True)
        units = units.iloc[rng.permutation(len(units))]
        # One stable order: class by class, in each the actors, in each of them as permuted.
        units = units.sort_values(list(dict.fromkeys([regime, "identity"])), kind="stable")
        if units[regime].value_counts().min() >= n_parts:
            part_of = dict(zip(units.itertuples(index=False, name=None),
                               np.arange(len(units)) % n_parts, strict=True))  # fmt: skip
            return np.array(
                [part_of[key] for key in frame[keys].itertuples(index=False, name=None)]
            )
    counts = frame[regime].value_counts()
    rare = min(counts.index[counts == counts.min()])
    expected = f"at least {n_parts} clips of every class, one for each of {n_parts} parts"
    raise InputError(table.source, regime, expected, f"{counts.min()} of {rare!r}")
