"""Clips become tensors; whatever does not fit is refused by name."""

import numpy as np
import pytest
import torch

from crossmodal.contracts.clips import Clip
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.cross_channel import inputs
from tests.unit.network_clips import make_clip, stimulus_table, write_actors

TABLE = stimulus_table(range(1, 3))


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return write_actors(tmp_path_factory.mktemp("clips"), TABLE)


def test_clips_come_in_the_order_of_the_table(paths):
    shuffled = StimulusTable(TABLE.frame.sample(frac=1, random_state=1).reset_index(drop=True))
    clips = inputs.load_clips(paths, shuffled, "emotion", 4, "log")
    assert clips.frames.shape == (24, 4, 64, 64)
    assert clips.frames.dtype == torch.uint8
    assert clips.mel.shape == (24, 96, 80)
    expected = make_clip(shuffled.frame.iloc[5])
    np.testing.assert_array_equal(clips.frames[5], expected.video_grey[[1, 3, 5, 7]])
    assert clips.names(clips.labels) == shuffled.labels("emotion")


def test_a_missing_modality_is_none(tmp_path):
    paths = write_actors(tmp_path, TABLE, ("audio",))
    clips = inputs.load_clips(paths, TABLE, "gender", 4, "power")
    assert clips.frames is None
    assert clips.modalities == ("audio",)


def test_frames_are_centres_of_equal_parts():
    assert inputs.spread_frames(8, 4).tolist() == [1, 3, 5, 7]
    assert inputs.spread_frames(90, 3).tolist() == [15, 45, 75]
    assert inputs.spread_frames(2, 4).tolist() == [0, 0, 1, 1]
    assert inputs.spread_frames(7, 1).tolist() == [3]


def test_mel_scales():
    power = np.array([0.0, 1e-7, 1.0, 100.0], np.float32)
    np.testing.assert_array_equal(inputs.scale_mel(power, "power"), power)
    expected = (np.log10(power.astype(float) + 1e-7) + 2.5) / 4.5
    np.testing.assert_allclose(inputs.scale_mel(power, "log"), expected, rtol=1e-5)
    with pytest.raises(InputError, match=r"mel: expected one of .* got 'decibel'"):
        inputs.scale_mel(power, "decibel")


def test_an_actor_without_a_file_is_named(paths):
    with pytest.raises(InputError, match="identity: expected one of .*'01'.* got '02'"):
        inputs.load_clips(paths[:1], TABLE, "emotion", 4, "log")


def test_one_class_is_refused(paths):
    table = StimulusTable(TABLE.frame[TABLE.frame.gender == "male"], "study.tsv")
    with pytest.raises(InputError, match=r"study.tsv: gender: expected labels of at least 2"):
        inputs.load_clips(paths, table, "gender", 4, "log")


def test_labels_outside_the_classes_are_refused():
    with pytest.raises(InputError, match=r"gender: expected labels among .* got \['male'\]"):
        inputs.encode_labels(TABLE, "gender", ["female", "other"])


def test_clips_of_other_modalities_are_refused():
    clips = [make_clip(TABLE.frame.iloc[0]), make_clip(TABLE.frame.iloc[1], ("audio",))]
    with pytest.raises(InputError, match="modalities: expected video as in other clips"):
        inputs.stack_frames(clips, 2)
    with pytest.raises(InputError, match="modalities: expected audio as in other clips"):
        inputs.stack_mel([clips[0], make_clip(TABLE.frame.iloc[1], ("video",))], "log")


def test_mel_images_of_other_sizes_are_refused():
    one = make_clip(TABLE.frame.iloc[0], ("audio",))
    other = Clip("b", audio=one.audio, sample_rate_hz=16000.0, mel_power=one.mel_power[:, :70])
    with pytest.raises(InputError, match=r"Clip b: mel_power: expected shape \(96, 80\)"):
        inputs.stack_mel([one, other], "log")
