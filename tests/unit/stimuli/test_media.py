"""Decoding: what goes in comes out, and every kind of broken file is named."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from crossmodal.contracts.errors import InputError
from crossmodal.simulate.encoding import write_mp4
from crossmodal.stimuli.check import probe
from crossmodal.stimuli.media import read_audio, read_video, trim
from tests.unit.flash_beep import ffmpeg

RATE_HZ = 16000


def tone(hz: float, duration_s: float, rate_hz: int) -> np.ndarray:
    return (0.4 * np.sin(2 * np.pi * hz * np.arange(int(duration_s * rate_hz)) / rate_hz)).astype(
        np.float32
    )


def grey_steps(n_frames: int = 30) -> list[np.ndarray]:
    """Frames that brighten by six levels each."""
    return [np.full((64, 80, 3), 20 + 6 * index, np.uint8) for index in range(n_frames)]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds at 15 frames per second with a tone of 440 Hz."""
    path = tmp_path_factory.mktemp("media") / "clip.mp4"
    write_mp4(path, grey_steps(), 15, tone(440, 2.0, 48000))
    return path


def faststart_half(clip: Path, path: Path) -> Path:
    """The first half of a copy that keeps its index in front: it opens, but its end is gone."""
    with (
        av.open(str(clip)) as source,
        av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as copy,
    ):
        streams = {s.index: copy.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                copy.mux(packet)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.6)])
    return path


def test_frames_and_rate_come_back(clip: Path) -> None:
    video = read_video(clip)
    assert video.frames.shape == (30, 64, 80, 3)
    assert video.frame_rate_hz == 15
    assert video.duration_s == 2.0
    brightness = video.frames.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(brightness, 20 + 6 * np.arange(30), atol=3)


