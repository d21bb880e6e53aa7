"""crossmodal.bold.model.design: SPM12's columns, transcribed from its formulas."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import gamma as gamma_function

from crossmodal.bold.model import design
from crossmodal.bold.read.events import EventsConfig, conditions_of, read_events


def spm_gpdf(x, shape, rate):
    """spm_Gpdf.m."""
    return np.where(
        x > 0,
        rate**shape * np.maximum(x, 1e-30) ** (shape - 1) * np.exp(-rate * x)
        / gamma_function(shape),
        0,
    )  # fmt: skip


def spm_hrf(repetition_s, resolution=16):
    """spm_hrf.m with default parameters [6 16 1 1 6 0 32]."""
    dt = repetition_s / resolution
    u = np.arange(0, np.ceil(32 / dt) + 1)
    hrf = spm_gpdf(u, 6, dt) - spm_gpdf(u, 16, dt) / 6
    hrf = hrf[np.arange(0, int(np.floor(32 / repetition_s)) + 1) * resolution]
    return hrf / hrf.sum()


def spm_column(onsets, durations, n_scans, repetition_s, resolution=16, onset_bin=8):
    """spm_get_ons.m, spm_get_bf.m, spm_Volterra.m and spm_fMRI_design.m for one condition."""
    dt = repetition_s / resolution
    u = np.ones(len(onsets)) / (1 if np.any(durations) else dt)
    ton = np.round(np.asarray(onsets) / dt).astype(int) + 33
    tof = np.round(np.asarray(durations) / dt).astype(int) + ton + 1
    sf = np.zeros(n_scans * resolution + 128)
    for on, off, height in zip(np.maximum(ton, 1), np.maximum(tof, 1), u, strict=True):
        if len(sf) > on:
            sf[on - 1] += height
        if len(sf) > off:
            sf[off - 1] -= height
    sf = np.cumsum(sf)[: n_scans * resolution + 32]
    x = np.convolve(sf, spm_hrf(dt))[: len(sf)]
    return x[np.arange(n_scans) * resolution + onset_bin + 32 - 1]


@pytest.mark.parametrize("step_s", [0.125, 0.1, 0.05])
def test_hrf_is_spms(step_s):
    assert_allclose(design.spm_hrf(step_s), spm_hrf(step_s), rtol=1e-10, atol=1e-15)


def test_columns_of_the_real_run_are_spms(shared):
    path = next((shared / "data/studyforrest").glob("sub-02/func/*events.tsv"))
    events = read_events(path, EventsConfig())
    names = conditions_of(events)
    assert len(names) == 6
    for name in names:
        own = [event for event in events if event.condition == name]
        onsets = np.array([event.onset_s for event in own])
        durations = np.array([event.duration_s for event in own])
        ours = design.event_regressor(onsets, durations, 156, 2.0)
        theirs = spm_column(onsets, durations, 156, 2.0)
        assert np.corrcoef(ours, theirs)[0, 1] > 0.9999


@pytest.mark.parametrize("duration_s", [0.0, 0.9, 3.0, 16.0])
def test_columns_are_spms(duration_s):
    rng = np.random.default_rng(1)
    onsets = np.sort(rng.uniform(-5, 300, 20))
    durations = np.full(20, duration_s)
    ours = design.event_regressor(onsets, durations, 156, 2.0)
    theirs = spm_column(onsets, durations, 156, 2.0)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9999
    assert_allclose(ours, theirs, atol=1e-12)


def test_event_at_the_very_end_and_before_the_start_do_no_harm():
    column = design.event_regressor(np.array([-500.0, 310.0]), np.array([2.0, 2.0]), 156, 2.0)
    assert np.abs(column[:150]).max() < 1e-12


def test_cosines_are_spms():
    # spm_filter: n = fix(2 k RT / HParam + 1); spm_dctmtx(k, n) without its first column.
    basis = design.high_pass_basis(156, 2.0, 128.0)
    n = int(2 * 156 * 2.0 / 128 + 1)
    rows = np.arange(156)
    theirs = [np.sqrt(2 / 156) * np.cos(np.pi * (2 * rows + 1) * k / 312) for k in range(1, n)]
    assert_allclose(basis, np.array(theirs).T, atol=1e-12)
    assert_allclose(basis.T @ basis, np.eye(n - 1), atol=1e-12)


def test_short_runs_have_no_cosines():
    assert design.high_pass_basis(10, 2.0, 128.0).shape == (10, 0)


@pytest.mark.parametrize("n", [0, 6, 12, 24])
def test_motion_regressors_and_their_names(n):
    parameters = np.random.default_rng(0).normal(size=(20, 6))
    columns = design.motion_regressors(parameters, n)
    names = design.motion_names(tuple("abcdef"), n)
    assert columns.shape == (20, n)
    assert len(set(names)) == n
    if n >= 12:
        assert_allclose(columns[1:, 6], np.diff(parameters[:, 0]))
        assert names[6] == "a_derivative1"
    if n == 24:
        assert_allclose(columns[:, 12:18], parameters**2)
        assert names[12] == "a_power2"
        assert names[18] == "a_derivative1_power2"
