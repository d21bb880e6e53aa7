"""Recall against scikit-learn, its interval against a closed form, scores' refusals."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, recall_score

from crossmodal.contracts.class_scores import ClassScores
from crossmodal.contracts.errors import InputError
from crossmodal.voices import recall
from tests.unit.network_clips import EMOTIONS, stimulus_table

TABLE = stimulus_table(range(1, 9))
CLASSES = tuple(sorted(EMOTIONS))


def scores(seed: int, share_right: float = 0.6, table=TABLE) -> ClassScores:
    rng = np.random.default_rng(seed)
    labels = table.labels("emotion")
    values = rng.random((len(labels), 6))
    right = rng.random(len(labels)) < share_right
    values[np.flatnonzero(right), [CLASSES.index(labels[i]) for i in np.flatnonzero(right)]] += 2
    values /= values.sum(axis=1, keepdims=True)
    return ClassScores(tuple(table.stimulus_ids), tuple(labels), CLASSES, values)


def unbalanced():
    """Without most of one actor's clips, so that recall and accuracy differ."""
    frame = TABLE.frame[(TABLE.frame.identity != "03") | (TABLE.frame.emotion == "happy")]
    return replace(TABLE, frame=frame[frame.emotion != "angry"][::2].reset_index(drop=True))


def test_recall_is_that_of_sklearn():
    item, table = scores(0), TABLE
    right, total = recall.counts(item, table)
    expected = recall_score(item.labels, item.predicted, average="macro")
    assert recall.unweighted_recall(right.sum(0), total.sum(0)) == pytest.approx(expected)
    assert total.sum() == len(table.stimulus_ids)
    assert right.shape == (8, 6)


def test_only_the_clips_of_the_table_count():
    part = replace(TABLE, frame=TABLE.frame[TABLE.frame.identity < "05"].reset_index(drop=True))
    _, total = recall.counts(scores(0), part)
    assert total.shape == (4, 6)
    assert total.sum() == len(part.stimulus_ids)


def test_row_averages_seeds_and_the_ensemble_averages_scores():
    seeds = [scores(1), scores(2)]
    table = recall.recall_table({("tuned", "both"): seeds}, {"both": TABLE}, 0)
    single, together = table.itertuples()
    each = [recall_score(s.labels, s.predicted, average="macro") for s in seeds]
    assert single.uar == pytest.approx(np.mean(each))
    assert single.sd == pytest.approx(np.std(each, ddof=1))
    mean = recall.ensemble(seeds)
    np.testing.assert_allclose(mean.scores, (seeds[0].scores + seeds[1].scores) / 2)
    assert together.kind == "ensemble"
    assert together.uar == pytest.approx(recall_score(mean.labels, mean.predicted, average="macro"))
    assert single.ci_low < single.uar < single.ci_high


def test_a_class_that_the_test_set_lacks_has_no_part_in_the_recall():
    table, item = unbalanced(), scores(0)
    rows = [item.stimulus_ids.index(i) for i in table.stimulus_ids]
    labels, predicted = (np.array(x)[rows] for x in (item.labels, item.predicted))
    present = sorted(set(labels))
    assert len(present) == 5
    right, total = recall.counts(item, table)
    # sklearn's, over the classes that there are
    expected = recall_score(labels, predicted, labels=present, average="macro")
    assert recall.unweighted_recall(right.sum(0), total.sum(0)) == pytest.approx(expected)
    row = recall.recall_row([item, scores(1)], table, 0)
    assert np.isfinite([row["uar"], row["sd"], row["ci_low"], row["ci_high"]]).all()
    assert row["ci_low"] < row["uar"] < row["ci_high"]


def test_draws_of_actors_that_lack_a_class_have_a_recall():
    # Class 0 is right, and one actor's alone: a third of all draws do without it.
    right = np.array([[2.0, 0], [0, 2], [0, 1]])
    total = np.array([[2.0, 2], [0, 2], [0, 2]])
    low, high = recall.bootstrap_recall(right, total, ["n/a"] * 3, 0)
    assert 0.0 <= low <= high <= 1.0


def test_no_clip_at_all_has_no_recall():
    with pytest.raises(InputError, match="total: expected clips of at least one class, got none"):
        recall.unweighted_recall(np.zeros(3), np.zeros(3))


def test_interval_has_the_width_of_a_cluster_bootstrap():
    # Every actor right in all or none of its clips: 8 independent values.
    right = np.repeat([[2.0], [2], [0], [2], [0], [2], [0], [2]], 6, axis=1)
    total = np.full((8, 6), 2.0)
    low, high = recall.bootstrap_recall(right, total, ["male", "female"] * 4, 0)
    male, female = right[::2, 0] / 2, right[1::2, 0] / 2
    se = np.sqrt((male.var() / 4 + female.var() / 4) / 4)
    assert high - low == pytest.approx(2 * 1.96 * se, rel=0.15)


def test_confusions_match_sklearn():
    item = scores(3)
    table = recall.confusion_shares(item, TABLE)
    expected = confusion_matrix(item.labels, item.predicted, labels=CLASSES)
    np.testing.assert_array_equal(table.n.to_numpy().reshape(6, 6), expected)
    np.testing.assert_allclose(table.groupby("label").share.sum(), 1)


def test_folds_join_to_all_clips_once():
    item = scores(0)
    halves = [
        ClassScores(item.stimulus_ids[s], item.labels[s], CLASSES, item.scores[s])
        for s in (slice(0, 40), slice(40, None))
    ]
    joined = recall.joined(halves)
    assert joined.stimulus_ids == item.stimulus_ids
    np.testing.assert_array_equal(joined.scores, item.scores)
    with pytest.raises(InputError, match="stimulus_id: expected each clip in one fold"):
        recall.joined([halves[0], halves[0]])
    other = replace(halves[1], classes=CLASSES[::-1])
    with pytest.raises(InputError, match="classes: expected the same in all folds"):
        recall.joined([halves[0], other])


def test_seeds_with_other_clips_are_refused():
    part = replace(TABLE, frame=TABLE.frame.iloc[:30])
    with pytest.raises(InputError, match="stimulus_id: expected the same in all seeds"):
        recall.ensemble([scores(0), scores(0, table=part)])


def test_a_clip_without_scores_is_named():
    part = replace(TABLE, frame=TABLE.frame.iloc[1:])
    with pytest.raises(InputError, match=f"none: {TABLE.stimulus_ids[0]}"):
        recall.counts(scores(0, table=part), TABLE)


def test_scores_survive_the_disk(tmp_path):
    item = scores(0)
    item.write(tmp_path / "scores.tsv")
    back = ClassScores.read(tmp_path / "scores.tsv")
    assert back.predicted == item.predicted
    assert back.labels == item.labels
    np.testing.assert_allclose(back.scores, item.scores, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores": np.zeros((3, 6))}, "scores: expected shape"),
        ({"scores": np.zeros((96, 6))}, "rows >= 0 that sum to 1"),
        ({"labels": ("calm",) * 96}, r"labels: expected among .*got \['calm'\]"),
    ],
)
def test_impossible_scores_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(scores(0), **change)


def test_other_tables_are_no_scores(tmp_path):
    (tmp_path / "x.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(InputError, match="columns: expected stimulus_id, label, then the classes"):
        ClassScores.read(tmp_path / "x.tsv")