def test_sound_comes_back_at_the_wanted_rate(clip: Path) -> None:
    sound = trim(read_audio(clip, RATE_HZ), 2.0, RATE_HZ)
    assert sound.dtype == np.float32
    assert len(sound) == 2 * RATE_HZ
    spectrum = np.abs(np.fft.rfft(sound[RATE_HZ // 2 : -RATE_HZ // 2]))
    assert np.argmax(spectrum) == 440  # one bin per Hz: exactly one second
    assert np.abs(sound[2000:-2000]).max() == pytest.approx(0.4, abs=0.03)


def test_stereo_is_averaged_and_resampled(tmp_path: Path) -> None:
    left, right = tone(300, 1.0, 48000), tone(700, 1.0, 48000)
    soundfile.write(tmp_path / "stereo.flac", np.column_stack([left, right]), 48000)
    sound = read_audio(tmp_path / "stereo.flac", RATE_HZ)
    expected = (tone(300, 1.0, RATE_HZ) + tone(700, 1.0, RATE_HZ)) / 2
    np.testing.assert_allclose(sound[500:-500], expected[500:-500], atol=1e-3)


def test_missing_streams_are_none_and_sound_files_have_no_video(tmp_path: Path) -> None:
    write_mp4(tmp_path / "silent.mp4", grey_steps(5), 15, None)
    soundfile.write(tmp_path / "sound.wav", tone(440, 0.5, RATE_HZ), RATE_HZ)
    assert read_audio(tmp_path / "silent.mp4", RATE_HZ) is None
    assert read_video(tmp_path / "sound.wav") is None


@pytest.mark.parametrize(("modality", "name"), [("audio", "silent.mp4"), ("video", "sound.wav")])
def test_the_quick_check_names_missing_streams(tmp_path: Path, modality: str, name: str) -> None:
    write_mp4(tmp_path / "silent.mp4", grey_steps(5), 15, None)
    soundfile.write(tmp_path / "sound.wav", tone(440, 0.5, RATE_HZ), RATE_HZ)
    with pytest.raises(InputError, match=rf"{name}: streams: expected a stream of {modality}"):
        probe(str(tmp_path / name), [modality])


def test_a_cut_mp4_without_its_index_is_refused(clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    for read in (read_video, lambda path: read_audio(path, RATE_HZ), lambda p: probe(str(p), [])):
        with pytest.raises(InputError, match=r"cut\.mp4: content: expected a readable clip"):
            read(cut)


def test_a_cut_mp4_with_its_index_is_refused(clip: Path, tmp_path: Path) -> None:
    cut = faststart_half(clip, tmp_path / "cut.mp4")
    for read in (read_video, lambda path: read_audio(path, RATE_HZ), lambda p: probe(str(p), [])):
        with pytest.raises(InputError, match=r"cut\.mp4: (content|video|audio): ?.*truncated"):
            read(cut)


def test_a_cut_flac_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE_HZ)
    soundfile.write(tmp_path / "whole.flac", noise, RATE_HZ)
    content = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    for read in (lambda p: read_audio(p, RATE_HZ), lambda p: probe(str(p), ["audio"])):
        with pytest.raises(InputError, match=r"cut\.flac: content: expected a readable recording"):
            read(tmp_path / "cut.flac")


@pytest.mark.parametrize("name", ["gone.mp4", "gone.wav"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}: file: .*no such file"):
        read_audio(tmp_path / name, RATE_HZ)


def test_an_empty_sound_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "empty.wav", np.empty(0), RATE_HZ)
    for read in (lambda p: read_audio(p, RATE_HZ), lambda p: probe(str(p), ["audio"])):
        with pytest.raises(InputError, match="audio: expected at least one sample, got none"):
            read(tmp_path / "empty.wav")


def test_nan_in_a_sound_is_refused(tmp_path: Path) -> None:
    samples = tone(440, 0.5, RATE_HZ)
    samples[7] = np.nan
    soundfile.write(tmp_path / "nan.wav", samples, RATE_HZ, subtype="FLOAT")
    with pytest.raises(InputError, match="audio: expected finite samples, got NaN"):
        read_audio(tmp_path / "nan.wav", RATE_HZ)


def test_an_absurd_sample_rate_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "slow.wav", tone(1, 60, 100), 100)
    for read in (lambda p: read_audio(p, RATE_HZ), lambda p: probe(str(p), ["audio"])):
        with pytest.raises(InputError, match=r"sample rate: expected 4000–384000 Hz, got 100 Hz"):
            read(tmp_path / "slow.wav")


@pytest.mark.parametrize(
    ("file", "n_frames", "rate_hz", "size"),
    [
        ("cremad/1001_DFA_ANG_XX.flv", 67, 29.97, (360, 480)),
        ("grid/bbaf2n.mpg", 75, 25, (288, 360)),
    ],
)
def test_real_clips_decode(
    shared: Path, file: str, n_frames: int, rate_hz: float, size: tuple[int, int]
) -> None:
    video = read_video(shared / "data" / file)
    assert video.frames.shape == (n_frames, *size, 3)
    assert video.frame_rate_hz == pytest.approx(rate_hz, abs=0.01)
    sound = trim(read_audio(shared / "data" / file, RATE_HZ), video.duration_s, RATE_HZ)
    assert abs(len(sound) / RATE_HZ - video.duration_s) < 0.1


def test_a_cut_flv_is_refused(shared: Path, tmp_path: Path) -> None:
    content = (shared / "data/cremad/1001_DFA_ANG_XX.flv").read_bytes()
    cut = tmp_path / "cut.flv"
    cut.write_bytes(content[: len(content) // 2])
    for read in (read_video, lambda path: read_audio(path, RATE_HZ), lambda p: probe(str(p), [])):
        with pytest.raises(InputError, match="duration: expected 2.23 s, got 1"):
            read(cut)


@pytest.mark.parametrize("name", ["take1: angry.mp4", "http:clip.mp4", "C:\\clip.mp4", "%03d.mp4"])
def test_a_colon_in_a_name_is_no_protocol(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Paths as a table in the working directory gives them."""
    (tmp_path / name).write_bytes(clip.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert len(read_video(name)) == 30
    assert len(read_audio(name, RATE_HZ)) >= 2 * RATE_HZ
    probe(name, ["video", "audio"], 40)


@pytest.mark.parametrize("n_channels", [2, 6, 8, 16])
def test_the_last_of_many_channels_is_heard(tmp_path: Path, n_channels: int) -> None:
    """Of eight planes and more PyAV's ``to_ndarray`` read beyond the last: a segmentation fault."""
    channels = np.zeros((RATE_HZ, n_channels), np.float32)
    channels[:, -1] = tone(440, 1, RATE_HZ)
    soundfile.write(tmp_path / "sound.wav", channels, RATE_HZ, subtype="FLOAT")
    ffmpeg("-i", tmp_path / "sound.wav", "-c:a", "pcm_f32le", tmp_path / "sound.mkv")
    expected = channels.mean(axis=1)
    np.testing.assert_allclose(read_audio(tmp_path / "sound.mkv", RATE_HZ), expected, atol=1e-6)
