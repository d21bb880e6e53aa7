"""True valence and arousal of every frame of the simulated faces, and a rater's labels."""

import numpy as np
import pandas as pd

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.simulate.clips_config import STATEMENTS, SimulatedClips, clip_id
from crossmodal.simulate.faces_motion import ACTION_UNITS, draw_motion

# ASSUME: which action units look pleasant or excited, and how much, is ours (signs after the
# emotions they belong to); the network is asked to recover this mapping from pixels.
VALENCE = {1: -0.25, 4: -0.5, 6: 0.5, 9: -0.45, 10: -0.25, 12: 0.7, 15: -0.45, 20: -0.4, 24: -0.25}
AROUSAL = {2: 0.35, 4: 0.2, 5: 0.6, 7: 0.2, 9: 0.2, 12: 0.35, 15: -0.5, 20: 0.35, 26: 0.4}


def true_affect(action_units: np.ndarray) -> np.ndarray:
    """(frame, unit) -> float64 (frame, 2): tanh of weighted sums of action units."""
    weights = np.array([[VALENCE.get(u, 0.0), AROUSAL.get(u, 0.0)] for u in ACTION_UNITS])
    return np.tanh(action_units @ weights)


def simulate_affect(
    config: SimulatedClips, actors: list[str], seed: int, rater_noise_sd: float
) -> AffectLabels:
    """Labels of all frames of all clips, with the truth beside them.

    A rater's error is one offset per clip and axis, SD ``rater_noise_sd``: averaging over
    the frames of a window does not remove it, so it is the floor of any RMSE.
    """
    times_s = np.arange(config.n_frames) / config.frame_rate_hz
    parts = []
    for actor in actors:
        for stimulus_id, emotion in sorted(
            (clip_id(actor, e, s), e) for e in config.emotions for s in STATEMENTS
        ):
            key = [seed, *map(int, stimulus_id.split("-"))]
            # The first draws of the clip's own generator, as the film makes them.
            motion = draw_motion(emotion, times_s, np.random.default_rng(key))
            truth = true_affect(motion.action_units)
            offset = rater_noise_sd * np.random.default_rng([*key, 2]).standard_normal(2)
            labels = np.clip(truth + offset, -1, 1)
            parts.append(
                pd.DataFrame(
                    {
                        "stimulus_id": stimulus_id,
                        "frame": np.arange(config.n_frames),
                        "valence": labels[:, 0],
                        "arousal": labels[:, 1],
                        "true_valence": truth[:, 0],
                        "true_arousal": truth[:, 1],
                    }
                )
            )
    return AffectLabels(pd.concat(parts, ignore_index=True), "simulated affect")
