"""How a simulated face moves: action units over time, speech, blinks and head sway."""

from dataclasses import dataclass

import numpy as np

ACTION_UNITS = {
    1: "inner_brow_raise",
    2: "outer_brow_raise",
    4: "brow_lower",
    5: "upper_lid_raise",
    6: "cheek_raise",
    7: "lid_tighten",
    9: "nose_wrinkle",
    10: "upper_lip_raise",
    12: "lip_corner_pull",
    15: "lip_corner_depress",
    17: "chin_raise",
    20: "lip_stretch",
    24: "lip_press",
    26: "jaw_drop",
}
# ASSUME: prototypes after Ekman & Friesen's FACS (EMFACS) and Du, Tao & Martinez 2014
# (10.1073/pnas.1322355111, table 1); how strong each unit is at its apex is ours.
PROTOTYPES: dict[str, dict[int, float]] = {
    "neutral": {},
    "calm": {12: 0.2},
    "happy": {6: 0.9, 12: 1.0, 26: 0.2},
    "sad": {1: 0.9, 4: 0.6, 15: 0.9, 17: 0.4},
    "angry": {4: 1.0, 5: 0.3, 7: 0.9, 24: 0.9, 17: 0.3},
    "fearful": {1: 1.0, 2: 0.5, 4: 0.6, 5: 0.9, 20: 1.0, 26: 0.3},
    "disgust": {4: 0.5, 7: 0.4, 9: 1.0, 10: 1.0, 17: 0.5, 15: 0.4},
    "surprised": {1: 1.0, 2: 1.0, 5: 1.0, 26: 0.9},
}
SPONTANEOUS_SD = 0.06  # unrelated activity of every unit, so that no two clips are alike


@dataclass(frozen=True)
class FaceMotion:
    """One clip's movements.

    Shapes and units
    ----------------
    action_units : float64 (frame, unit of ACTION_UNITS), 0 rest – 1 apex
    speech_opening : float64 (frame,), 0 closed – 1 widest mouth opening of speech
    eye_closure : float64 (frame,), 1 while a blink closes the eyes
    head_pose : float64 (frame, 4): right and down in half face heights, roll in degrees, scale
    """

    action_units: np.ndarray
    speech_opening: np.ndarray
    eye_closure: np.ndarray
    head_pose: np.ndarray


def draw_motion(emotion: str, times_s: np.ndarray, rng: np.random.Generator) -> FaceMotion:
    """Movements of one clip at ``times_s``, float64 (frame,)."""
    duration_s = float(times_s[-1] + times_s[1])
    return FaceMotion(
        _action_units(emotion, times_s / duration_s, rng),
        _speech_opening(times_s / duration_s, duration_s, rng),
        _blinks(times_s, duration_s, rng),
        _head_pose(times_s, rng),
    )


def _action_units(emotion: str, phase: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Onset–apex–offset of the emotion's prototype, each unit with its own strength and lag."""
    prototype = PROTOTYPES[emotion]
    apex = np.array([prototype.get(unit, 0.0) for unit in ACTION_UNITS])
    apex = apex * rng.uniform(0.75, 1.0, len(apex))
    apex = np.clip(apex + np.abs(rng.normal(0, SPONTANEOUS_SD, len(apex))), 0, 1)
    onset = rng.uniform(0.04, 0.12) + rng.uniform(0, 0.03, len(apex))
    offset = rng.uniform(0.88, 0.95) - rng.uniform(0, 0.03, len(apex))
    rise = _smoothstep((phase[:, None] - onset) / 0.13)
    fall = _smoothstep((offset - phase[:, None]) / 0.13)
    return apex * np.minimum(rise, 0.3 + 0.7 * fall)


def _speech_opening(phase: np.ndarray, duration_s: float, rng: np.random.Generator) -> np.ndarray:
    """A syllable rhythm of 3–5 Hz with random openings while the actor speaks.

    # ASSUME: the rhythm is drawn without regard to the words, so that which sentence is spoken
    # can be heard but not seen (the published pattern: the auditory arm dominates sentences).
    """
    rate_hz = rng.uniform(3, 5)
    n_syllables = int(np.ceil(rate_hz * duration_s)) + 2
    openings = rng.uniform(0.25, 1.0, n_syllables)
    beat = phase * duration_s * rate_hz + rng.uniform(0, 1)
    speaking = (phase > rng.uniform(0.14, 0.2)) & (phase < rng.uniform(0.72, 0.82))
    return speaking * openings[beat.astype(int)] * np.sin(np.pi * (beat % 1)) ** 2


def _blinks(times_s: np.ndarray, duration_s: float, rng: np.random.Generator) -> np.ndarray:
    closure = np.zeros(len(times_s))
    for time_s in rng.uniform(0, duration_s, rng.poisson(duration_s * 0.25)):
        closure = np.maximum(closure, np.exp(-(((times_s - time_s) / 0.06) ** 2)))
    return closure


def _head_pose(times_s: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slow sway (two sinusoids below 1 Hz) about a position of the clip's own."""
    amplitude = np.array([0.03, 0.02, 1.6, 0.012])
    pose = np.tile(rng.normal(0, [0.05, 0.03, 1.2, 0.02]), (len(times_s), 1))
    for frequency_hz in rng.uniform(0.2, 0.9, 2):
        angle = 2 * np.pi * (frequency_hz * times_s[:, None] + rng.uniform(0, 1, 4))
        pose += amplitude * np.sin(angle)
    return pose + np.array([0, 0, 0, 1.0])


def _smoothstep(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)
