"""Parts of any design: disjoint, complete, with every class, or a refusal with the remedy."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.families.training import parts, splits
from tests.unit.network_clips import stimulus_table

STUDY = stimulus_table(range(1, 7))
REGIMES = ("emotion", "identity", "gender", "sentence")


def table_of(rows: list[dict[str, str]]) -> StimulusTable:
    """Labels given, the other columns 'n/a'."""
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS, fill_value="n/a")
    return StimulusTable(frame.assign(stimulus_id=[f"c{i}" for i in range(len(frame))]), "mine.tsv")


def design(n_actors: int, n_emotions: int, n_sentences: int, n_repetitions: int) -> StimulusTable:
    cells = product(range(n_actors), range(n_emotions), range(n_sentences), range(n_repetitions))
    return table_of(
        [
            {"identity": f"a{a}", "emotion": f"e{e}", "sentence": f"s{s}", "gender": "n/a"}
            for a, e, s, _ in cells
        ]
    )


def require_good(folds: list[parts.Fold], table: StimulusTable, regime: str) -> None:
    n = len(table.frame)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(n))
    for fold in folds:
        assert sorted(np.concatenate([*fold])) == list(range(n))
        for rows in fold:
            assert splits.classes_missing(table, rows, regime) == []


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("n_folds", [2, 3, 6])
def test_a_balanced_design_has_the_folds_of_its_latin_square(regime: str, n_folds: int) -> None:
    folds = parts.cross_validation(STUDY, regime, n_folds, 7)
    expected = splits.balanced_folds(STUDY, n_folds, 7)
    for number, fold in enumerate(folds):
        assert fold.test.tolist() == np.flatnonzero(expected == number).tolist()
        left = np.flatnonzero(expected != number)
        train, validation = splits.validation_columns(STUDY, n_folds, 7, left)
        assert (fold.train.tolist(), fold.validation.tolist()) == (
            train.tolist(),
            validation.tolist(),
        )


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3),
    st.integers(2, 5), st.integers(0, 50), st.sampled_from(["emotion", "identity", "sentence"]),
)  # fmt: skip
def test_parts_are_good_or_refused_for_a_reason_that_holds(
    actors, emotions, sentences, repetitions, n_folds, seed, regime
) -> None:
    table = design(actors, emotions, sentences, repetitions)
    counts = table.frame[regime].value_counts()
    least = int(counts.min())
    possible = len(counts) > 1 and least >= n_folds and least - -(-least // n_folds) >= 2
    if possible:
        require_good(parts.cross_validation(table, regime, n_folds, seed), table, regime)
    else:
        with pytest.raises(InputError, match=f"mine.tsv: {regime}.*: expected"):
            parts.cross_validation(table, regime, n_folds, seed)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("xyz"), min_size=12, max_size=40), st.integers(0, 20))
def test_unequal_classes_are_dealt_evenly(labels: list[str], seed: int) -> None:
    table = table_of(
        [{"identity": f"a{i % 3}", "emotion": x, "sentence": f"s{i}"} for i, x in enumerate(labels)]
    )
    counts = pd.Series(labels).value_counts()
    if len(counts) < 2 or counts.min() < 3:
        return
    rows = np.arange(len(labels))
    given = parts.dealt(table, "emotion", rows, 3, seed)
    for label in counts.index:
        sizes = np.bincount(given[np.array(labels) == label], minlength=3)
        assert np.ptp(sizes) <= 1
    require_good(parts.cross_validation(table, "emotion", 3, seed), table, "emotion")


def test_repetitions_of_a_take_stay_together_where_they_can() -> None:
    table = design(2, 3, 3, 2)
    given = pd.Series(parts.dealt(table, "emotion", np.arange(36), 3, 0))
    keys = [table.frame[name] for name in ("identity", "emotion", "sentence")]
    assert given.groupby(keys).nunique().max() == 1


def test_a_single_speaker_with_repetitions_is_cross_validated() -> None:
    table = design(1, 4, 1, 3)
    folds = parts.cross_validation(table, "emotion", 3, 0)
    require_good(folds, table, "emotion")
    assert [len(fold.test) for fold in folds] == [4, 4, 4]
    train, validation = parts.pool_parts(table, "emotion", 3, 0)
    assert (len(train), len(validation)) == (8, 4)


@pytest.mark.parametrize("n_actors", [1, 2, 3])
def test_few_actors_and_two_folds_are_enough(n_actors: int) -> None:
    table = stimulus_table(range(1, n_actors + 1))
    doubled = pd.concat(
        [table.frame, table.frame.assign(stimulus_id=table.frame.stimulus_id + "b")]
    )
    table = StimulusTable(doubled.reset_index(drop=True), "study.tsv")
    require_good(parts.cross_validation(table, "emotion", 2, 3), table, "emotion")


@pytest.mark.parametrize(
    ("table", "regime", "n_folds", "complaint"),
    [
        (design(1, 3, 1, 3), "identity", 3, r"identity: expected clips of at least 2.*only \['a0'"),
        (design(2, 3, 1, 1), "emotion", 3, "at least 3 clips of every class.* got 2 of 'e"),
        (design(1, 2, 1, 3), "emotion", 2, r"validation part of fold 0: .* no \['e0'\] left"),
    ],
)
def test_what_no_division_can_do_is_refused(table, regime, n_folds, complaint) -> None:
    with pytest.raises(InputError, match=complaint):
        parts.cross_validation(table, regime, n_folds, 0)


def test_held_out_actors_are_tested_on_and_nothing_else() -> None:
    (fold,) = parts.cross_validation(STUDY, "emotion", 3, 0, ["02", "05"])
    assert set(STUDY.frame.identity.iloc[fold.test]) == {"02", "05"}
    assert len(fold.test) == 24
    for rows in (fold.train, fold.validation):
        assert not set(STUDY.frame.identity.iloc[rows]) & {"02", "05"}
        assert splits.classes_missing(STUDY, rows, "emotion") == []
    assert len(fold.train) + len(fold.validation) == 48


@pytest.mark.parametrize(
    ("regime", "actors", "complaint"),
    [
        ("emotion", ["02", "77"], r"test_actors: expected actors of the study.* got \['77'\]"),
        ("emotion", [f"0{i}" for i in range(1, 7)], "test_actors: expected not all actors"),
        ("identity", ["02"], r"others have too.* got \['02'\], of these actors only"),
        ("gender", ["01", "03", "05"], r"got \['male'\], of these actors only"),
    ],
)
def test_actors_that_cannot_be_held_out_are_refused(regime, actors, complaint) -> None:
    with pytest.raises(InputError, match=complaint):
        parts.cross_validation(STUDY, regime, 3, 0, actors)


@pytest.mark.parametrize("regime", ["emotion", "gender", "sentence"])
def test_the_pool_holds_out_actors_where_every_class_stays(regime: str) -> None:
    pool = stimulus_table(range(7, 21))
    got, expected = parts.pool_parts(pool, regime, 3, 5), splits.validation_actors(pool, 5)
    assert [rows.tolist() for rows in got] == [rows.tolist() for rows in expected]
    for rows in parts.pool_parts(pool, "identity", 3, 5):
        assert splits.classes_missing(pool, rows, "identity") == []


def test_a_class_of_one_actor_alone_does_not_stop_the_pool() -> None:
    frame = stimulus_table(range(1, 5)).frame
    language = np.where(frame.identity == "01", "eesti", "suomi")
    pool = StimulusTable(frame.assign(sentence=language), "pool.tsv")
    assert parts.one_actor_classes(pool, "sentence") == ["eesti"]
    for rows in parts.pool_parts(pool, "sentence", 3, 0):
        assert splits.classes_missing(pool, rows, "sentence") == []


def test_a_pool_must_teach_the_study_s_classes_unless_they_are_actors() -> None:
    pool = stimulus_table(range(7, 11))
    parts.require_same_labels(pool, ["01", "02"], "identity")
    with pytest.raises(InputError, match=r"the study set's labels \['calm', 'sad'\]"):
        parts.require_same_labels(pool, ["sad", "calm"], "emotion")
