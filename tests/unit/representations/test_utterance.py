"""Utterance statistics on sounds whose properties are known."""

import librosa
import numpy as np
import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.representations.speech_part import FRAME, HOP, speech_part
from crossmodal.representations.utterance import utterance_statistics

RATE_HZ = 16_000
TIMES_S = np.arange(2 * RATE_HZ) / RATE_HZ


def tone(hz: float, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * TIMES_S)).astype(np.float32)


def test_there_are_mean_and_sd_of_every_feature_and_a_duration():
    values = utterance_statistics(tone(200), RATE_HZ)
    assert len(values) == 2 * (64 + 20 + 20 + 3) + 1
    assert np.isfinite(list(values.values())).all()
    assert values["duration_s"] == 2.0


@pytest.mark.parametrize("hz", [110.0, 220.0, 330.0])
def test_f0_is_that_of_a_tone(hz):
    values = utterance_statistics(tone(hz), RATE_HZ)
    assert values["f0_semitones_mean"] == pytest.approx(12 * np.log2(hz), abs=0.5)
    assert values["f0_semitones_sd"] < 0.5


def test_energy_is_root_mean_square_in_decibels():
    loud, soft = (utterance_statistics(tone(440, a), RATE_HZ) for a in (0.5, 0.05))
    assert loud["energy_db_mean"] - soft["energy_db_mean"] == pytest.approx(20, abs=0.5)
    # A sine's RMS is 3 dB below its peak; the Hann window of the frames takes 4.3 dB more.
    assert loud["energy_db_mean"] == pytest.approx(-6.0 - 3.0 - 4.3, abs=0.6)


def test_the_centroid_of_a_tone_is_its_frequency():
    assert utterance_statistics(tone(1000), RATE_HZ)["centroid_hz_mean"] == pytest.approx(
        1000, rel=0.1
    )


def test_silence_around_the_speech_is_cut():
    silence = np.zeros(RATE_HZ, dtype=np.float32)
    spoken = speech_part(np.concatenate([silence, tone(200), silence]), 35.0)
    assert len(spoken) / RATE_HZ == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize("top_db", [10.0, 35.0, 60.0])
@pytest.mark.parametrize("seed", range(5))
def test_speech_is_cut_where_librosa_cuts_it(top_db, seed):
    rng = np.random.default_rng(seed)
    loudness = np.exp(rng.normal(-4, 3, 40).cumsum() / 8).repeat(700)
    sound = (rng.normal(0, 1, loudness.size) * loudness / loudness.max()).astype(np.float32)
    expected = librosa.effects.trim(sound, top_db=top_db, frame_length=FRAME, hop_length=HOP)[0]
    np.testing.assert_array_equal(speech_part(sound, top_db), expected)


def test_silence_stays_as_it_is():
    assert len(speech_part(np.zeros(RATE_HZ, np.float32), 35.0)) == RATE_HZ


def test_sounds_that_have_no_statistics_are_refused():
    with pytest.raises(InputError, match="audio: expected at least 3328 samples, got 100"):
        utterance_statistics(tone(200)[:100], RATE_HZ)
    with pytest.raises(InputError, match="audio: expected a sound, got silence"):
        utterance_statistics(np.zeros(RATE_HZ, np.float32), RATE_HZ)
