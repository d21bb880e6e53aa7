"""Order, timing and planted responses of the simulated task."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nilearn.glm.first_level.hemodynamic_models import spm_hrf
from scipy.spatial.distance import pdist

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.simulate.brain_events import (
    LEAD_OUT_S,
    insert_nulls,
    n_volumes,
    run_events,
    trial_order,
)
from crossmodal.simulate.brain_response import (
    clip_response,
    plant,
    response_design,
    standardised_features,
)


def features(n=6):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "stimulus_id": [f"clip-{i}" for i in range(n)],
            "emotion": ["happy", "sad"] * (n // 2),
            "visual_a": rng.standard_normal(n),
            "visual_constant": 4.0,
            "vocal_a": 1.0,
        }
    )
    return PlantedFeatures(frame)


@pytest.mark.parametrize(("n_categories", "n_each"), [(6, 12), (3, 3), (2, 6)])
def test_every_category_follows_every_category_equally_often(n_categories, n_each):
    categories = np.repeat(list("abcdef")[:n_categories], n_each)
    order = trial_order(categories, np.random.default_rng(1))
    sequence = categories[order]
    pairs = pd.crosstab(sequence, np.roll(sequence, -1)).to_numpy()
    np.testing.assert_array_equal(pairs, n_each // n_categories)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=30), st.integers(0, 99))
def test_every_clip_comes_once_whatever_the_categories(categories, seed):
    order = trial_order(categories, np.random.default_rng(seed))
    assert sorted(order) == list(range(len(categories)))


def test_null_events_never_lead_end_or_double():
    events = insert_nulls(np.arange(72), 12, np.random.default_rng(0))
    nulls = np.flatnonzero(events == -1)
    assert len(nulls) == 12
    assert nulls.min() > 0
    assert nulls.max() < len(events) - 1
    assert np.diff(nulls).min() > 1


def test_events_have_their_onsets_and_names():
    events = run_events(
        ["x", "y"], ["happy", "sad"], 4.0, 3.0, n_null=1, rng=np.random.default_rng(0)
    )
    assert events.onset.tolist() == [6.0, 10.0, 14.0]
    assert events.trial_type.iloc[1] == "null"
    assert events.stimulus_id.iloc[1] == "n/a"
    assert set(events.stimulus_id) == {"x", "y", "n/a"}
    assert n_volumes(events, 2.0) * 2.0 >= 14 + 3 + LEAD_OUT_S


def test_planting_keeps_the_features_rdm_exactly():
    values = np.random.default_rng(0).standard_normal((10, 4))
    values -= values.mean(axis=0)
    patterns = plant(values, 30, 2.0, np.random.default_rng(1))
    np.testing.assert_allclose(
        pdist(patterns, "correlation"), pdist(values, "cosine"), rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(np.sqrt((patterns.std(axis=0) ** 2).mean()), 2.0)


def test_planting_into_few_voxels_keeps_the_first_components():
    values = np.random.default_rng(0).standard_normal((10, 5)) * [10, 9, 1e-6, 1e-6, 1e-6]
    patterns = plant(values, 3, 1.0, np.random.default_rng(1))
    assert patterns.shape == (10, 3)
    np.testing.assert_allclose(
        pdist(patterns, "correlation"), pdist(values, "cosine"), rtol=0, atol=1e-5
    )


def test_one_voxel_cannot_hold_a_pattern():
    np.testing.assert_array_equal(plant(np.eye(3), 1, 1.0, np.random.default_rng(0)), 0)


def test_features_are_z_scores_in_the_order_asked_for():
    order = ("clip-3", "clip-0", "clip-5", "clip-1")
    planted = features()
    values = standardised_features(planted, "visual", order)
    assert values.shape == (4, 1)
    np.testing.assert_allclose(values.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(values.std(), 1)
    expected = planted.frame.set_index("stimulus_id").visual_a[list(order)].to_numpy()
    np.testing.assert_allclose(np.corrcoef(values[:, 0], expected)[0, 1], 1)


def test_emotion_is_one_hot():
    values = standardised_features(features(), "emotion", ("clip-0", "clip-1", "clip-2"))
    assert values.shape == (3, 2)
    np.testing.assert_allclose(values[0], values[2])


def test_a_clip_without_features_is_named():
    with pytest.raises(InputError, match="stimulus_id: expected clip-9, got no such row"):
        standardised_features(features(), "visual", ("clip-9",))


def test_constant_features_are_refused():
    with pytest.raises(InputError, match="vocal: expected features that differ"):
        standardised_features(features(), "vocal", ("clip-0", "clip-1"))


def test_the_response_is_spm_s():
    times, response = clip_response(3.0)
    hrf = spm_hrf(0.1, oversampling=1, time_length=32.0)
    expected = np.convolve(hrf, np.ones(30))
    np.testing.assert_allclose(response.max(), 1)
    shared = slice(0, 300)
    correlation = np.corrcoef(response[shared], expected[shared])[0, 1]
    assert correlation > 0.999
    assert 5.0 < times[response.argmax()] < 8.0


def test_the_design_shows_each_event_after_its_onset():
    design = response_design(np.array([10.0, 40.0]), 3.0, 40, 2.0)
    assert design.shape == (40, 2)
    np.testing.assert_array_equal(design[:5, 0], 0)
    np.testing.assert_allclose(design[15:40, 1], design[0:25, 0])
