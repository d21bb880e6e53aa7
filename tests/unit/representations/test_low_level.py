"""Low-level features of clips whose features are known."""

import librosa
import numpy as np
import pytest
from scipy.spatial.distance import squareform

from crossmodal.contracts.clips import Clip
from crossmodal.contracts.errors import InputError
from crossmodal.representations import low_level
from crossmodal.representations.low_level import LowLevelConfig, in_order, low_level_rdms
from crossmodal.representations.pitch import yin_hz

RATE_HZ, FRAMES, FPS = 16000.0, 20, 15.0
CONFIG = LowLevelConfig(cells=2)


def clip(name="x", grey=100, f0_hz=200.0, seconds=2.0, modulation_hz=4.0, flicker=0, shift_px=0.0):
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tone = sum(np.sin(2 * np.pi * f0_hz * k * times) / k for k in (1, 2, 3))
    audio = 0.2 * tone * (1 + 0.8 * np.sin(2 * np.pi * modulation_hz * times))
    video = np.full((FRAMES, 8, 8), grey, dtype=np.uint8)
    video[::2, :4, :4] += flicker
    box = np.tile(np.array([10, 20, 50, 80], dtype=np.float32) + np.float32(shift_px), (FRAMES, 1))
    return Clip(
        name, video, np.repeat(video[..., None], 3, axis=3), FPS, box,
        np.ones(FRAMES, dtype=np.float32), audio.astype(np.float32), RATE_HZ,
        np.ones((4, 4), dtype=np.float32),
    )  # fmt: skip


def test_luminance_is_the_mean_grey_of_each_cell():
    np.testing.assert_allclose(
        low_level.luminance(clip(grey=100, flicker=40), CONFIG), [120, 100, 100, 100]
    )


def test_motion_energy_is_the_change_per_second():
    np.testing.assert_allclose(
        low_level.motion_energy(clip(flicker=40), CONFIG), [40 * FPS, 0, 0, 0]
    )


def test_face_geometry_is_centre_size_and_their_spread():
    np.testing.assert_allclose(
        low_level.face_geometry(clip(), CONFIG), [30, 50, 40, 60, 0, 0, 0, 0]
    )


@pytest.mark.parametrize("f0_hz", [110.0, 200.0, 330.0])
def test_f0_is_found_within_a_quarter_tone(f0_hz):
    median, spread, slope = low_level.fundamental(clip(f0_hz=f0_hz), CONFIG)
    assert median == pytest.approx(12 * np.log2(f0_hz), abs=0.5)
    assert spread < 0.5
    assert abs(slope) < 0.5


@pytest.mark.slow  # librosa compiles its YIN on first use
def test_f0_tracks_are_librosas():
    times = np.arange(32000) / RATE_HZ
    glide = np.sin(2 * np.pi * (150 * times + 10 * times**2)) + 0.3 * np.sin(
        4 * np.pi * (150 * times + 10 * times**2)
    )
    ours = yin_hz(glide, RATE_HZ, 65.0, 600.0, hop=320)
    expected = librosa.yin(
        glide, fmin=65.0, fmax=600.0, sr=RATE_HZ, frame_length=1024, hop_length=320, center=False
    )
    shared = min(len(ours), len(expected))
    # The windows differ by up to 20 ms, in which the glide moves by 0.4 Hz.
    np.testing.assert_allclose(ours[:shared], expected[:shared], atol=1.0)


def test_silence_has_no_f0():
    silent = Clip(
        "s", audio=np.zeros(16000, np.float32), sample_rate_hz=RATE_HZ,
        mel_power=np.ones((2, 2), np.float32),
    )  # fmt: skip
    with pytest.raises(InputError, match="Clip s: audio: expected a sound, got silence"):
        low_level.fundamental(silent, CONFIG)
    assert len(yin_hz(np.zeros(10), RATE_HZ, 65.0, 600.0, 320)) == 0


@pytest.mark.parametrize(("hz", "band"), [(1.5, 0), (3.0, 1), (6.0, 2), (12.0, 3)])
def test_the_modulation_spectrum_peaks_where_the_sound_is_modulated(hz, band):
    assert low_level.modulation_spectrum(clip(modulation_hz=hz), CONFIG).argmax() == band


def test_the_envelope_is_in_decibels():
    level = low_level.envelope(clip(modulation_hz=1e-9), CONFIG)
    expected = 20 * np.log10(0.2 * np.sqrt((1 + 1 / 4 + 1 / 9) / 2))
    np.testing.assert_allclose(level, expected, atol=0.2)


def test_rdms_follow_the_features_and_leave_out_what_does_not_vary():
    clips = [clip("a"), clip("b", f0_hz=300.0), clip("c", f0_hz=210.0, grey=150)]
    rdms = low_level_rdms(clips, CONFIG)
    assert "duration" not in rdms.layers  # all last 2 s
    assert "face_geometry" not in rdms.layers
    assert set(rdms.sources) == {"clips"}
    by_name = dict(zip(rdms.layers, rdms.dissimilarities, strict=True))
    ab, ac, bc = by_name["luminance"]
    assert (ab, ac) == (0.0, 100.0)  # 4 cells, 50 grey levels: sqrt(4) * 50
    assert ac == bc
    arms = dict(zip(rdms.layers, rdms.arms, strict=True))
    assert (arms["luminance"], arms["f0"]) == ("visual", "auditory")


def test_durations_differ_in_seconds():
    rdms = low_level_rdms([clip("a"), clip("b", seconds=2.5), clip("c", seconds=3.0)], CONFIG)
    by_name = dict(zip(rdms.layers, rdms.dissimilarities, strict=True))
    np.testing.assert_allclose(by_name["duration"], [0.5, 1.0, 0.5])


def test_audio_alone_has_no_visual_features():
    clips = [
        Clip(c.stimulus_id, audio=c.audio, sample_rate_hz=RATE_HZ, mel_power=c.mel_power)
        for c in (clip("a"), clip("b", f0_hz=300.0), clip("c", modulation_hz=8.0))
    ]
    assert "visual" not in low_level_rdms(clips, CONFIG).arms


def test_reordering_moves_whole_clips():
    rdms = low_level_rdms([clip("a"), clip("b", grey=110), clip("c", grey=200)], CONFIG)
    turned = in_order(rdms, ["c", "a", "b"])
    assert turned.stimulus_ids == ("c", "a", "b")
    np.testing.assert_array_equal(
        squareform(turned.dissimilarities[0])[0, 2], squareform(rdms.dissimilarities[0])[2, 1]
    )


def test_a_missing_clip_is_named():
    rdms = low_level_rdms([clip("a"), clip("b", grey=110), clip("c", grey=200)], CONFIG)
    with pytest.raises(InputError, match="stimulus_id: expected d, got no such clip"):
        in_order(rdms, ["a", "b", "d"])


def test_too_few_clips_are_refused():
    with pytest.raises(InputError, match="number: expected at least 3, got 2"):
        low_level_rdms([clip("a"), clip("b")], CONFIG)


def test_equal_clips_are_refused():
    with pytest.raises(InputError, match="features: expected one that differs"):
        low_level_rdms([clip("a"), clip("b"), clip("c")], CONFIG)


def test_a_sound_shorter_than_a_frame_is_refused():
    short = Clip(
        "s", audio=np.zeros(100, np.float32), sample_rate_hz=RATE_HZ,
        mel_power=np.ones((2, 2), np.float32),
    )  # fmt: skip
    with pytest.raises(InputError, match="Clip s: audio: expected 320 samples, got 100"):
        low_level.envelope(short, CONFIG)
