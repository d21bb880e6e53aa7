"""Folds are balanced, disjoint and never without a class."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.training import splits
from tests.unit.network_clips import stimulus_table

STUDY = stimulus_table(range(1, 7))
POOL = stimulus_table(range(7, 21))


@given(st.sampled_from([2, 3, 6]), st.integers(0, 1000))
def test_each_fold_is_balanced_over_actor_emotion_and_statement(n_folds, seed):
    folds = splits.balanced_folds(STUDY, n_folds, seed)
    assert np.bincount(folds).tolist() == [72 // n_folds] * n_folds
    for factor in ("identity", "emotion", "sentence"):
        counts = pd.crosstab(folds, STUDY.frame[factor]).to_numpy()
        assert (counts == counts[0, 0]).all()


@given(st.integers(2, 12), st.integers(0, 100))
def test_both_statements_of_an_actor_and_emotion_share_a_fold(n_folds, seed):
    folds = pd.Series(splits.balanced_folds(POOL, n_folds, seed))
    pairs = folds.groupby([POOL.frame.identity, POOL.frame.emotion]).nunique()
    assert pairs.max() == 1


@given(st.sampled_from([2, 3, 4, 5, 6]), st.integers(0, 100))
def test_training_validation_and_test_parts_are_disjoint_and_have_all_classes(n_folds, seed):
    folds = splits.balanced_folds(STUDY, n_folds, seed)
    for fold in range(n_folds):
        left = np.flatnonzero(folds != fold)
        train, validation = splits.validation_columns(STUDY, n_folds, seed, left)
        assert sorted([*train, *validation]) == left.tolist()
        for regime in ("emotion", "identity", "gender", "sentence"):
            classes = sorted(set(STUDY.labels(regime)))
            for rows in (train, validation, np.flatnonzero(folds == fold)):
                splits.require_classes(STUDY, rows, regime, classes, "a part")


@given(st.integers(2, 7), st.integers(0, 100))
def test_actor_folds_keep_actors_together_and_genders_apart(n_folds, seed):
    folds = pd.Series(splits.actor_folds(POOL, n_folds, seed))
    assert folds.groupby(POOL.frame.identity).nunique().max() == 1
    actors = POOL.frame.assign(fold=folds).drop_duplicates("identity")
    counts = pd.crosstab(actors.fold, actors.gender)
    assert (counts.max() - counts.min()).max() <= 1
    assert np.ptp(counts.sum(axis=1)) <= 1


def test_validation_actors_are_not_trained_on():
    train, validation = splits.validation_actors(POOL, 3)
    actors = [set(POOL.frame.identity.iloc[rows]) for rows in (train, validation)]
    assert not actors[0] & actors[1]
    assert len(actors[1]) == 3


def test_fewer_clips_than_folds_are_refused():
    table = StimulusTable(STUDY.frame.head(4), "study.tsv")
    with pytest.raises(InputError, match=r"study.tsv: rows: expected at least 5 clips .* got 4"):
        splits.balanced_folds(table, 5, 0)


def test_a_fold_without_clips_is_refused():
    table = StimulusTable(STUDY.frame[STUDY.frame.emotion == "happy"], "study.tsv")
    table = StimulusTable(table.frame[table.frame.identity < "03"], "study.tsv")
    with pytest.raises(InputError, match="folds: expected clips in each of 4 folds"):
        splits.balanced_folds(table, 4, 0)


def test_fewer_actors_than_folds_are_refused():
    with pytest.raises(InputError, match="identity: expected at least 8 actors .* got 6"):
        splits.actor_folds(STUDY, 8, 0)


def test_a_class_missing_from_a_part_is_named():
    rows = np.flatnonzero(STUDY.frame.emotion != "angry")
    with pytest.raises(InputError, match=r"emotion in the test part of fold 1: .* no \['angry'\]"):
        splits.require_classes(
            STUDY, rows, "emotion", ["angry", "happy"], "the test part of fold 1"
        )
