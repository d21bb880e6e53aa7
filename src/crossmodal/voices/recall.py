"""Unweighted average recall over classes, with bootstrap intervals over actors."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crossmodal.contracts.class_scores import ClassScores
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable

N_BOOTSTRAPS = 5000


def joined(parts: Sequence[ClassScores]) -> ClassScores:
    """The scores of several folds as one.

    Raises
    ------
    InputError : folds with other classes, or a clip in two of them
    """
    if len({part.classes for part in parts}) != 1:
        raise InputError(parts[0].source, "classes", "the same in all folds", "others")
    ids = tuple(i for part in parts for i in part.stimulus_ids)
    if len(set(ids)) != len(ids):
        raise InputError(parts[0].source, "stimulus_id", "each clip in one fold", "clips in two")
    labels = tuple(label for part in parts for label in part.labels)
    return ClassScores(ids, labels, parts[0].classes, np.concatenate([p.scores for p in parts]))


def ensemble(seeds: Sequence[ClassScores]) -> ClassScores:
    """Mean scores over seeds: one prediction per clip.

    Raises
    ------
    InputError : seeds with other clips
    """
    first = seeds[0]
    if any(item.stimulus_ids != first.stimulus_ids for item in seeds):
        raise InputError(first.source, "stimulus_id", "the same in all seeds", "others")
    mean = np.mean([item.scores for item in seeds], axis=0)
    return ClassScores(first.stimulus_ids, first.labels, first.classes, mean)


def counts(scores: ClassScores, table: StimulusTable) -> tuple[np.ndarray, np.ndarray]:
    """Right predictions and clips of each actor and class, (actor, class) each.

    ``table`` says which clips count and who speaks in them; actors in its order.
    """
    position = {stimulus_id: i for i, stimulus_id in enumerate(scores.stimulus_ids)}
    if missing := [i for i in table.stimulus_ids if i not in position]:
        raise InputError(
            scores.source, "stimulus_id", "scores of every clip", f"none: {missing[0]}"
        )
    rows = [position[i] for i in table.stimulus_ids]
    labels, predicted = (np.array(x)[rows] for x in (scores.labels, scores.predicted))
    actor = pd.Categorical(table.frame.identity, categories=table.actors).codes
    label = pd.Categorical(labels, categories=scores.classes).codes
    right, total = np.zeros((2, len(table.actors), len(scores.classes)))
    np.add.at(total, (actor, label), 1)
    np.add.at(right, (actor, label), labels == predicted)
    return right, total


def unweighted_recall(right: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Mean of right / total over the classes that have clips; (..., class) -> (...).

    A class that the test set, or a bootstrap's draw of its actors, lacks has no recall and takes
    no part. Chance stays 1 / number of classes, since all could be predicted.

    Raises
    ------
    InputError : no clip of any class
    """
    there = total > 0
    if not there.any(axis=-1).all():
        raise InputError("recall", "total", "clips of at least one class", "none")
    shares = np.divide(right, total, out=np.zeros(np.broadcast(right, total).shape), where=there)
    return shares.sum(axis=-1) / there.sum(axis=-1)


def bootstrap_recall(
    right: np.ndarray, total: np.ndarray, genders: Sequence[str], seed: int, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of the recall, actors drawn with replacement within gender.

    ``right``, ``total`` (actor, class). The folds' training parts are taken as they are.
    """
    rng = np.random.default_rng(seed)
    weights = np.zeros((N_BOOTSTRAPS, len(right)))
    for gender in sorted(set(genders)):
        members = np.flatnonzero(np.array(genders) == gender)
        weights[:, members] = rng.multinomial(
            len(members), np.full(len(members), 1 / len(members)), N_BOOTSTRAPS
        )
    recalls = unweighted_recall(weights @ right, weights @ total)
    low, high = np.quantile(recalls, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def recall_row(
    seeds: Sequence[ClassScores], table: StimulusTable, seed: int
) -> dict[str, float | int]:
    """n_seeds, n_clips, n_actors, chance, uar (mean over seeds), sd, ci_low, ci_high."""
    pairs = [counts(item, table) for item in seeds]
    right, total = np.mean([pair[0] for pair in pairs], axis=0), pairs[0][1]
    each = [float(unweighted_recall(r.sum(0), t.sum(0))) for r, t in pairs]
    by_actor = table.frame.drop_duplicates("identity")
    low, high = bootstrap_recall(right, total, by_actor.gender.tolist(), seed)
    return {
        "n_seeds": len(seeds),
        "n_clips": int(total.sum()),
        "n_actors": len(table.actors),
        "chance": 1 / len(seeds[0].classes),
        "uar": float(np.mean(each)),
        "sd": float(np.std(each, ddof=1)) if len(each) > 1 else np.nan,
        "ci_low": low,
        "ci_high": high,
    }


def confusion_shares(scores: ClassScores, table: StimulusTable) -> pd.DataFrame:
    """One row per label and prediction: n and the label's share; NaN of a label without clips."""
    found = pd.DataFrame({"label": scores.labels, "predicted": scores.predicted})
    chosen = found[pd.Index(scores.stimulus_ids).isin(table.stimulus_ids)]
    counted = pd.crosstab(chosen.label, chosen.predicted).reindex(
        index=scores.classes, columns=scores.classes, fill_value=0
    )
    rows = counted.stack().rename("n").reset_index()
    return rows.assign(share=rows.n / rows.label.map(counted.sum(axis=1)).to_numpy())


def confusion_table(
    methods: Mapping[tuple[str, str], Sequence[ClassScores]], tables: Mapping[str, StimulusTable]
) -> pd.DataFrame:
    """Confusions of every method trained on the very set it is tested on; seeds' mean scores."""
    parts = [
        confusion_shares(ensemble(seeds), tables[train_set]).assign(
            method=method, tested_on=train_set
        )
        for (method, train_set), seeds in methods.items()
    ]
    columns = ["method", "tested_on", "label", "predicted", "n", "share"]
    return pd.concat(parts, ignore_index=True)[columns]


def recall_table(
    methods: Mapping[tuple[str, str], Sequence[ClassScores]],
    tables: Mapping[str, StimulusTable],
    seed: int,
) -> pd.DataFrame:
    """One row per method, training set and test set; seeds alone and, if several, together.

    ``methods``: (method, training set) -> scores of all folds, one per seed; ``tables``: test
    set -> its clips. ``kind`` is 'single' (mean over seeds) or 'ensemble' (mean scores).
    """
    rows = []
    for (method, train_set), seeds in methods.items():
        kinds = {"single": seeds} | ({"ensemble": [ensemble(seeds)]} if len(seeds) > 1 else {})
        for kind, members in kinds.items():
            for test_set, table in tables.items():
                names = {"method": method, "kind": kind, "trained_on": train_set}
                row = recall_row(members, table, seed)
                rows.append(names | {"tested_on": test_set} | row | {"n_seeds": len(seeds)})
    return pd.DataFrame(rows)
