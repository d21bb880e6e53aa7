"""Simulated clips: files, determinism, and that faces and voices show what they were told."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import av
import librosa
import numpy as np
import pytest
import soundfile

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.provenance.code_inputs import code_inputs, imported_modules
from crossmodal.simulate.clips import simulate_actor, write_actor
from crossmodal.simulate.clips_config import (
    STATEMENTS,
    SimulatedClips,
    actor_labels,
    clip_files,
    recording_files,
)
from crossmodal.simulate.espeak import PROGRAM, Speaker
from crossmodal.simulate.faces_drawing import FacePainter
from crossmodal.simulate.faces_identity import TRAITS, draw_identity
from crossmodal.simulate.faces_motion import ACTION_UNITS, PROTOTYPES, draw_motion
from crossmodal.simulate.voices import (
    EMOTIONAL_PROSODY,
    RESTING_LEVEL_DBFS,
    Prosody,
    draw_prosody,
    speak,
)
from crossmodal.stimuli.detectors import make_detector
from crossmodal.stimuli.extraction_config import FaceConfig
from crossmodal.stimuli.naming import parse_ravdess

SIX = ["neutral", "happy", "angry", "fearful", "disgust", "surprised"]
SMALL = SimulatedClips(["neutral", "angry"], 1.0, 10, 160, 90)


@pytest.fixture
def say() -> Iterator[Speaker]:
    with Speaker() as speaker:
        yield speaker


def digests(folder: Path) -> list[str]:
    return [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*.*"))]


def written(folder: Path, config: SimulatedClips = SMALL) -> Path:
    files = [str(folder / file) for file in clip_files("02", config.emotions)]
    write_actor(config, "02", 5, files, str(folder / "truth.tsv"))
    return folder


def test_names_parse_to_the_design() -> None:
    names = [parse_ravdess(file) for file in clip_files("03", SIX)]
    assert len(names) == 12
    assert {name.emotion for name in names} == set(SIX)
    assert {(n.emotion == "neutral", n.intensity) for n in names} == {
        (True, "normal"),
        (False, "strong"),
    }
    assert actor_labels(3) == ["01", "02", "03"]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    first, second = digests(written(tmp_path / "a")), digests(written(tmp_path / "b"))
    assert len(first) == 5
    assert first == second


def test_other_emotions_leave_a_clip_as_it_is() -> None:
    other = SimulatedClips(["angry", "happy"], 1.0, 10, 160, 90)
    both = {clip.stimulus_id: clip for clip in simulate_actor(SMALL, "02", 5)}
    again = [clip for clip in simulate_actor(other, "02", 5) if clip.stimulus_id in both]
    assert len(again) == len(STATEMENTS)  # 'angry'
    for clip in again:
        np.testing.assert_array_equal(clip.audio, both[clip.stimulus_id].audio)
        assert clip.visual == both[clip.stimulus_id].visual


def test_files_are_h264_and_aac_of_the_promised_size(tmp_path: Path) -> None:
    written(tmp_path)
    with av.open(str(next(tmp_path.rglob("*.mp4")))) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.codec.canonical_name, video.width, video.height) == (
            "h264",
            160,
            90,
        )
        assert (audio.codec_context.codec.canonical_name, audio.rate) == ("aac", 48000)
        assert (video.frames, float(video.average_rate)) == (10, 10.0)
        assert float(audio.duration * audio.time_base) == pytest.approx(1.0, abs=0.05)


def test_the_truth_lists_what_the_generators_were_told(tmp_path: Path) -> None:
    truth = PlantedFeatures.read([written(tmp_path) / "truth.tsv"])
    assert truth.frame.emotion.tolist() == ["neutral", "neutral", "angry", "angry"]
    assert truth.matrix("visual").shape == (4, len(TRAITS) + len(ACTION_UNITS))
    np.testing.assert_array_equal(truth.frame.vocal_sentence, [0, 1, 0, 1])
    np.testing.assert_array_equal(truth.frame.vocal_female, 1)
    loudness = truth.frame.vocal_loudness_db
    assert loudness[2:].min() > loudness[:2].max()


@pytest.mark.parametrize("emotion", [e for e in PROTOTYPES if e != "neutral"])
def test_action_units_rise_to_their_prototype_and_fall(emotion: str) -> None:
    motion = draw_motion(emotion, np.arange(45) / 15, np.random.default_rng(0))
    units = dict(zip(ACTION_UNITS, motion.action_units.T, strict=True))
    told = {unit for unit, strength in PROTOTYPES[emotion].items() if strength >= 0.5}
    untold = set(ACTION_UNITS) - set(PROTOTYPES[emotion])
    for unit in told:
        assert units[unit][22] > 0.3
        assert units[unit][22] > 2 * units[unit][[0, -1]].max()
    assert all(units[unit].max() < 0.3 for unit in untold)


def test_mouth_movements_do_not_depend_on_the_sentence() -> None:
    clips = [clip for clip in simulate_actor(SMALL, "01", 5) if clip.emotion == "angry"]
    means = [np.stack(list(clip.frames)).mean() for clip in clips]
    assert len(clips) == len(STATEMENTS)
    assert means[0] == pytest.approx(means[1], rel=0.25)


def test_women_and_men_differ_in_hair_and_jaw() -> None:
    people = [draw_identity(actor, 11) for actor in range(1, 25)]
    for trait, lower in (("hair_length", 1), ("jaw_width", 0)):
        by_gender = [[p.scores[trait] for p in people if p.is_female == sex] for sex in (0, 1)]
        assert np.mean(by_gender[lower]) > np.mean(by_gender[1 - lower])
    assert draw_identity(3, 11) == people[2]


def test_dlib_finds_at_least_95_percent_of_the_faces() -> None:
    face = FaceConfig("dlib", None, None, 0, 0.0, 360, 0.0, 0.0, 0.5, 0.2, 64, 64)
    detector = make_detector(face)
    found = []
    for actor in range(1, 13):
        painter = FacePainter(draw_identity(actor, 20210507), 320, 180)
        for number, emotion in enumerate(SIX):
            rng = np.random.default_rng([actor, number])
            motion = draw_motion(emotion, np.arange(45) / 15, rng)
            found += [len(detector(painter.paint(motion, index))) for index in (4, 20, 32)]
    assert np.mean(np.array(found) == 1) >= 0.95


def test_the_same_words_sound_the_same_whatever_was_said_before(say: Speaker) -> None:
    first = speak(say, STATEMENTS["01"], "female", Prosody(), 16000)
    speak(say, STATEMENTS["02"], "male", EMOTIONAL_PROSODY["happy"], 16000)
    again = speak(say, STATEMENTS["01"], "female", Prosody(), 16000)
    np.testing.assert_array_equal(again, first)


@pytest.mark.parametrize("gender", ["male", "female"])
def test_a_voice_follows_pitch_rate_loudness_and_tilt(say: Speaker, gender: str) -> None:
    def measured(prosody: Prosody) -> tuple[float, float, float, float]:
        speech = speak(say, STATEMENTS["02"], gender, prosody, 16000)
        pitch_hz = np.median(librosa.yin(speech, fmin=70, fmax=500, sr=16000))
        power = np.abs(np.fft.rfft(speech)) ** 2
        split = 2000 * len(speech) // 16000
        tilt_db = 10 * np.log10(power[2 * split :].sum() / power[: split // 2].sum())
        return pitch_hz, len(speech), 10 * np.log10(np.mean(speech**2)), tilt_db

    rest = measured(Prosody())
    told = measured(Prosody(pitch_semitones=4, rate=1.25, loudness_db=6, tilt_db=5))
    assert 12 * np.log2(told[0] / rest[0]) == pytest.approx(4, abs=1)
    assert rest[1] / told[1] == pytest.approx(1.25, rel=0.1)
    assert rest[2] == pytest.approx(RESTING_LEVEL_DBFS, abs=0.1)
    assert told[2] - rest[2] == pytest.approx(6, abs=0.1)
    assert told[3] - rest[3] == pytest.approx(5, abs=2.5)


def test_scaling_formants_keeps_pitch_and_length(say: Speaker) -> None:
    rest, scaled = (
        speak(say, STATEMENTS["01"], "male", Prosody(formant_scale=scale), 16000)
        for scale in (1, 1.12)
    )
    pitch = [np.median(librosa.yin(s, fmin=70, fmax=500, sr=16000)) for s in (rest, scaled)]
    assert pitch[1] / pitch[0] == pytest.approx(1, abs=0.05)
    assert len(scaled) / len(rest) == pytest.approx(1, abs=0.06)


def test_speakers_differ_less_than_emotions() -> None:
    rng = np.random.default_rng(0)
    pitch = np.array(
        [[draw_prosody(e, a, 5, rng).pitch_semitones for e in SIX] for a in range(1, 13)]
    )
    assert pitch.mean(axis=1).std() < 0.4 * pitch.mean(axis=0).std()


def test_real_recordings_replace_the_voice(tmp_path: Path) -> None:
    for clip in clip_files("02", SMALL.emotions):
        noise = np.random.default_rng(1).normal(0, 0.1, 32000)
        noise[:16000] = 0
        soundfile.write(tmp_path / f"03{Path(clip).stem[2:]}.flac", noise, 16000)
    files = recording_files(str(tmp_path), "02", SMALL.emotions)
    clips = list(simulate_actor(SMALL, "02", 5, files))
    assert len(files) == len(clips) == 4
    for clip in clips:
        assert len(clip.audio) == 48000  # SMALL's second at 48 kHz
        assert np.abs(clip.audio[: int(0.2 * 48000)]).max() < 0.01  # 0.25 s before the sound
        assert clip.audio[int(0.3 * 48000) :].std() == pytest.approx(0.1, rel=0.3)


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="voices_dir: expected a recording 03-01-01-01-01-01-02"):
        recording_files(str(tmp_path), "02", SIX)
    assert recording_files(None, "02", SIX) == []


def test_an_unknown_voice_is_not_passed_over(say: Speaker) -> None:
    with pytest.raises(RuntimeError, match="espeak-ng has no voice 'xx'"):
        say("x", "xx", rate_wpm=160, pitch=50, pitch_range=50)


def test_a_speaking_program_that_ended_is_not_waited_for(
    say: Speaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ends.py").write_text("input()")
    monkeypatch.setattr("crossmodal.simulate.espeak.PROGRAM", tmp_path / "ends.py")
    with pytest.raises(RuntimeError, match="the speaking program ended"):
        say("x", "en", rate_wpm=160, pitch=50, pitch_range=50)


def test_no_process_of_ours_loads_espeak(root: Path) -> None:
    """eSpeak NG is GPL: it runs as a program that imports nothing of ours, nor we of it."""
    assert not imported_modules(PROGRAM.read_text())
    for path in sorted((root / "src").rglob("*.py")):
        if path != PROGRAM:
            text = path.read_text()
            assert "import espeakng_loader" not in text
            assert "crossmodal.simulate.espeak_program" not in imported_modules(text)
    assert PROGRAM.relative_to(root).as_posix() in code_inputs(
        "workflow/scripts/simulate_clips.py", root
    )
