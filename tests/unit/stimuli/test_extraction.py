"""From a media file to a Clip; mel images; the check before hours of work."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile

from crossmodal.contracts.clips import read_clips, write_clips
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.mel_scale import mel_frequencies_hz
from crossmodal.simulate.clips import write_actor
from crossmodal.simulate.clips_config import SimulatedClips, clip_files
from crossmodal.simulate.encoding import write_mp4
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.check import find_problems
from crossmodal.stimuli.extraction import ClipExtractor
from crossmodal.stimuli.extraction_config import AudioConfig, FaceConfig
from crossmodal.stimuli.mel import mel_power

AUDIO = AudioConfig(sample_rate_hz=16000, duration_s=3.0, n_mels=96, n_times=80, n_fft=1024)
FACE = FaceConfig(
    detector="dlib", weights=None, anchors=None, upsample=0, min_score=0.0,
    detection_height_px=360, detection_interval_s=0.5, smoothing_s=0.2, min_detected=0.5,
    margin=0.2, grey_px=32, rgb_px=48,
)  # fmt: skip


@pytest.fixture(scope="module")
def clips_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four simulated clips of actor 02."""
    folder = tmp_path_factory.mktemp("clips")
    config = SimulatedClips(["neutral", "happy"], 1.5, 12, 320, 180)
    files = [str(folder / file) for file in clip_files("02", config.emotions)]
    write_actor(config, "02", 5, files, str(folder / "truth.tsv"))
    return folder


def block(folder: Path, **changes: object) -> Stimuli:
    """A config block ``stimuli``."""
    values = {
        "clips_dir": str(folder),
        "naming": "ravdess",
        "modalities": ["video", "audio"],
        "missing_modality": "error",
        "study": {"emotions": ["neutral", "happy"]},
        "pool": None,
        "face": asdict(FACE),
        "audio": asdict(AUDIO),
    }
    return Stimuli(**(values | changes))


def test_a_clip_has_crops_sound_and_boxes_of_the_promised_shapes(clips_dir: Path) -> None:
    path = str(clips_dir / "Actor_02/01-01-03-02-01-01-02.mp4")
    clip = ClipExtractor(FACE, AUDIO, ["video", "audio"]).extract(path)
    assert clip.stimulus_id == "01-01-03-02-01-01-02"
    assert clip.video_grey.shape == (18, 32, 32)
    assert clip.video_rgb.shape == (18, 48, 48, 3)
    assert clip.frame_rate_hz == 12
    assert np.isfinite(clip.detection_score).sum() == 4  # frames 0, 6, 12 and the last
    assert len(clip.audio) == 24000  # the video's 1.5 s
    assert clip.mel_power.shape == (96, 80)
    assert clip.mel_power[:, :40].max() > 1e3 * clip.mel_power[:, 42:].max()  # padding


def test_clips_survive_the_file(clips_dir: Path, tmp_path: Path) -> None:
    paths = sorted(map(str, clips_dir.rglob("*.mp4")))[:2]
    extractor = ClipExtractor(FACE, AUDIO, ["video", "audio"])
    write_clips(tmp_path / "a.h5", extractor.extract_all(paths))
    write_clips(tmp_path / "b.h5", extractor.extract_all(paths))
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    assert [clip.stimulus_id for clip in read_clips(tmp_path / "a.h5")] == [
        Path(path).stem for path in paths
    ]


def test_audio_only_needs_no_face(tmp_path: Path) -> None:
    tone = 0.1 * np.sin(np.arange(8000) / 5)
    soundfile.write(tmp_path / "03-01-01-01-01-01-01.flac", tone, 16000)
    extractor = ClipExtractor(FACE, AUDIO, ["audio"])
    clip = extractor.extract(str(tmp_path / "03-01-01-01-01-01-01.flac"))
    assert not clip.has_video
    assert len(clip.audio) == 8000


def test_a_missing_modality_is_refused_or_skipped(tmp_path: Path, clips_dir: Path) -> None:
    silent = str(tmp_path / "silent.mp4")
    source = ClipExtractor(FACE, AUDIO, ["video"])
    write_mp4(silent, _frames(clips_dir), 12, None)
    with pytest.raises(InputError, match="streams: expected a stream of audio, got none"):
        ClipExtractor(FACE, AUDIO, ["video", "audio"]).extract(silent)
    clip = ClipExtractor(FACE, AUDIO, ["video", "audio"], "skip").extract(silent)
    assert (clip.has_video, clip.has_audio) == (True, False)
    np.testing.assert_array_equal(clip.video_grey, source.extract(silent).video_grey)


def _frames(clips_dir: Path) -> np.ndarray:
    from crossmodal.stimuli.media import read_video

    return read_video(next(clips_dir.rglob("*.mp4"))).frames[:6]


