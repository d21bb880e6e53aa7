"""Levels of sound: what is taken as it is, what is brought to scale, what is refused."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.media import read_audio

RATE_HZ = 16000
TONE = 0.4 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)


def stored(folder: Path, samples: np.ndarray) -> np.ndarray:
    soundfile.write(folder / "voice.wav", samples, RATE_HZ, subtype="FLOAT")
    return read_audio(folder / "voice.wav", RATE_HZ)


def test_ordinary_sound_is_stored_as_it_is(tmp_path: Path) -> None:
    np.testing.assert_array_equal(stored(tmp_path, TONE), TONE.astype(np.float32))


def test_a_float_recording_beyond_full_scale_is_scaled_and_not_clipped(tmp_path: Path) -> None:
    np.testing.assert_allclose(stored(tmp_path, 4 * TONE), TONE / 0.4, atol=1e-3)


def test_integers_stored_as_floats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"voice\.wav: audio: level: .* got a peak of 1\.311e\+04"):
        stored(tmp_path, 32767 * TONE)


def test_a_constant_offset_is_taken_off(tmp_path: Path) -> None:
    np.testing.assert_allclose(stored(tmp_path, TONE + 0.3), TONE, atol=1e-4)


@pytest.mark.parametrize("constant", [0.0, 0.3])
@pytest.mark.parametrize("noise", [0, 3e-5])
def test_silence_is_refused(tmp_path: Path, constant: float, noise: float) -> None:
    hiss = noise * np.random.default_rng(0).uniform(-1, 1, RATE_HZ)
    with pytest.raises(InputError, match=r"voice\.wav: audio: expected a sound, got silence"):
        stored(tmp_path, constant + hiss)


@pytest.mark.parametrize("others", [[-1], [-0.95], [-1, 0, 0, 0, 0]])
def test_channels_that_cancel_each_other_are_refused(tmp_path: Path, others: list[float]) -> None:
    channels = np.outer(TONE, [1, *others])
    with pytest.raises(InputError, match=r"voice\.wav: audio: channels: .*antiphase"):
        stored(tmp_path, channels)


@pytest.mark.parametrize("others", [[1], [0], [0] * 5])
def test_channels_that_are_equal_or_silent_are_mixed(tmp_path: Path, others: list[float]) -> None:
    mixed = stored(tmp_path, np.outer(TONE, [1, *others]))
    np.testing.assert_allclose(mixed, TONE * np.mean([1, *others]), atol=1e-6)


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("WAV", "PCM_U8"), ("WAV", "ULAW"), ("WAVEX", "PCM_24"), ("RF64", "PCM_16")],
)
def test_every_kind_of_wave_file_is_read(tmp_path: Path, container: str, subtype: str) -> None:
    path = tmp_path / "voice.wav"
    soundfile.write(path, TONE, RATE_HZ, format=container, subtype=subtype)
    np.testing.assert_allclose(read_audio(path, RATE_HZ), TONE, atol=0.02)
