"""Simulated clips of one actor: an expressive face and voice per emotion and statement."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.simulate.clips_config import STATEMENTS, SimulatedClips, clip_id
from crossmodal.simulate.encoding import write_mp4
from crossmodal.simulate.espeak import Speaker
from crossmodal.simulate.faces_drawing import FacePainter
from crossmodal.simulate.faces_identity import FaceIdentity, draw_identity
from crossmodal.simulate.faces_motion import ACTION_UNITS, FaceMotion, draw_motion
from crossmodal.simulate.voices import draw_prosody, speak
from crossmodal.simulate.voices_recorded import measure_prosody, read_recording

SAMPLE_RATE_HZ = 48000  # RAVDESS's own
SPEECH_ONSET_S = (0.3, 0.6)
ROOM_NOISE_DBFS = -66.0
PIXEL_NOISE_SD = 2.0  # grey levels
LIGHT_SD = 0.06  # of each clip's lighting


@dataclass(frozen=True)
class PlantedClip:
    """One clip before encoding, and what its generators were told."""

    stimulus_id: str
    emotion: str
    frames: Iterator[np.ndarray]
    audio: np.ndarray
    visual: dict[str, float]
    vocal: dict[str, float]


def simulate_actor(
    config: SimulatedClips, actor: str, seed: int, recordings: Sequence[str] = ()
) -> Iterator[PlantedClip]:
    """All clips of one actor, in the order of their names.

    ``recordings`` are real voices, files named ``03-…`` after the clips ``01-…``; without any
    espeak-ng speaks.
    """
    voices = {f"01{Path(file).stem[2:]}": file for file in recordings}
    identity = draw_identity(int(actor), seed)
    painter = FacePainter(identity, config.width_px, config.height_px)
    scenes = [(clip_id(actor, e, s), e, s) for e in config.emotions for s in STATEMENTS]
    with Speaker() as say:
        for stimulus_id, emotion, statement in sorted(scenes):
            # Seeded by the name: another choice of emotions changes no other clip.
            rng = np.random.default_rng([seed, *map(int, stimulus_id.split("-"))])
            times_s = np.arange(config.n_frames) / config.frame_rate_hz
            motion = draw_motion(emotion, times_s, rng)
            if stimulus_id in voices:
                audio, vocal = _recorded_voice(config, voices[stimulus_id])
            else:
                audio, vocal = _spoken_voice(config, say, stimulus_id, emotion, seed)
            vocal |= {"female": float(identity.is_female), "sentence": float(statement == "02")}
            film, visual = _film(painter, motion, rng), _visual_features(identity, motion)
            yield PlantedClip(stimulus_id, emotion, film, audio, visual, vocal)


def write_actor(
    config: SimulatedClips,
    actor: str,
    seed: int,
    files: Sequence[str],
    features_path: str,
    recordings: Sequence[str] = (),
) -> None:
    """Encode all clips of one actor and write what their generators were told."""
    paths = {Path(file).stem: file for file in files}
    rows = []
    for clip in simulate_actor(config, actor, seed, recordings):
        write_mp4(
            paths[clip.stimulus_id], clip.frames, config.frame_rate_hz, clip.audio, SAMPLE_RATE_HZ
        )
        features = {"stimulus_id": clip.stimulus_id, "emotion": clip.emotion}
        features |= {f"visual_{name}": value for name, value in clip.visual.items()}
        rows.append(features | {f"vocal_{name}": value for name, value in clip.vocal.items()})
    PlantedFeatures(pd.DataFrame(rows)).write(features_path)
    logging.getLogger(__name__).info(
        "actor %s: %d clips of %d frames", actor, len(rows), config.n_frames
    )


def _film(
    painter: FacePainter, motion: FaceMotion, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Frames, uint8 (row, col, 3), with the clip's own light and a camera's noise."""
    light = np.clip(1 + LIGHT_SD * rng.standard_normal(), 0.8, 1.2)
    for index in range(len(motion.action_units)):
        frame = painter.paint(motion, index)
        noise = np.empty(frame.shape[:2], dtype=np.float32)
        rng.standard_normal(out=noise, dtype=np.float32)
        frame = cv2.GaussianBlur(frame, (3, 3), 0.6).astype(np.float32) * np.float32(light)
        frame += PIXEL_NOISE_SD * noise[:, :, None]
        yield np.clip(frame, 0, 255).astype(np.uint8)


def _n_samples(config: SimulatedClips) -> int:
    """Sound as long as the video."""
    return round(config.n_frames / config.frame_rate_hz * SAMPLE_RATE_HZ)


def _recorded_voice(config: SimulatedClips, file: str) -> tuple[np.ndarray, dict[str, float]]:
    """A real recording, float32 (sample,), cut or padded to the clip; its measured prosody."""
    audio = read_recording(file, SAMPLE_RATE_HZ)[: _n_samples(config)]
    audio = np.pad(audio, (0, _n_samples(config) - len(audio)))
    return audio, measure_prosody(audio, SAMPLE_RATE_HZ)


def _spoken_voice(
    config: SimulatedClips, say: Speaker, stimulus_id: str, emotion: str, seed: int
) -> tuple[np.ndarray, dict[str, float]]:
    """espeak-ng in a quiet room, float32 (sample,); the settings of the voice."""
    fields = stimulus_id.split("-")
    actor, statement = int(fields[-1]), fields[4]
    rng = np.random.default_rng([seed, *map(int, fields), 1])
    prosody = draw_prosody(emotion, actor, seed, rng)
    gender = "female" if actor % 2 == 0 else "male"
    speech = speak(say, STATEMENTS[statement], gender, prosody, SAMPLE_RATE_HZ)
    audio = rng.standard_normal(_n_samples(config), dtype=np.float32)
    audio *= 10 ** (ROOM_NOISE_DBFS / 20)
    start = round(rng.uniform(*SPEECH_ONSET_S) * SAMPLE_RATE_HZ)
    speech = speech[: len(audio) - start]
    audio[start : start + len(speech)] += speech
    return np.clip(audio, -1, 1), dict(vars(prosody))


def _visual_features(identity: FaceIdentity, motion: FaceMotion) -> dict[str, float]:
    """Standard scores of the actor's traits; time averages of the clip's action units."""
    means = motion.action_units.mean(axis=0)
    units = {
        f"au{number:02d}_{name}": float(mean)
        for (number, name), mean in zip(ACTION_UNITS.items(), means, strict=True)
    }
    return dict(identity.scores) | units
