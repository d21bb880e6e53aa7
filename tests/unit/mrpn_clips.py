"""Small clips with learnable emotions, for the tests of the mrpn and affect3d families."""

from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.clips import Clip, write_clips
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable

EMOTIONS = ("angry", "happy")
RATE_HZ = 16_000


def make_clip(stimulus_id: str, emotion: int, seed: int, n_px: int = 32) -> Clip:
    """1.6 s: a bright upper or lower half, a high or low tone, and noise."""
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 60, (16, n_px, n_px, 3), dtype=np.uint8)
    half = slice(0, n_px // 2) if emotion else slice(n_px // 2, None)
    frames[:, half] += 120
    time_s = np.arange(int(1.6 * RATE_HZ)) / RATE_HZ
    wave = np.sin(2 * np.pi * (440 if emotion else 1760) * time_s) + rng.normal(0, 0.3, len(time_s))
    return Clip(
        stimulus_id,
        frames.mean(axis=3).astype(np.uint8),
        frames,
        10.0,
        np.zeros((16, 4), np.float32),
        np.ones(16, np.float32),
        (wave / 4).astype(np.float32),
        float(RATE_HZ),
        np.ones((8, 8), np.float32),
    )


def write_set(
    folder: Path, actors: list[str], n_repetitions: int = 2
) -> tuple[list[str], StimulusTable]:
    """One HDF5 file per actor and the table of all clips; odd actors are male."""
    paths, rows = [], []
    for actor in actors:
        clips = []
        for emotion, label in enumerate(EMOTIONS):
            for repetition in range(n_repetitions):
                name = f"{actor}-{label}-{repetition}"
                clips.append(make_clip(name, emotion, int(actor) * 100 + repetition * 2 + emotion))
                gender = "male" if int(actor) % 2 else "female"
                rows.append(
                    dict.fromkeys(COLUMNS, "x")
                    | {"stimulus_id": name, "emotion": label, "identity": actor, "gender": gender}
                )
        paths.append(str(folder / f"actor-{actor}.h5"))
        write_clips(paths[-1], clips)
    return paths, StimulusTable(pd.DataFrame(rows))
