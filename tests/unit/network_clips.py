"""Small synthetic clips whose labels can be learnt, for the tests of networks.

Faces show identity (a smooth pattern), gender (overall brightness) and emotion (a bright
patch); mel images show emotion (a band), gender (a second band) and sentence (a rhythm). No
sound tells the identity.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.clips import Clip, write_clips
from crossmodal.contracts.stimulus_table import StimulusTable

EMOTIONS = ("neutral", "happy", "angry", "fearful", "disgust", "surprised")


def stimulus_table(actors: range, source: str = "study.tsv") -> StimulusTable:
    """All emotions and both statements of each actor."""
    rows = [
        {
            "stimulus_id": f"01-01-0{e + 1}-02-0{s}-01-{actor:02d}",
            "path": "x.mp4",
            "sha256": "0",
            "emotion": emotion,
            "identity": f"{actor:02d}",
            "gender": "male" if actor % 2 else "female",
            "sentence": ("kids", "dogs")[s - 1],
            "intensity": "strong",
            "repetition": "01",
            "modality": "01",
        }
        for actor in actors
        for e, emotion in enumerate(EMOTIONS)
        for s in (1, 2)
    ]
    return StimulusTable(pd.DataFrame(rows), source)


def make_clip(row: pd.Series, modalities: tuple[str, ...] = ("video", "audio")) -> Clip:
    """One clip of 8 frames and a 96 x 80 mel image; noise depends on its id only."""
    rng = np.random.default_rng(list(row.stimulus_id.encode()))
    emotion, actor = EMOTIONS.index(row.emotion), int(row.identity)
    video = {}
    if "video" in modalities:
        grey = np.clip(_face(emotion, actor) + rng.normal(0, 12, (8, 64, 64)), 0, 255)
        grey = grey.astype(np.uint8)
        video = {
            "video_grey": grey,
            "video_rgb": np.repeat(grey[..., None], 3, axis=3),
            "frame_rate_hz": 15.0,
            "face_box_px": np.zeros((8, 4), np.float32),
            "detection_score": np.ones(8, np.float32),
        }
    sound = {}
    if "audio" in modalities:
        mel = 10 ** (_voice(emotion, actor % 2, row.sentence) + rng.normal(0, 0.3, (96, 80)))
        sound = {
            "audio": np.zeros(16, np.float32),
            "sample_rate_hz": 16000.0,
            "mel_power": mel.astype(np.float32),
        }
    return Clip(row.stimulus_id, **video, **sound)


def _face(emotion: int, actor: int) -> np.ndarray:
    rng = np.random.default_rng(actor)
    grid = np.arange(64) / 64 * 2 * np.pi
    waves = [np.cos(k * grid + rng.uniform(0, 6)) for k in (1, 2, 2, 1)]
    face = (
        100
        + 25 * (actor % 2)
        + 30 * waves[0][:, None] * waves[1]
        + 30 * waves[2][:, None] * waves[3]
    )
    row, col = divmod(emotion, 3)
    face[8 + 28 * row : 24 + 28 * row, 2 + 20 * col : 16 + 20 * col] += 80
    return face


def _voice(emotion: int, male: int, sentence: str) -> np.ndarray:
    mel = np.full((96, 80), -3.0)
    mel[10 + 10 * emotion : 18 + 10 * emotion] += 2
    mel[80 + 8 * male : 86 + 8 * male] += 2
    beat = np.arange(80) % (8 if sentence == "kids" else 20) < 4
    return mel + 1.5 * beat


def write_actors(
    folder: Path, table: StimulusTable, modalities: tuple[str, ...] = ("video", "audio")
) -> list[Path]:
    """One HDF5 per actor, as the stimuli stage writes them."""
    paths = []
    for actor, rows in table.frame.groupby("identity"):
        paths.append(folder / f"actor-{actor}.h5")
        write_clips(paths[-1], (make_clip(row, modalities) for row in rows.itertuples()))
    return paths
