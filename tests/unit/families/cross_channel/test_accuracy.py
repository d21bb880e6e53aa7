"""Accuracy tables against plain counting; intervals against closed forms."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.training import FitHistory, Predictions, Training
from crossmodal.families.cross_channel import accuracy
from tests.unit.network_clips import stimulus_table

TABLE = stimulus_table(range(1, 7))
CLASSES = sorted(set(TABLE.labels("emotion")))


def training(seed: int, share_right: float, validation: float) -> Training:
    rng = np.random.default_rng(seed)
    labels = np.array(TABLE.labels("emotion"))
    predicted = np.where(rng.random(72) < share_right, labels, rng.choice(CLASSES, 72))
    folds = np.arange(72) % 3
    predictions = [
        Predictions(
            "cross_validated",
            str(fold),
            np.array(TABLE.stimulus_ids)[folds == fold].tolist(),
            labels[folds == fold].tolist(),
            predicted[folds == fold].tolist(),
            validation,
        )
        for fold in range(3)
    ]
    epoch = {"epoch": 0, "train_loss": 1.0, "train_accuracy": 0.5, "learning_rate": 0.1}
    fits = [FitHistory("fold-0", 48, 12, 1, [epoch, epoch | {"epoch": 1}])]
    return Training("m", "emotion", seed, "tuned", CLASSES, {}, fits, predictions)


TRAININGS = [training(0, 0.5, 0.9), training(1, 0.9, 0.2)]


def test_accuracy_per_fold_counts_right_predictions():
    frame = accuracy.accuracy_per_fold(TRAININGS)
    assert len(frame) == 6
    assert (frame.n == 24).all()
    np.testing.assert_allclose(frame.chance, 1 / 6)
    expected = [p.accuracy for t in TRAININGS for p in t.predictions]
    np.testing.assert_allclose(frame.accuracy, expected)


def test_summary_separates_the_honest_best_from_the_optimistic_one():
    row = accuracy.accuracy_summary(TRAININGS, TABLE, "emotion", 0).iloc[0]
    by_seed = [np.mean([p.accuracy for p in t.predictions]) for t in TRAININGS]
    assert row["mean"] == pytest.approx(np.mean(by_seed))
    assert row["sd"] == pytest.approx(np.std(by_seed, ddof=1))
    assert row.best_by_validation == pytest.approx(by_seed[0])
    assert row.best_of_seeds == pytest.approx(max(by_seed))
    assert row.ci_low < row["mean"] < row.ci_high


def test_one_seed_has_no_spread():
    assert np.isnan(accuracy.accuracy_summary(TRAININGS[:1], TABLE, "emotion", 0).sd.iloc[0])


def test_interval_over_actors_has_the_width_of_a_cluster_bootstrap():
    # All clips of an actor alike: 6 independent values, so the SE is that of their mean.
    values = {"01": 1.0, "03": 0.0, "05": 0.5, "02": 1.0, "04": 0.0, "06": 0.5}
    correct = TABLE.frame.identity.map(values).to_numpy()
    low, high = accuracy.bootstrap_interval(correct, TABLE, "emotion", 0)
    se = np.std([1.0, 0.0, 0.5]) / np.sqrt(6)
    assert high - low == pytest.approx(2 * 1.96 * se, rel=0.15)


def test_interval_of_identity_does_not_resample_actors():
    correct = (TABLE.frame.identity < "04").to_numpy(dtype=float)
    assert accuracy.bootstrap_interval(correct, TABLE, "identity", 0) == (0.5, 0.5)


def test_interval_of_emotion_does_not_resample_emotions():
    correct = (TABLE.frame.emotion == "happy").to_numpy(dtype=float)
    np.testing.assert_allclose(accuracy.bootstrap_interval(correct, TABLE, "emotion", 0), 1 / 6)


def test_confusions_match_sklearn():
    frame = accuracy.confusion_table(TRAININGS)
    labels = [label for t in TRAININGS for p in t.predictions for label in p.labels]
    predicted = [label for t in TRAININGS for p in t.predictions for label in p.predicted]
    expected = confusion_matrix(labels, predicted, labels=CLASSES)
    got = frame.pivot(index="label", columns="predicted", values="n").loc[CLASSES, CLASSES]
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_allclose(frame.groupby("label").share.sum(), 1)


def test_learning_curves_mark_the_selected_epoch():
    frame = accuracy.learning_curves(TRAININGS)
    assert isinstance(frame, pd.DataFrame)
    assert frame.selected.tolist() == [False, True, False, True]


def test_predictions_of_unequal_length_are_refused():
    with pytest.raises(InputError, match=r"lengths: expected one positive length, got \[1, 2\]"):
        Predictions("in_sample", "all", ["a"], ["x", "y"], ["x", "y"])


def test_epochs_without_metrics_are_refused():
    with pytest.raises(InputError, match="FitHistory visual: epochs: expected"):
        FitHistory("visual", 1, 1, 0, [{"epoch": 0}])


def test_a_record_without_its_keys_is_refused(tmp_path):
    path = tmp_path / "training.json"
    path.write_text('{"model": "m"}')
    with pytest.raises(InputError, match="keys: expected .* no "):
        Training.read(path)


def test_draws_without_a_clip_of_an_incomplete_design_take_no_part():
    # Each actor shows one emotion only: half of all draws of both leave no clip at all.
    frame = TABLE.frame.drop_duplicates("identity").assign(emotion=list("aabbcc"))
    table = replace(TABLE, frame=frame.reset_index(drop=True))
    low, high = accuracy.bootstrap_interval(np.arange(6) / 5, table, "sentence", 0)
    assert 0 <= low < high <= 1


def test_only_held_out_actors_count_where_others_are_not_tested():
    items = [p.stimulus_ids for p in TRAININGS[0].predictions]
    part = [replace(t, predictions=t.predictions[:1]) for t in TRAININGS]
    row = accuracy.accuracy_summary(part, TABLE, "emotion", 0).iloc[0]
    assert row.n_clips == len(items[0]) == 24
    assert np.isfinite([row.ci_low, row.ci_high]).all()
