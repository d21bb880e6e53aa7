"""Simulated valence and arousal: what is true, and what a rater's error does to it."""

import numpy as np
import pytest

from crossmodal.simulate.affect import simulate_affect, true_affect
from crossmodal.simulate.clips import simulate_actor
from crossmodal.simulate.clips_config import SimulatedClips
from crossmodal.simulate.faces_motion import ACTION_UNITS

CONFIG = SimulatedClips(["happy", "sad", "surprised"], 2.0, 10, 64, 64)


def test_a_face_at_rest_is_neutral() -> None:
    np.testing.assert_allclose(true_affect(np.zeros((3, len(ACTION_UNITS)))), 0)


def test_emotions_lie_where_they_belong() -> None:
    frame = simulate_affect(CONFIG, ["01", "02"], 5, 0.0).frame
    means = frame.groupby(frame.stimulus_id.str[6:8])[["valence", "arousal"]].mean()
    assert means.valence["03"] > 0.2 > means.valence["04"]  # happy, sad
    assert means.arousal["08"] > 0.2 > means.arousal["04"]  # surprised, sad


def test_truth_is_that_of_the_face_in_the_film() -> None:
    frame = simulate_affect(CONFIG, ["01"], 5, 0.0).frame
    clip = next(simulate_actor(CONFIG, "01", 5))
    part = frame[frame.stimulus_id == clip.stimulus_id]
    # At small amplitudes tanh is linear: the mean of the truth is that of mean action units.
    means = [value for name, value in clip.visual.items() if name.startswith("au")]
    linear = np.arctanh(part[["true_valence", "true_arousal"]].to_numpy()).mean(axis=0)
    expected = np.arctanh(true_affect(np.array([means])))[0]
    np.testing.assert_allclose(linear, expected, atol=1e-6)


def test_a_raters_error_is_one_offset_per_clip() -> None:
    frame = simulate_affect(CONFIG, [f"{n:02d}" for n in range(1, 31)], 5, 0.05).frame
    error = (frame.valence - frame.true_valence).where(frame.valence.abs() < 1)
    per_clip = error.groupby(frame.stimulus_id)
    np.testing.assert_allclose(per_clip.max(), per_clip.min(), atol=1e-9)
    np.testing.assert_allclose(per_clip.mean().std(), 0.05, rtol=0.15)


@pytest.mark.parametrize("seed", [1, 2])
def test_labels_repeat(seed: int) -> None:
    first, second = (simulate_affect(CONFIG, ["03"], seed, 0.1).frame for _ in range(2))
    np.testing.assert_array_equal(first.valence, second.valence)
