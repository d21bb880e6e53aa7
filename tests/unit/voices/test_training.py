"""Folds of whole actors, sets of intensities, the arm and the baseline on small voices."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from crossmodal.contracts.errors import InputError
from crossmodal.families.cross_channel.inputs import load_clips
from crossmodal.families.training.config import Machine
from crossmodal.voices import training as voices
from crossmodal.voices.svm import SvmConfig, svm_scores
from tests.unit.network_clips import stimulus_table, write_actors

TABLE = stimulus_table(range(1, 9), "voices.tsv")
AUDIO = {"n_mels": 96, "n_times": 80, "duration_s": 3.0}
FIT = {"n_epochs": 12, "batch_size": 8, "learning_rate": 3e-4}
PRESET = {"mel": "log", "speech_only": False, "network": {"width": 0.25}, "fit": FIT}
JOB = voices.VoiceJob("tuned", "both", 0, 4, 0, 7)


def preset(**changes) -> voices.VoicePreset:
    return voices.VoicePreset.build(PRESET | changes, AUDIO)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    paths = write_actors(tmp_path_factory.mktemp("clips"), TABLE, ("audio",))
    return load_clips(paths, TABLE, "emotion", 1, "log")


def two_intensities():
    normal = TABLE.frame.assign(
        intensity="normal", stimulus_id=TABLE.frame.stimulus_id.str.replace("-02-", "-01-", n=1)
    )
    strong = TABLE.frame[TABLE.frame.emotion != "neutral"]
    return replace(TABLE, frame=pd.concat([normal, strong], ignore_index=True))


def test_strong_means_strong_and_neutral():
    table = two_intensities()
    chosen = table.frame[voices.in_set(table, "strong")]
    assert set(chosen.emotion[chosen.intensity == "normal"]) == {"neutral"}
    assert set(chosen.emotion) == set(table.frame.emotion)
    assert voices.in_set(table, "both").all()
    with pytest.raises(InputError, match="set: expected one of .* got 'weak'"):
        voices.in_set(table, "weak")


@pytest.mark.parametrize("train_set", ["strong", "both"])
def test_no_actor_is_trained_and_tested_on(train_set):
    table = two_intensities()
    tested = []
    for fold in range(4):
        train, test = voices.fold_rows(table, replace(JOB, fold=fold, train_set=train_set))
        actors = [set(table.frame.identity.iloc[rows]) for rows in (train, test)]
        assert not actors[0] & actors[1]
        assert len(actors[0] | actors[1]) == 8
        assert voices.in_set(table, train_set)[train].all()
        tested += test.tolist()
    assert sorted(tested) == list(range(len(table.frame)))


@pytest.mark.parametrize("choose_epoch", [True, False])
def test_the_arm_learns_and_scores_the_test_actors_alone(clips, choose_epoch):
    chosen = preset(choose_epoch=choose_epoch, standardise="training", shifts_s=[-0.1, 0.0, 0.1])
    scores, history = voices.train_fold(clips, TABLE, chosen, Machine("cpu"), JOB)
    tested = TABLE.frame.set_index("stimulus_id").identity[list(scores.stimulus_ids)]
    assert set(tested) & set(TABLE.frame.identity) == set(tested)
    assert len(set(tested)) == 2
    assert history.n_train + history.n_validation == 72
    assert (history.n_validation > 0) == choose_epoch
    right = np.mean([a == b for a, b in zip(scores.labels, scores.predicted, strict=True)])
    assert right > 0.5


def test_equal_jobs_give_equal_scores_and_other_seeds_do_not(clips):
    short = preset(fit=FIT | {"n_epochs": 1})
    runs = [
        voices.train_fold(clips, TABLE, short, Machine("cpu"), replace(JOB, seed=seed))[0].scores
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_bands_are_standardised_by_the_training_part(clips):
    rows, every = np.arange(10), np.arange(72)
    mel = voices.standardised(clips, [(rows, every)]).mel
    np.testing.assert_allclose(mel[rows].mean((0, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(mel[rows].std((0, 2)), 1, atol=1e-3)
    other = replace(clips, mel=torch.cat([clips.mel[:10], 5 * clips.mel[10:]]))
    torch.testing.assert_close(voices.standardised(other, [(rows, every)]).mel[rows], mel[rows])


def test_a_speakers_bands_are_as_loud_as_anybodys_where_speakers_are_standardised(clips):
    """Another gain per band for each actor, as microphones have, changes no score."""
    rng = np.random.default_rng(0)
    actor = pd.factorize(TABLE.frame.identity)[0]
    gain = 2.0 ** rng.integers(0, 4, (8, 96))[actor]  # powers of two: without rounding
    other = replace(clips, mel=clips.mel * torch.tensor(gain[:, :, None]).float())
    for standardise, alike in (("speaker", True), ("training", False)):
        chosen = preset(standardise=standardise, fit=FIT | {"n_epochs": 1})
        first, second = (
            voices.train_fold(part, TABLE, chosen, Machine("cpu"), JOB)[0].scores
            for part in (clips, other)
        )
        assert np.array_equal(first, second) == alike


def test_scores_are_means_over_rotated_copies(clips):
    network = voices.new_network(preset().network, 6, ("audio",), 0)
    part = clips.rows(range(4))
    both, early, late = (
        voices.class_scores(network, part, preset(shifts_s=shifts)).scores
        for shifts in ([-0.3, 0.6], [-0.3], [0.6])
    )
    np.testing.assert_allclose(both, (early + late) / 2, atol=1e-7)
    rolled = replace(part, mel=part.mel.roll(-8, 2))  # 0.3 s of 3 s in 80 steps
    plain = voices.class_scores(network, rolled, preset()).scores
    np.testing.assert_allclose(early, plain, atol=1e-7)


def test_a_class_missing_from_the_training_part_is_named(clips):
    table = replace(TABLE, frame=TABLE.frame.assign(emotion="happy"))
    with pytest.raises(InputError, match="emotion in the training part of 0: .*no .*angry"):
        voices.train_fold(clips, table, preset(), Machine("cpu"), JOB)


def test_a_preset_without_shifts_is_refused():
    with pytest.raises(InputError, match="shifts_s: expected at least one time"):
        preset(shifts_s=[])


def test_an_unknown_way_to_standardise_is_refused():
    with pytest.raises(InputError, match="standardise: expected one of .* got 'clip'"):
        preset(standardise="clip")


SVM = SvmConfig((1.0, 10.0), (0.1,), 3)


def statistics(noise_of_test: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    codes = pd.factorize(TABLE.frame.emotion)[0]
    values = np.column_stack([codes + rng.normal(0, 0.1, len(codes)), rng.normal(size=len(codes))])
    return pd.DataFrame(values, index=TABLE.stimulus_ids)


def test_the_baseline_predicts_every_clip_and_finds_what_is_there():
    scores = svm_scores(statistics(), TABLE, SVM, JOB)
    assert scores.stimulus_ids == tuple(TABLE.stimulus_ids)
    assert set(np.unique(scores.scores)) == {0.0, 1.0}
    assert np.mean([a == b for a, b in zip(scores.labels, scores.predicted, strict=True)]) > 0.9


def with_other_labels_in_the_test_part():
    _, test = voices.fold_rows(TABLE, JOB)
    emotion = TABLE.frame.emotion.copy()
    emotion.iloc[test] = emotion.iloc[test[::-1]].to_numpy()
    assert (emotion != TABLE.frame.emotion).any()
    return replace(TABLE, frame=TABLE.frame.assign(emotion=emotion)), test


@pytest.mark.parametrize("standardise", ["training", "speaker"])
def test_the_baseline_never_sees_labels_of_test_actors(standardise):
    """With the labels of one fold's actors permuted, that fold's predictions stay the same."""
    other, test = with_other_labels_in_the_test_part()
    before, after = (
        svm_scores(statistics(), table, SVM, JOB, standardise) for table in (TABLE, other)
    )
    np.testing.assert_array_equal(before.scores[test], after.scores[test])


@pytest.mark.parametrize("standardise", voices.STANDARDISE)
def test_the_arm_never_sees_labels_of_test_actors(clips, standardise):
    other, _ = with_other_labels_in_the_test_part()
    codes = [clips.classes.index(name) for name in other.frame.emotion]
    relabelled = replace(clips, labels=torch.tensor(codes))
    short = preset(standardise=standardise, fit=FIT | {"n_epochs": 1})
    before, after = (
        voices.train_fold(part, table, short, Machine("cpu"), JOB)[0]
        for part, table in ((clips, TABLE), (relabelled, other))
    )
    assert before.labels != after.labels
    np.testing.assert_array_equal(before.scores, after.scores)


def test_the_baseline_can_forget_who_speaks():
    """Statistics that speakers shift and stretch more than emotions do."""
    rng = np.random.default_rng(1)
    actor = pd.factorize(TABLE.frame.identity)[0]
    shifted = statistics().mul(rng.uniform(1, 20, 8)[actor], axis=0)
    shifted = shifted.add(rng.normal(0, 100, 8)[actor], axis=0)
    right = []
    for standardise in ("training", "speaker"):
        scores = svm_scores(shifted, TABLE, SVM, JOB, standardise)
        right.append(np.mean(np.array(scores.labels) == np.array(scores.predicted)))
    assert right[0] < 0.5
    assert right[1] > 0.9


def test_a_clip_without_statistics_is_named():
    with pytest.raises(InputError, match=f"statistics: .* none: {TABLE.stimulus_ids[0]}"):
        svm_scores(statistics().iloc[1:], TABLE, SVM, JOB)


def test_a_class_missing_from_the_baselines_training_part_is_named():
    train, _ = voices.fold_rows(TABLE, JOB)
    emotion = TABLE.frame.emotion.copy()
    emotion.iloc[train] = emotion.iloc[train].replace("angry", "happy")
    table = replace(TABLE, frame=TABLE.frame.assign(emotion=emotion))
    with pytest.raises(InputError, match=r"emotion in the training part of 0: .*no \['angry'\]"):
        svm_scores(statistics(), table, SVM, JOB)


def test_more_inner_folds_than_training_actors_are_refused():
    with pytest.raises(InputError, match="at least 7 training actors for as many .* got 6"):
        svm_scores(statistics(), TABLE, replace(SVM, n_inner_folds=7), JOB)


@pytest.mark.parametrize("kwargs", [{"c": ()}, {"gamma": (0.0,)}])
def test_an_impossible_grid_is_refused(kwargs):
    values = {"c": (1.0,), "gamma": (0.1,), "n_inner_folds": 3} | kwargs
    with pytest.raises(InputError, match="expected (at least 1 item|more than 0)"):
        SvmConfig(**values)
