"""The baseline: an RBF support vector machine on utterance statistics, in the same folds."""

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from crossmodal.contracts.class_scores import ClassScores
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.training.splits import require_classes
from crossmodal.voices.svm_config import SvmConfig
from crossmodal.voices.training import REGIME, VoiceJob, fold_rows, rows_of_speakers


def svm_scores(
    statistics: pd.DataFrame,
    table: StimulusTable,
    config: SvmConfig,
    job: VoiceJob,
    standardise: str = "training",
) -> ClassScores:
    """Predictions for every clip by the machine that never saw its actor; scores are 0 or 1.

    ``statistics``: one row per clip, indexed by stimulus id. Features are z-scored with the
    training part's mean and SD; ``standardise='speaker'``: before that with each speaker's own,
    which takes all recordings, but no labels, of test speakers. ``job`` gives training set, number
    of folds and study seed.

    Raises
    ------
    InputError : a clip without statistics, a class missing from a training part, fewer training
        actors than inner folds
    """
    if missing := sorted(set(table.stimulus_ids) - set(statistics.index)):
        raise InputError(table.source, "statistics", "those of every clip", f"none: {missing[0]}")
    x = statistics.loc[table.stimulus_ids].to_numpy(copy=True)
    if standardise == "speaker":
        for rows in rows_of_speakers(table):
            x[rows] = StandardScaler().fit_transform(x[rows])
    labels, actors = np.array(table.labels(REGIME)), table.frame.identity.to_numpy()
    classes = tuple(sorted(set(labels.tolist())))
    predicted = np.empty(len(labels), dtype=labels.dtype)
    for fold in range(job.n_folds):
        train, test = fold_rows(table, replace(job, fold=fold))
        require_classes(table, train, REGIME, classes, f"the training part of {fold}")
        _require_inner_folds(table, actors[train], config)
        search = GridSearchCV(
            make_pipeline(StandardScaler(), SVC(kernel="rbf", class_weight="balanced")),
            {"svc__C": config.c, "svc__gamma": config.gamma},
            cv=GroupKFold(config.n_inner_folds),
            scoring="balanced_accuracy",
        )
        search.fit(x[train], labels[train], groups=actors[train])
        predicted[test] = search.predict(x[test])
        _log(search, job, fold, float((predicted[test] == labels[test]).mean()))
    one_hot = (predicted[:, None] == np.array(classes)).astype(np.float64)
    return ClassScores(tuple(table.stimulus_ids), tuple(labels.tolist()), classes, one_hot)


def _require_inner_folds(table: StimulusTable, actors: np.ndarray, config: SvmConfig) -> None:
    if len(set(actors)) < config.n_inner_folds:
        expected = f"at least {config.n_inner_folds} training actors for as many inner folds"
        raise InputError(table.source, "identity", expected, len(set(actors)))


def _log(search: GridSearchCV, job: VoiceJob, fold: int, share: float) -> None:
    best = search.best_params_
    logging.getLogger(__name__).info(
        "%s %s fold %d: C %g, gamma %g, inner recall %.3f; %.3f right",
        job.preset,
        job.train_set,
        fold,
        best["svc__C"],
        best["svc__gamma"],
        search.best_score_,
        share,
    )