@pytest.mark.parametrize(
    "audio",
    [
        AUDIO,
        AudioConfig(sample_rate_hz=8000, duration_s=1.0, n_mels=40, n_times=31, n_fft=200),
        AudioConfig(sample_rate_hz=44100, duration_s=1.0, n_mels=128, n_times=129, n_fft=2048),
    ],
    ids=lambda audio: f"{audio.sample_rate_hz} Hz",
)
@pytest.mark.parametrize("duration_s", [0.01, 1.0, 3.5])
def test_the_mel_image_is_librosa_s_own_to_the_last_bit(
    audio: AudioConfig, duration_s: float
) -> None:
    n_samples = round(audio.duration_s * audio.sample_rate_hz)
    sound = np.random.default_rng(0).normal(0, 0.1, round(duration_s * audio.sample_rate_hz))
    sound = sound.astype(np.float32)
    expected = librosa.feature.melspectrogram(
        y=librosa.util.fix_length(sound, size=n_samples),
        sr=audio.sample_rate_hz,
        n_fft=audio.n_fft,
        hop_length=n_samples // audio.n_times,
        n_mels=audio.n_mels,
    )
    np.testing.assert_array_equal(mel_power(sound, audio), expected[:, : audio.n_times])


@pytest.mark.parametrize(("n_points", "highest_hz"), [(2, 500), (98, 8000), (130, 24000)])
def test_mel_frequencies_are_librosa_s_to_the_last_bit(n_points: int, highest_hz: float) -> None:
    expected = librosa.mel_frequencies(n_mels=n_points, fmax=highest_hz)
    np.testing.assert_array_equal(mel_frequencies_hz(n_points, highest_hz), expected)


def test_bands_that_hold_no_frequency_are_told(caplog: pytest.LogCaptureFixture) -> None:
    mel_power(np.ones(16000, np.float32), replace(AUDIO, n_fft=128))
    assert "mel bands hold no frequency: n_fft is 128" in caplog.text


@pytest.mark.parametrize("n_samples", [16000, 48000, 70000])
def test_the_mel_image_has_one_size_for_every_length(n_samples: int) -> None:
    image = mel_power(np.ones(n_samples, np.float32), AUDIO)
    assert (image.shape, image.dtype) == ((96, 80), np.float32)


def test_a_tone_lies_in_its_own_band() -> None:
    sound = np.sin(2 * np.pi * 1000 * np.arange(48000) / 16000).astype(np.float32)
    centres_hz = librosa.mel_frequencies(n_mels=98, fmax=8000)[1:-1]
    band = mel_power(sound, AUDIO).sum(axis=1).argmax()
    assert abs(centres_hz[band] - 1000) < 40


def test_good_clips_have_no_problem_quick_or_deep(clips_dir: Path) -> None:
    assert find_problems(block(clips_dir)) == []
    assert find_problems(block(clips_dir), deep=True) == []


def test_simulated_clips_need_no_check(clips_dir: Path) -> None:
    assert find_problems(block(clips_dir, clips_dir=None)) == []


def test_a_missing_folder_is_the_only_problem(tmp_path: Path) -> None:
    problems = find_problems(block(tmp_path / "nowhere"))
    assert [problem.field for problem in problems] == ["stimuli.clips_dir"]


def test_all_problems_are_found_at_once(clips_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(clips_dir, folder)
    good = sorted(folder.rglob("*.mp4"))
    good[0].write_bytes(good[0].read_bytes()[:5000])
    write_mp4(good[1], _frames(clips_dir), 12, None)
    shutil.copy(good[2], folder / "holiday.mp4")
    problems = find_problems(block(folder))
    found = {(Path(problem.file).name, problem.field) for problem in problems}
    assert found == {
        (good[0].name, "content"),
        (good[1].name, "streams"),
        ("holiday.mp4", "file name"),
    }


@pytest.mark.parametrize("deep", [False, True])
def test_a_clip_without_a_face_is_found(tmp_path: Path, deep: bool) -> None:
    wall = [np.full((180, 320, 3), 120, np.uint8)] * 6
    sound = np.zeros(24000, np.float32)
    write_mp4(tmp_path / "01-01-01-01-01-01-01.mp4", wall, 12, sound)
    (problem,) = find_problems(block(tmp_path, study={"emotions": ["neutral"]}), deep=deep)
    assert (problem.field, problem.got) == ("face", "0%")


def test_an_impossible_selection_is_a_problem(clips_dir: Path) -> None:
    problems = find_problems(block(clips_dir, study={"actors": ["09"]}))
    assert [problem.field for problem in problems] == ["stimuli.study.actors", "stimuli.study"]
