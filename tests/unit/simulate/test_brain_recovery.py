"""Planted effects come back from the simulated scans, and only where they were planted."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import pearsonr

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rois import Roi, read_rois
from crossmodal.simulate import bids
from crossmodal.simulate.brain import (
    Experiment,
    plant_participant,
    planted_rois,
    simulate_task_run,
    truth,
)
from crossmodal.simulate.brain_bold import StillHead, _next_noise
from crossmodal.simulate.brain_config import BrainConfig, Participant
from crossmodal.simulate.brain_files import write_participant
from crossmodal.simulate.brain_noise import drift_courses
from crossmodal.simulate.brain_pose import HeadTransforms, Warp, draw_head, rigid
from crossmodal.simulate.brain_response import response_design, standardised_features
from crossmodal.simulate.brain_tissue import Tissue

CLEAN = BrainConfig(
    repetition_time_s=2.0,
    voxel_size_mm=4.0,
    t1_voxel_mm=4.0,
    trial_onset_asynchrony_s=6.0,
    n_null_events=2,
    signal_percent=3.0,
    noise_percent=0.5,
    noise_ar1=0.35,
    noise_fwhm_mm=4.0,
    drift_percent=1.0,
    physiological_percent=0.0,
    anatomy_warp_mm=4.0,
    tilt_deg=5.0,
    dropout=0.2,
    distortion_mm=0.0,
    spikes_per_run=0,
    spike_percent=0.0,
    planted={"FFA": "visual", "STG": "vocal", "TPJ": "emotion"},
)
ELSEWHERE = Roi("SPL", "R", (28.0, -58.0, 54.0), 9.0, "", "far from anything planted")
SEED = 5


@pytest.fixture(scope="module")
def tissue():
    return Tissue.load()


@pytest.fixture(scope="module")
def experiment(root):
    rng = np.random.default_rng(SEED)
    ids = [f"clip-{i:02d}" for i in range(16)]
    columns = {
        f"{kind}_{k}": rng.standard_normal(16) for kind in ("visual", "vocal") for k in range(5)
    }
    frame = pd.DataFrame({"stimulus_id": ids, "emotion": np.repeat(list("abcd"), 4), **columns})
    rois = read_rois(root / "resources" / "rois.tsv")
    return Experiment(tuple(ids), PlantedFeatures(frame), 3.0, rois, SEED)


@pytest.fixture(scope="module")
def still(tissue):
    return StillHead.build(CLEAN, draw_head("01", CLEAN.anatomy_warp_mm, SEED), tissue)


def betas(config, experiment, still, motion_mm=0.0):
    """Percent signal change per clip (stimulus, voxel) by least squares, all voxels."""
    planted = plant_participant(config, "01", experiment, still.mni_mm)
    run = simulate_task_run(
        config, Participant("01", motion_mm=motion_mm), "1", experiment, still, planted
    )
    data = run.intensity.reshape(-1, run.intensity.shape[-1]).T
    onsets = run.events.set_index("stimulus_id").onset[list(experiment.stimulus_ids)].to_numpy()
    clips = response_design(onsets, 3.0, len(data), config.repetition_time_s)
    nuisance = np.column_stack([np.ones(len(data)), drift_courses(len(data)), run.motion])
    estimate = np.linalg.lstsq(np.column_stack([clips, nuisance]), data, rcond=None)[0]
    return 100 * estimate[: len(onsets)] / np.maximum(still.baseline, 1)


def rdm_match(estimates, still, roi, features):
    inside = roi.contains(still.mni_mm)
    # Pearson: with a category RDM, which is all ties, Spearman's rho cannot reach 1.
    return pearsonr(pdist(estimates[:, inside], "correlation"), pdist(features, "cosine"))[0]


@pytest.fixture(scope="module")
def estimates(experiment, still):
    return betas(CLEAN, experiment, still)


@pytest.mark.parametrize(("name", "kind"), CLEAN.planted.items())
def test_planted_rdms_come_back_from_a_glm(estimates, experiment, still, name, kind):
    features = standardised_features(experiment.features, kind, experiment.stimulus_ids)
    for roi in experiment.rois:
        if roi.name == name:
            assert rdm_match(estimates, still, roi, features) > 0.7
    # 120 pairs of 16 clips: an SD of about 0.1 under the null.
    assert abs(rdm_match(estimates, still, ELSEWHERE, features)) < 0.35


def test_the_response_has_its_size_and_nothing_is_elsewhere(estimates, experiment, still):
    inside = planted_rois(experiment.rois, CLEAN.planted)[0].contains(still.mni_mm)
    size = np.sqrt(estimates[:, inside].var(axis=0).mean())
    np.testing.assert_allclose(size, CLEAN.signal_percent, rtol=0.2)
    assert np.sqrt(estimates[:, ELSEWHERE.contains(still.mni_mm)].var(axis=0).mean()) < 1.0


def test_without_signal_no_region_differs_from_elsewhere(experiment, still):
    config = dataclasses.replace(CLEAN, signal_percent=0.0)
    estimates = betas(config, experiment, still)
    for roi in planted_rois(experiment.rois, CLEAN.planted):
        assert np.sqrt(estimates[:, roi.contains(still.mni_mm)].var(axis=0).mean()) < 1.0


def test_motion_moves_the_image_as_its_parameters_say(experiment, still, tissue):
    quiet = dataclasses.replace(CLEAN, noise_percent=0.0, drift_percent=0.0, signal_percent=0.0)
    planted = plant_participant(quiet, "01", experiment, still.mni_mm)
    run = simulate_task_run(
        quiet, Participant("01", motion_mm=4.0), "1", experiment, still, planted
    )
    centre = [
        np.average(still.grid.points_mm(), axis=0, weights=np.where(v > 100, v, 0).ravel())
        for v in (run.intensity[..., 0], run.intensity[..., -1])
    ]
    still_centre = np.append(centre[0], 1.0)
    expected = (rigid(run.motion[-1, :3], run.motion[-1, 3:]) @ still_centre)[:3]
    assert np.linalg.norm(expected - centre[0]) > 1
    np.testing.assert_allclose(centre[1], expected, atol=0.15)


def test_noise_is_ar1_of_unit_variance():
    config = dataclasses.replace(CLEAN, voxel_size_mm=4.0)
    rng, volume = np.random.default_rng(0), np.zeros((20, 20, 20), dtype=np.float32)
    series = []
    for t in range(60):
        volume = _next_noise(volume, config, rng, first=t == 0)
        series.append(volume.ravel())
    series = np.array(series)
    np.testing.assert_allclose(series.std(), 1, atol=0.03)
    np.testing.assert_allclose((series[1:] * series[:-1]).mean(), config.noise_ar1, atol=0.03)


def test_spikes_scale_one_slice_of_one_volume(experiment, still):
    with_spikes = dataclasses.replace(CLEAN, spikes_per_run=2, spike_percent=30.0)
    planted = plant_participant(CLEAN, "01", experiment, still.mni_mm)
    plain, spiked = (
        simulate_task_run(config, Participant("01"), "1", experiment, still, planted).intensity
        for config in (dataclasses.replace(with_spikes, spike_percent=0.0), with_spikes)
    )
    changed = np.argwhere((plain != spiked).any(axis=(0, 1)))
    assert 1 <= len(changed) <= 2
    ratio = spiked[:, :, *changed[0]].sum() / plain[:, :, *changed[0]].sum()
    assert ratio == pytest.approx(1.3, abs=1e-4) or ratio == pytest.approx(0.7, abs=1e-4)


def test_dropout_darkens_the_orbitofrontal_cortex(tissue):
    head = draw_head("01", 0.0, SEED)
    dark, whole = (
        StillHead.build(dataclasses.replace(CLEAN, dropout=d), head, tissue) for d in (0.8, 0.0)
    )
    near = np.linalg.norm(dark.mni_mm - [0, 34, -20], axis=1) < 8
    assert dark.baseline[near].mean() < 0.6 * whole.baseline[near].mean()
    np.testing.assert_allclose(
        dark.baseline[ELSEWHERE.contains(dark.mni_mm)],
        whole.baseline[ELSEWHERE.contains(dark.mni_mm)],
        rtol=1e-3,
    )


def test_the_truth_file_alone_gives_the_transforms(experiment):
    content = json.loads(json.dumps(truth(CLEAN, ["01", "02"], experiment.rois, SEED)))
    saved = content["participants"]["02"]
    warp = Warp(
        *(
            np.array(saved["t1_to_mni_warp"][key])
            for key in ("frequencies_per_mm", "phases_rad", "amplitudes_mm")
        )
    )
    rebuilt = HeadTransforms(
        np.array(saved["t1_to_mni_affine"]), warp, np.array(saved["bold_to_t1_affine"])
    )
    points = np.random.default_rng(0).uniform(-60, 60, (7, 3))
    np.testing.assert_allclose(
        rebuilt.bold_to_mni(points), draw_head("02", 4.0, SEED).bold_to_mni(points), atol=1e-9
    )
    planted = {roi["name"]: roi["features"] for roi in content["rois"]}
    assert (planted["FFA"], planted["insula"]) == ("visual", None)


def output_paths(folder, sub, runs):
    func = folder / f"bids/sub-{sub}/func/sub-{sub}_task-emotion_run-"
    anat = folder / f"bids/sub-{sub}/anat/sub-{sub}_T1w"
    return SimpleNamespace(
        t1w=f"{anat}.nii.gz",
        t1w_json=f"{anat}.json",
        bold=[f"{func}{run}_bold.nii.gz" for run in runs],
        bold_json=[f"{func}{run}_bold.json" for run in runs],
        events=[f"{func}{run}_events.tsv" for run in runs],
        motion=[folder / f"truth/sub-{sub}_run-{run}_motion.tsv" for run in runs],
    )


@pytest.fixture(scope="module")
def dataset(experiment, tmp_path_factory):
    """Two coarse participants: one stored left-handed, one with a missing run."""
    folder = tmp_path_factory.mktemp("simulated")
    config = dataclasses.replace(CLEAN, voxel_size_mm=8.0)
    bids.write_dataset_files(folder / "bids", ["01", "02"], "emotion")
    for participant, runs in ((Participant("01", "LAS", 0.5), "12"), (Participant("02"), "2")):
        output = output_paths(folder, participant.label, runs)
        write_participant(config, participant, experiment, tuple(runs), output)
    return folder


def test_the_data_set_is_valid_bids(dataset):
    validator = Path(sys.executable).with_name("bids-validator-deno")
    if not validator.exists():
        pytest.skip("needs bids-validator-deno")
    command = [validator, dataset / "bids", "--format", "json", "--ignoreWarnings"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    issues = json.loads(result.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []


def test_runs_differ_in_order_and_orientation_is_stored(dataset):
    func = dataset / "bids/sub-01/func"
    one, two = (pd.read_csv(path, sep="\t") for path in sorted(func.glob("*events.tsv")))
    assert set(one.stimulus_id.dropna()) == set(two.stimulus_id.dropna())
    assert one.stimulus_id.tolist() != two.stimulus_id.tolist()
    image = nib.load(next(func.glob("*run-1_bold.nii.gz")))
    assert nib.aff2axcodes(image.affine) == ("L", "A", "S")
    assert image.header.get_zooms()[3] == 2.0


def test_a_participant_does_not_depend_on_the_others(dataset, experiment, tmp_path):
    output = output_paths(tmp_path, "02", "2")
    config = dataclasses.replace(CLEAN, voxel_size_mm=8.0)
    write_participant(config, Participant("02"), experiment, ("2",), output)
    for path in (output.t1w, output.bold[0], output.events[0]):
        relative = Path(path).relative_to(tmp_path)
        assert Path(path).read_bytes() == (dataset / relative).read_bytes(), relative


def test_an_unknown_region_is_refused(experiment):
    with pytest.raises(InputError, match="planted: expected one of .*FFA.*, got 'FFX'"):
        planted_rois(experiment.rois, {"FFX": "visual"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"planted": {"FFA": "smell"}}, "planted.FFA: expected one of .* got 'smell'"),
        ({"noise_ar1": 1.0}, "noise_ar1: expected less than 1, got 1.0"),
        ({"anatomy_warp_mm": 20.0}, "anatomy_warp_mm: expected at most 8, got 20"),
    ],
)
def test_impossible_brains_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(CLEAN, **change)
