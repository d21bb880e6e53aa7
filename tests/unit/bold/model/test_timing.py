"""Control RDMs of the order of trials."""

import numpy as np
import pytest

from crossmodal.bold.model.glm import Design, GLMConfig
from crossmodal.bold.model.timing import (
    by_participant,
    design_distances,
    time_distances,
    timing_rdms,
)
from crossmodal.bold.read.events import EventsConfig, read_events
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import CONDITIONS, still_runs, write_bids


@pytest.fixture
def runs(tmp_path):
    return still_runs(write_bids(tmp_path / "bids"), tmp_path)


def test_time_is_the_mean_distance_of_events(runs):
    found = time_distances(runs, CONDITIONS, EventsConfig())
    events = read_events(runs[0].events, EventsConfig())
    expected = [
        np.mean([abs(e.onset_s - f.onset_s) for e in events for f in events
                 if (e.condition, f.condition) == pair])
        for pair in (("a", "b"), ("a", "c"), ("b", "c"))
    ]  # fmt: skip
    np.testing.assert_allclose(found, expected)


def test_design_distance_is_the_variance_of_a_difference_of_estimates():
    """By simulation: white noise, responses of the first two conditions overlap."""
    rng = np.random.default_rng(0)
    columns = rng.normal(size=(60, 3))
    columns[:, 1] += 2 * columns[:, 0]
    design = Design(columns, np.zeros((60, 0)), np.zeros((60, 0)), ("a", "b", "c"))
    betas = np.linalg.pinv(design.columns) @ rng.standard_normal((60, 20000))
    pairs = ((0, 1), (0, 2), (1, 2))
    simulated = [(betas[i] - betas[j]).var() for i, j in pairs]
    np.testing.assert_allclose(design_distances([design], ("a", "b", "c")), simulated, rtol=0.05)


def test_every_participant_gets_two_rdms_under_its_label(runs):
    grouped = by_participant({"01": ["1"], "02": ["2"]}, runs)
    assert {name: len(own) for name, own in grouped.items()} == {"sub-01": 1, "sub-02": 1}
    rdms = timing_rdms(grouped, CONDITIONS, EventsConfig(), GLMConfig())
    assert rdms.layers == ("time", "design") * 2
    assert rdms.select("sub-02").layers == ("time", "design")
    assert rdms.stimulus_ids == CONDITIONS


def test_no_participant_is_refused():
    with pytest.raises(InputError, match="participants: expected at least one"):
        timing_rdms({}, CONDITIONS, EventsConfig(), GLMConfig())
