"""Windows, spectrograms, slices, augmentation, folds and reading of the mrpn family."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.contracts.clips import Clip, write_clips
from crossmodal.contracts.errors import InputError
from crossmodal.families.mrpn.augmentation import MrpnAugmentation, augment_faces, random_slice
from crossmodal.families.mrpn.batches import FeatureSource, RawSource, TrainBatches, n_windows
from crossmodal.families.mrpn.folds import GENDERS, actor_folds, held_out_fold
from crossmodal.families.mrpn.inputs import (
    MrpnInputs,
    add_noise,
    encode_labels,
    frames_at,
    load_sequences,
    standardise,
)
from crossmodal.families.mrpn.spectrogram import spectrograms, windows
from crossmodal.families.mrpn.steps import join
from crossmodal.plan.stubs import stub_demographics
from crossmodal.stimuli.demographics import read_demographics
from tests.unit.mrpn_clips import write_set

CPU = torch.device("cpu")


def test_three_seconds_are_eleven_windows() -> None:
    wave = torch.arange(48_000.0)
    cut = windows(wave, 16_000, 3_200)
    assert cut.shape == (11, 16_000)
    torch.testing.assert_close(cut[4], wave[4 * 3_200 :][:16_000])


def test_a_short_wave_is_filled_with_silence() -> None:
    cut = windows(torch.ones(10_000), 16_000, 3_200)
    assert cut.shape == (1, 16_000)
    assert cut[0, 10_000:].abs().max() == 0


def test_spectrogram_is_scipys_without_its_last_bin_and_time() -> None:
    wave = torch.randn(2, 16_000)
    found = spectrograms(wave, "linear")
    assert found.shape == (2, 1, 256, 250)
    hann = scipy.signal.get_window("hann", 512)  # periodic, as torch's
    padded = np.pad(wave[1].numpy(), 256, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, 512)[::64]
    expected = np.abs(np.fft.rfft(frames * hann, axis=1)).T
    assert expected.shape == (257, 251)
    np.testing.assert_allclose(found[1, 0], expected[:-1, :-1], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(spectrograms(wave, "log"), torch.log1p(found))


def test_standardised_wave_has_mean_0_and_sd_1() -> None:
    wave = standardise(np.random.default_rng(0).normal(3, 5, 1000))
    np.testing.assert_allclose([wave.mean(), wave.std()], [0, 1], atol=1e-5)
    assert not standardise(np.zeros(10)).any()


@given(n=st.integers(1, 60), n_min=st.integers(1, 30), seed=st.integers(0, 99))
def test_slices_lie_inside_and_are_long_enough(n: int, n_min: int, seed: int) -> None:
    start, length = random_slice(n, n_min, torch.Generator().manual_seed(seed))
    assert 0 <= start <= start + length <= n
    assert length >= min(n, n_min)
    assert random_slice(n, n_min, None) == (0, n)


def test_slices_reach_every_length() -> None:
    generator = torch.Generator().manual_seed(0)
    lengths = {random_slice(8, 5, generator)[1] for _ in range(200)}
    assert lengths == {5, 6, 7, 8}


def test_augmentation_is_one_per_clip_and_differs_between_clips() -> None:
    image = torch.rand(3, 32, 32)
    frames = join([image.expand(4, -1, -1, -1), image.expand(2, -1, -1, -1)])
    changed = augment_faces(frames, MrpnAugmentation(), torch.Generator().manual_seed(3))
    first, second = changed.clips()
    torch.testing.assert_close(first, first[:1].expand_as(first))
    assert (first[0] - second[0]).abs().max() > 0.05


def test_no_augmentation_changes_nothing() -> None:
    frames = join([torch.rand(2, 3, 16, 16)])
    none = MrpnAugmentation(
        rotation_deg=0, scale=0, shift=0, flip=False, brightness=0, contrast=0, time_slices=True
    )
    same = augment_faces(frames, none, torch.Generator())
    torch.testing.assert_close(same.values, frames.values, atol=1e-5, rtol=1e-4)


def test_windows_in_a_duration_agree_with_the_cut() -> None:
    inputs = MrpnInputs(window_hop_s=0.2)
    assert [n_windows(s, inputs) for s in (0.5, 1.0, 1.19, 1.2, 3.0)] == [1, 1, 1, 2, 11]


def test_noise_has_the_ratio_asked_for_and_repeats() -> None:
    inputs = MrpnInputs(noise_snr_db={"audio": 6.0})
    signal = np.sin(np.arange(40_000)).astype(np.float32)
    noisy = add_noise(signal, "clip", "audio", inputs)
    ratio_db = 20 * np.log10(signal.std() / (noisy - signal).std())
    np.testing.assert_allclose(ratio_db, 6.0, atol=0.1)
    np.testing.assert_array_equal(noisy, add_noise(signal, "clip", "audio", inputs))
    assert add_noise(signal, "clip", "video", inputs) is signal


def test_frames_are_spread_over_the_clip() -> None:
    assert frames_at(30, 10.0, MrpnInputs(video_rate_hz=2.0)).tolist() == [2, 7, 12, 17, 22, 27]


def test_memory_of_1440_clips_is_bounded() -> None:
    """At 112 px, 5 Hz and 3.5 s a clip takes less than 1 MB: 1,440 clips stay below 1.5 GB."""
    n_frames = len(frames_at(105, 29.97, MrpnInputs()))
    clip_bytes = n_frames * 112 * 112 * 3 + int(3.5 * 16_000) * 4
    assert 1440 * clip_bytes < 1.5e9


# --- reading and batches -------------------------------------------------------------------


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory):
    paths, table = write_set(tmp_path_factory.mktemp("clips"), ["01", "02"])
    inputs = MrpnInputs(video_rate_hz=5.0, window_hop_s=0.2)
    return load_sequences(paths, table, inputs), paths, table


def test_clips_in_memory(clips) -> None:
    loaded, _, table = clips
    assert loaded.stimulus_ids == tuple(table.stimulus_ids)
    assert loaded.video[0].shape == (8, 32, 32, 3)
    assert loaded.audio[0].shape == (25_600,)
    assert loaded.classes == ("angry", "happy")


def test_evaluation_batches_are_complete_and_equal(clips) -> None:
    source = RawSource(clips[0], MrpnAugmentation(), CPU)
    batch = source.batch([0, 3], None)
    assert batch["video"].lengths == (8, 8)
    assert batch["audio"].lengths == (4, 4)
    assert batch["audio"].values.shape[1:] == (1, 256, 250)
    torch.testing.assert_close(source.batch([3], None)["audio"].values, batch["audio"].clips()[1])


def test_training_batches_depend_on_seed_and_epoch_only(clips) -> None:
    source = RawSource(clips[0], MrpnAugmentation(), CPU, n_steps=3)

    def first(epoch: int) -> torch.Tensor:
        batches = TrainBatches(source, range(8), 4, 7)
        batches.epoch = epoch
        return next(iter(batches))[0]["video"].values

    torch.testing.assert_close(first(2), first(2), rtol=0, atol=0)
    assert first(2).shape != first(3).shape or not torch.equal(first(2), first(3))


def test_a_batch_of_one_is_left_out(clips) -> None:
    source = RawSource(clips[0], MrpnAugmentation(), CPU)
    assert len(list(TrainBatches(source, range(5), 4, 0))) == 1


def test_modalities_are_sliced_independently(clips) -> None:
    features = {m: [torch.arange(20.0)[:, None]] * 2 for m in ("video", "audio")}
    source = FeatureSource(features, torch.tensor([0, 1]), MrpnInputs(), time_slices=True)
    generator = torch.Generator().manual_seed(0)
    pairs = [source.batch([0], generator) for _ in range(20)]
    starts = {(float(b["video"].values[0]), float(b["audio"].values[0])) for b in pairs}
    assert any(video != audio for video, audio in starts)
    fixed = source.only(["audio"], time_slices=False).batch([0], generator)
    assert list(fixed) == ["audio"]
    assert fixed["audio"].lengths == (20,)


def test_slices_are_as_short_as_the_config_allows_and_no_shorter(clips, monkeypatch) -> None:
    """1.6 s of sound at 16 kHz and 16 frames at 10 Hz, cut to 1 s or more in either modality."""
    inputs = replace(clips[0].inputs, min_slice_s=1.0, video_rate_hz=5.0)
    seen: dict[str, list[int]] = {"audio": [], "video": []}

    def noted(wave: torch.Tensor, size: int, hop: int) -> torch.Tensor:
        seen["audio"].append(len(wave))
        return windows(wave, size, hop)

    monkeypatch.setattr("crossmodal.families.mrpn.batches.windows", noted)
    source = RawSource(replace(clips[0], inputs=inputs), MrpnAugmentation(), CPU)
    generator = torch.Generator().manual_seed(0)
    for _ in range(150):
        seen["video"] += source.batch([0], generator)["video"].lengths
    n_samples = len(clips[0].audio[0])
    assert 16_000 <= min(seen["audio"]) < 16_400
    assert n_samples - 400 < max(seen["audio"]) <= n_samples
    assert min(seen["video"]) == 5
    assert max(seen["video"]) == len(clips[0].video[0])


def test_slices_of_stored_features_are_of_the_same_length() -> None:
    """2 s are ten frames at 5 Hz and six one-second windows .2 s apart."""
    features = {m: [torch.arange(40.0)[:, None]] for m in ("video", "audio")}
    inputs = MrpnInputs(min_slice_s=2.0, video_rate_hz=5.0, window_s=1.0, window_hop_s=0.2)
    source = FeatureSource(features, torch.tensor([0]), inputs, time_slices=True)
    generator = torch.Generator().manual_seed(0)
    drawn = [source.batch([0], generator) for _ in range(400)]
    for modality, shortest in (("video", 10), ("audio", 6)):
        lengths = [batch[modality].lengths[0] for batch in drawn]
        assert (min(lengths), max(lengths)) == (shortest, 40)


def test_clip_without_a_modality(clips, tmp_path: Path) -> None:
    _, _, table = clips
    only = table.frame[table.frame.identity == "01"]
    silent = [
        Clip(
            name,
            np.zeros((4, 8, 8), np.uint8),
            np.zeros((4, 8, 8, 3), np.uint8),
            4.0,
            np.zeros((4, 4), np.float32),
            np.ones(4, np.float32),
        )
        for name in only.stimulus_id
    ]
    write_clips(tmp_path / "actor-01.h5", silent)
    with pytest.raises(InputError, match="modalities: expected audio, got none"):
        load_sequences([tmp_path / "actor-01.h5"], type(table)(only), MrpnInputs())


def test_labels_must_fit(clips) -> None:
    _, paths, table = clips
    with pytest.raises(InputError, match="labels among"):
        encode_labels(table, "emotion", ["angry", "sad"])
    with pytest.raises(InputError, match="at least 2 classes"):
        encode_labels(table, "sentence")
    with pytest.raises(InputError, match="identity: expected one of"):
        load_sequences(paths[:1], table, MrpnInputs())


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"modalities": ["smell"]}, "modalities: expected one of"),
        ({"spectrogram": "mel"}, "spectrogram: expected one of"),
        ({"window_hop_s": 0}, "window_hop_s: expected more than 0"),
        ({"noise_snr_db": {"smell": 1.0}}, "noise_snr_db: key: expected one of"),
    ],
)
def test_bad_inputs(config: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        MrpnInputs(**config)


# --- folds ---------------------------------------------------------------------------------

RAVDESS = {f"{n:02d}": "male" if n % 2 else "female" for n in range(1, 25)}


def test_ravdess_folds_are_the_published_ones() -> None:
    folds = actor_folds(RAVDESS, 12)
    assert [fold.name for fold in folds][:2] == ["A1,2", "A3,4"]
    assert folds[-1].name == "A23,24"


@given(n_male=st.integers(4, 50), n_female=st.integers(4, 50), n_folds=st.integers(3, 9))
def test_folds_are_disjoint_balanced_and_cover_all(
    n_male: int, n_female: int, n_folds: int
) -> None:
    genders = {f"m{i:02d}": "male" for i in range(n_male)}
    genders |= {f"f{i:02d}": "female" for i in range(n_female)}
    if min(n_male, n_female) < n_folds:
        with pytest.raises(InputError, match=r"actors: expected at least \d, one (fe)?male"):
            actor_folds(genders, n_folds)
        return
    folds = actor_folds(genders, n_folds)
    assert sorted(a for fold in folds for a in fold.test) == sorted(genders)
    for fold in folds:
        assert not set(fold.test) & set(fold.validation)
        assert not (set(fold.test) | set(fold.validation)) & set(fold.train)
        assert {genders[a] for a in fold.test} == {genders[a] for a in fold.validation}


@given(
    n_male=st.integers(1, 9),
    n_female=st.integers(1, 9),
    n_tested=st.integers(1, 4),
    n_folds=st.integers(3, 9),
)
def test_a_held_out_fold_is_disjoint_and_validates_on_both_genders(
    n_male: int, n_female: int, n_tested: int, n_folds: int
) -> None:
    genders = {f"m{i}": "male" for i in range(n_male)} | {
        f"f{i}": "female" for i in range(n_female)
    }
    tested = sorted(genders)[:n_tested]  # women first
    left = Counter(genders[actor] for actor in genders if actor not in tested)
    if min(left["male"], left["female"]) < 2:
        with pytest.raises(InputError, match="at least 2 others of each gender, one to train on"):
            held_out_fold(genders, tested, n_folds)
        return
    fold = held_out_fold(genders, tested, n_folds)
    assert sorted([*fold.test, *fold.validation, *fold.train]) == sorted(genders)
    assert list(fold.test) == tested
    for part in (fold.train, fold.validation):
        assert {genders[actor] for actor in part} == set(GENDERS)
    assert [actor for actors in fold.tests.values() for actor in actors] == tested
    with pytest.raises(InputError, match="test_actors"):
        held_out_fold(genders, ["nobody"], n_folds)


def test_cremad_has_nine_folds_named_as_published(tmp_path: Path) -> None:
    genders = read_demographics(stub_demographics(tmp_path / "demographics.csv"))
    assert Counter(genders.values()) == {"male": 48, "female": 43}
    folds = actor_folds(genders, 9)
    assert [fold.name for fold in folds] == [f"S{n}" for n in range(1, 10)]
    assert sorted(actor for fold in folds for actor in fold.test) == sorted(genders)
    sizes = [Counter(genders[actor] for actor in fold.test) for fold in folds]
    per_gender = [[size[gender] for size in sizes] for gender in GENDERS]
    for counts in (*per_gender, [sum(size.values()) for size in sizes]):
        assert min(counts) >= 1
        assert max(counts) - min(counts) <= 1


def test_folds_need_training_actors() -> None:
    with pytest.raises(InputError, match="expected actors left for training"):
        actor_folds({"1": "male", "2": "female", "3": "male", "4": "female"}, 2)
