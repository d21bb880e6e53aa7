"""What docs/conventions.md says of formats and peers, seen by running them.

A test that fails here means that a peer behaves otherwise now: correct the page's row.
"""

import csv
import io
import json
import struct
import subprocess
import sys
from pathlib import Path

import librosa
import nibabel as nib
import numpy as np
import pandas as pd
import pytest
import soundfile
from nilearn.datasets import load_mni152_template
from nilearn.glm.first_level import (
    FirstLevelModel,
    compute_regressor,
    first_level_from_bids,
    make_first_level_design_matrix,
)
from nilearn.image import load_img, new_img_like, resample_img, smooth_img
from nilearn.maskers import NiftiLabelsMasker, NiftiMasker
from nilearn.maskers.nifti_spheres_masker import apply_mask_and_get_affinity
from nilearn.masking import apply_mask
from nilearn.mass_univariate import permuted_ols
from numpy.testing import assert_allclose
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import RDMs, calc_rdm, calc_rdm_unbalanced, compare
from rsatoolbox.util.searchlight import get_volume_searchlight
from scipy.io import loadmat
from scipy.spatial.distance import pdist

from crossmodal.bold.model.design import high_pass_basis
from crossmodal.bold.read.bids import find_runs
from crossmodal.bold.read.clock import read_clock
from crossmodal.contracts.errors import InputError
from crossmodal.inference.sign_flips import sign_patterns, smallest_p
from crossmodal.rsa.neighbourhoods import sphere_steps, spheres
from crossmodal.stimuli.media import read_video

pytestmark = pytest.mark.filterwarnings("ignore")
MM3 = np.diag([3.0, 3.0, 3.0, 1.0])


def image(data: np.ndarray, affine: np.ndarray = MM3) -> nib.Nifti1Image:
    return nib.Nifti1Image(data, affine)


def ones(n: int, affine: np.ndarray = MM3) -> nib.Nifti1Image:
    return image(np.ones((n, n, n), np.uint8), affine)


def events(names: list[str], **columns: list[float]) -> pd.DataFrame:
    onsets = 10.0 + 40 * np.arange(len(names))
    return pd.DataFrame({"onset": onsets, "duration": 5.0, "trial_type": names, **columns})


# Spheres


@pytest.mark.parametrize(
    ("voxel_mm", "theirs"), [(1.9, 117), (2.0, 123), (3.0, 123), (3.1, 120), (3.3, 108)]
)
def test_nilearns_sphere_of_three_voxels_depends_on_the_voxel_size(voxel_mm, theirs):
    affine = np.diag([voxel_mm, voxel_mm, voxel_mm, 1.0])
    series = image(np.zeros((13, 13, 13, 1), np.float32), affine)
    seed = [(6 * voxel_mm,) * 3]
    _, affinity = apply_mask_and_get_affinity(
        seed, series, 3 * voxel_mm, True, mask_img=ones(13, affine)
    )
    assert int(affinity.sum()) == theirs
    assert len(sphere_steps(affine, 3 * voxel_mm)) == 123


def test_rsatoolboxs_spheres_leave_the_mask_and_depend_on_space_around_it():
    brain = np.ones((7, 7, 7), dtype=bool)
    tight = get_volume_searchlight(brain, radius=3, threshold=0.5)
    loose = get_volume_searchlight(np.pad(brain, 3), radius=3, threshold=0.5)
    assert {len(sphere) for sphere in loose[1]} == {93}
    assert max(len(sphere) for sphere in tight[1]) <= 93
    assert len(tight[0]) == 343 > len(loose[0])
    inside = np.pad(brain, 3).ravel()
    assert min(inside[np.asarray(sphere, dtype=int)].mean() for sphere in loose[1]) < 0.7
    ours = [spheres(mask, MM3, 9.0).sizes for mask in (brain, np.pad(brain, 3))]
    np.testing.assert_array_equal(*ours)


# RDMs


def test_rsatoolbox_sorts_conditions_or_not():
    data = np.random.default_rng(0).normal(size=(3, 9))
    named = Dataset(data, obs_descriptors={"c": ["b", "10", "9"]})
    assert list(calc_rdm(named, descriptor="c").pattern_descriptors["c"]) == ["10", "9", "b"]
    unbalanced = calc_rdm_unbalanced(named, descriptor="c").pattern_descriptors["c"]
    assert list(unbalanced) == ["b", "10", "9"]


def test_rsatoolbox_compares_by_position():
    rdms = np.array([[1.0, 2, 3]])
    names = [["a", "b", "c"], ["c", "b", "a"]]
    one, other = (RDMs(rdms, pattern_descriptors={"c": each}) for each in names)
    assert_allclose(compare(one, other, method="corr"), 1)


def test_rsatoolbox_averages_runs_before_the_distance():
    runs = np.random.default_rng(0).normal(size=(3, 4, 20))
    data = Dataset(runs.reshape(-1, 20), obs_descriptors={"c": list(range(4)) * 3})
    found = calc_rdm(data, method="correlation", descriptor="c").dissimilarities[0]
    assert_allclose(found, pdist(runs.mean(axis=0), "correlation"))
    each = np.mean([pdist(run, "correlation") for run in runs], axis=0)
    assert np.abs(found - each).max() > 0.05


def test_rsatoolboxs_euclidean_is_squared_and_per_voxel():
    data = np.random.default_rng(0).normal(size=(4, 20))
    found = calc_rdm(Dataset(data), method="euclidean").dissimilarities[0]
    assert_allclose(found, pdist(data, "sqeuclidean") / 20)


@pytest.mark.parametrize(("value", "defined"), [(0.0, False), (0.5, False), (0.1, True)])
def test_a_constant_pattern_correlates_if_its_mean_rounds(value, defined):
    data = np.random.default_rng(0).normal(size=(3, 50))
    data[1] = value
    theirs = calc_rdm(Dataset(data), method="correlation").dissimilarities[0][0]
    for found in (theirs, pdist(data, "correlation")[0], np.corrcoef(data)[0, 1]):
        assert np.isfinite(found) == defined


@pytest.mark.parametrize("method", ["corr", "spearman", "tau-a", "rho-a"])
def test_rsatoolboxs_constant_rdm_has_similarity_zero(method):
    other = RDMs(np.random.default_rng(0).random((1, 6)))
    assert compare(RDMs(np.ones((1, 6))), other, method=method) == 0


def test_rsatoolboxs_unbalanced_crossnobis_keeps_run_offsets():
    rng = np.random.default_rng(0)
    patterns = rng.normal(size=(3, 4, 20))
    rows = [(r, c) for r in range(3) for c in range(4) if (r, c) != (0, 2)]
    names = {"run": [r for r, _ in rows], "c": [c for _, c in rows]}

    def distances(offset: float) -> np.ndarray:
        data = np.stack([patterns[r, c] + offset * (r == 1) for r, c in rows])
        return calc_rdm_unbalanced(
            Dataset(data, obs_descriptors=names), "crossnobis", "c", cv_descriptor="run"
        ).dissimilarities[0]

    assert np.abs(distances(5.0) - distances(0.0)).max() > 0.2


def test_mne_rsa_sorts_items_by_y():
    mne_rsa = pytest.importorskip("mne_rsa")
    data = np.random.default_rng(0).normal(size=(4, 30))
    found = np.asarray(next(iter(mne_rsa.rdm_array(data, y=[3, 1, 2, 0]))))
    assert_allclose(found, pdist(data[[3, 1, 2, 0]], "correlation"))


def mne_rsas_sphere(affine: np.ndarray, radius_mm: float, measure) -> int:
    """A number about mne-rsa's sphere around the middle; data are indices along two axes."""
    mne_rsa = pytest.importorskip("mne_rsa", reason="no package of the default environment")
    roi = np.zeros((13, 13, 13), np.uint8)
    roi[6, 6, 6] = 1
    data = np.moveaxis(np.indices(roi.shape)[:2], 0, -1).astype(float)
    found = mne_rsa.rdm_nifti(
        image(data, affine),
        spatial_radius=radius_mm / 1000,
        dist_metric=measure,
        roi_mask=image(roi, affine),
    )
    return int(np.ravel(next(iter(found)))[0])


def test_mne_rsas_spheres_depend_on_the_voxel_size():
    sizes = {
        v: mne_rsas_sphere(np.diag([v, v, v, 1.0]), 3 * v, lambda a, b: float(len(a)))
        for v in (1.9, 2.0, 3.0, 3.1)
    }
    assert len(set(sizes.values())) > 2
    assert max(sizes.values()) <= 123


def test_mne_rsa_exchanges_voxel_sizes_of_permuted_axes():
    def widths(affine: np.ndarray) -> list[int]:
        measures = (lambda a, b: float(np.ptp(a)) + 1, lambda a, b: float(np.ptp(b)) + 1)
        return [mne_rsas_sphere(affine, 9.5, measure) for measure in measures]

    upwards = np.zeros((4, 4))
    upwards[2, 0], upwards[0, 1], upwards[1, 2], upwards[3, 3] = 2, 3, 4, 1
    assert widths(np.diag([2.0, 3, 4, 1])) == [9, 7]
    assert widths(upwards) == [7, 5]
    steps = sphere_steps(upwards, 9.5)
    assert np.ptp(steps, axis=0)[:2].tolist() == [8, 6]


# Inference


def test_nilearn_draws_signs_with_replacement():
    data = np.abs(np.random.default_rng(0).normal(3, 1, size=(5, 4)))
    p = [
        10 ** -permuted_ols(
            np.ones((5, 1)), data, model_intercept=False, two_sided_test=False, n_perm=200,
            random_state=seed, verbose=0, output_type="dict",
        )["logp_max_t"].max()
        for seed in range(6)
    ]  # fmt: skip
    assert min(p) < smallest_p(5, 200, "greater") == 1 / 32 < max(p)
    assert len(sign_patterns(5, 200, 0)) == 32


# The model


@pytest.mark.parametrize("n_volumes", [30, 60, 64, 100, 128, 129, 200])
def test_nilearn_and_spm_filter_the_same_number_of_cosines(n_volumes):
    frames = 2.0 * np.arange(n_volumes)
    matrix = make_first_level_design_matrix(frames, None, "spm", "cosine", 1 / 128)
    theirs = [name for name in matrix.columns if name.startswith("drift")]
    assert len(theirs) == high_pass_basis(n_volumes, 2.0, 128.0).shape[1]


def test_nilearn_uses_a_modulation_column_and_adds_double_events():
    frames = 2.0 * np.arange(80)

    def peak(table: pd.DataFrame) -> float:
        return make_first_level_design_matrix(frames, table, "spm", None)["a"].max()

    plain = events(["a", "a", "a"])
    scaled = events(["a", "a", "a"], modulation=[1, 5, 9])
    assert_allclose(peak(scaled) / peak(plain), 9, rtol=0.01)
    assert_allclose(peak(pd.concat([plain, plain.iloc[:1]])) / peak(plain), 2, rtol=0.01)


def test_nilearns_zero_durations_scale_with_oversampling():
    frames = 2.0 * np.arange(50)
    peaks = [
        compute_regressor(np.array([[10.0], [0.0], [1.0]]), "spm", frames, oversampling=n)[0].max()
        for n in (16, 50)
    ]
    assert_allclose(peaks[0] / peaks[1], 50 / 16, rtol=0.03)


def first_level(data: np.ndarray, names: list[str]) -> FirstLevelModel:
    mask = image(np.ones(data.shape[:3], np.uint8))
    model = FirstLevelModel(t_r=2.0, mask_img=mask, noise_model="ols", drift_model=None)
    return model.fit(image(data), events(names))


def effect(model: FirstLevelModel, contrast: str) -> np.ndarray:
    return model.compute_contrast(contrast, output_type="effect_size").get_fdata().ravel()


def test_nilearn_does_not_scale_voxels_whose_mean_is_not_positive():
    response = np.random.default_rng(1).normal(size=80).astype(np.float32)
    means = np.array([200, 100, -100], np.float32)[:, None]
    found = effect(first_level((means + response).reshape(3, 1, 1, 80), ["a", "a"]), "a")
    assert_allclose(found[[0, 2]] / found[1], [0.5, 100], rtol=0.01)


def test_blanks_decide_what_nilearns_contrast_is():
    data = 100 + np.random.default_rng(1).normal(size=(2, 1, 1, 80)).astype(np.float32)
    model = first_level(data, ["face", "house", "face-house"])
    assert np.abs(effect(model, "face-house") - effect(model, "face - house")).max() > 0.05


def write_run(folder: Path, name: str, sidecar: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data = np.random.default_rng(0).normal(100, 1, (4, 4, 4, 20)).astype(np.float32)
    run = image(data)
    run.header.set_zooms((3, 3, 3, 2))
    run.header.set_xyzt_units("mm", "sec")
    run.to_filename(folder / f"{name}_bold.nii.gz")
    (folder / f"{name}_bold.json").write_text(json.dumps(sidecar))


EVENTS = "onset\tduration\ttrial_type\n4\t1\ta\nn/a\t1\tb\n9\tn/a\ta\n"


def test_nilearns_models_from_bids_read_start_time_but_no_events_at_the_root(tmp_path: Path):
    func, derived = tmp_path / "sub-01/func", tmp_path / "derivatives/sub-01/func"
    write_run(func, "sub-01_task-x", {"RepetitionTime": 2.0})
    name = "sub-01_task-x_space-MNI_desc-preproc"
    write_run(derived, name, {"RepetitionTime": 2.0, "StartTime": 0.9})
    confounds = "trans_x\n" + "0.1\n" * 20
    (derived / "sub-01_task-x_desc-confounds_timeseries.tsv").write_text(confounds)
    (tmp_path / "task-x_events.tsv").write_text(EVENTS)
    options = {"space_label": "MNI", "slice_time_ref": None}
    with pytest.raises(ValueError, match=r"No events.tsv files found"):
        first_level_from_bids(tmp_path, "x", **options)
    (run,) = find_runs(tmp_path, "x")
    assert run.events == str(tmp_path / "task-x_events.tsv")
    (func / "sub-01_task-x_events.tsv").write_text(EVENTS)
    (model,) = first_level_from_bids(tmp_path, "x", **options)[0]
    assert_allclose(model.slice_time_ref, 0.9 / 2.0)


def test_volume_timing_alone_and_events_without_times_are_valid_bids(tmp_path: Path):
    validator = Path(sys.executable).with_name("bids-validator-deno")
    if not validator.exists():
        pytest.skip("needs bids-validator-deno")
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.9.0"}')
    times = [2.0 * k + (k > 9) for k in range(20)]
    sidecar = {"TaskName": "x", "VolumeTiming": times, "SliceTiming": [0, 0.5, 1, 1.5]}
    write_run(tmp_path / "sub-01/func", "sub-01_task-x", sidecar)
    (tmp_path / "sub-01/func/sub-01_task-x_events.tsv").write_text(EVENTS)
    (tmp_path / "task-x_events.tsv").write_text(EVENTS)

    def errors() -> list[str]:
        command = [validator, tmp_path, "--format", "json", "--ignoreWarnings"]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        issues = json.loads(found)["issues"]["issues"]
        return [issue["code"] for issue in issues if issue["severity"] == "error"]

    assert errors() == []
    run = nib.load(tmp_path / "sub-01/func/sub-01_task-x_bold.nii.gz")
    with pytest.raises(InputError, match="volumes at equal distances, got 2 to 3 s apart"):
        read_clock(run, "x", sidecar)


# Images


def test_nilearn_counts_nan_as_zero():
    data = np.full((10, 10, 10), 100, np.float32)
    data[:2] = np.nan
    mine = data[..., None].copy()
    mean = NiftiLabelsMasker(image(np.ones((10, 10, 10), np.int32))).fit_transform(image(mine))
    assert_allclose(mean, 80)
    assert np.isfinite(mine).all()  # it writes into the caller's array, too
    smooth = smooth_img(image(data), 6).get_fdata()
    assert np.isfinite(smooth).all()
    assert smooth[2, 5, 5] < 75
    assert (apply_mask(image(data), ones(10)) == 0).any()
    assert np.isnan(apply_mask(image(data), ones(10), ensure_finite=False)).any()


def test_nilearns_standardize_is_the_population_sd():
    data = 5 + np.random.default_rng(0).normal(size=(3, 3, 3, 4)).astype(np.float32)
    found = NiftiMasker(ones(3), standardize=True).fit_transform(image(data))
    assert_allclose(found.std(axis=0, ddof=0), 1, rtol=1e-5)


def test_nilearn_interpolates_labels_into_new_ones():
    labels = np.ones((10, 10, 10), np.int16)
    labels[5:] = 7
    found = resample_img(image(labels, np.diag([2.0, 2, 2, 1])), target_affine=np.diag([3.0] * 3))
    assert len(np.unique(np.asarray(found.dataobj).round(2))) > 2


def test_nilearn_loads_wildcards_by_alphabet(tmp_path: Path):
    for run in (1, 2, 10):
        image(np.full((2, 2, 2), run, np.float32)).to_filename(tmp_path / f"run-{run}.nii")
    assert load_img(str(tmp_path / "run-*.nii")).get_fdata()[0, 0, 0].tolist() == [1, 10, 2]


def test_nilearns_template_is_symmetric():
    template = load_mni152_template(resolution=2).get_fdata()
    assert_allclose(template, template[::-1], atol=1e-12)


def test_an_int16_header_makes_nan_a_number(tmp_path: Path):
    raw = image(np.zeros((4, 4, 4), np.int16))
    t = np.random.default_rng(0).normal(size=(4, 4, 4))
    t[0, 0, 0], t[0, 0, 1] = np.nan, 10_000
    nib.Nifti1Image(t, MM3, raw.header).to_filename(tmp_path / "t.nii")
    back = nib.load(tmp_path / "t.nii").get_fdata()
    assert np.isfinite(back[0, 0, 0])
    assert back[0, 0, 0] != 0
    assert np.abs(back - t)[1:].max() > 0.05
    new_img_like(raw, t).to_filename(tmp_path / "n.nii")
    assert nib.load(tmp_path / "n.nii").get_data_dtype() == np.int16


def test_nibabel_takes_the_sform_and_guesses_las(tmp_path: Path):
    both = image(np.zeros((3, 3, 3), np.float32))
    both.set_sform(np.diag([-2.0, 2, 2, 1]), 2)
    both.set_qform(np.diag([2.0, 2, 2, 1]), 1)
    both.to_filename(tmp_path / "both.nii")
    assert nib.load(tmp_path / "both.nii").affine[0, 0] == -2
    neither = nib.Nifti1Image(np.zeros((3, 3, 3), np.float32), None)
    neither.header["sform_code"] = neither.header["qform_code"] = 0
    neither.to_filename(tmp_path / "neither.nii")
    assert nib.aff2axcodes(nib.load(tmp_path / "neither.nii").affine) == ("L", "A", "S")


def test_nibabel_turns_slices_but_not_their_times():
    stored = nib.Nifti1Image(np.zeros((4, 4, 6, 2), np.float32), np.diag([1.0, 1, -1, 1]))
    stored.header.set_dim_info(slice=2)
    stored.header["slice_code"], stored.header["slice_end"] = 1, 5
    stored.header["slice_duration"] = 0.5
    turned = nib.as_closest_canonical(stored)
    assert nib.aff2axcodes(turned.affine)[2] == "S"
    assert turned.header.get_slice_times() == stored.header.get_slice_times()


def test_nibabels_slicer_keeps_the_repetition_time():
    run = image(np.zeros((3, 3, 3, 10), np.float32))
    run.header.set_zooms((3, 3, 3, 2.0))
    assert run.slicer[..., ::2].header.get_zooms()[3] == 2
    assert run.slicer[::2].header.get_zooms()[0] == 6


def test_nibabel_ignores_units():
    for unit in ("mm", "micron", "meter"):
        run = image(np.zeros((3, 3, 3), np.float32))
        run.header.set_xyzt_units(unit, "msec")
        assert run.header.get_zooms()[0] == 3


# Faces, tables and sounds


def test_blazeface_sees_the_central_square_and_blends_weak_boxes_in(shared: Path):
    blazeface = pytest.importorskip("face_alignment.detection.blazeface")
    files = {"path_to_detector": str(shared / "data/weights/blazeface.pth"),
             "path_to_anchor": str(shared / "data/weights/anchors.npy")}  # fmt: skip
    face = read_video(shared / "data/cremad/1001_DFA_ANG_XX.flv")[30]

    def scores(left: int, threshold: float = 0.5) -> list[float]:
        frame = np.full((720, 1280, 3), 90, np.uint8)
        frame[180:540, left : left + 480] = face
        finder = blazeface.FaceDetector("cpu", min_score_thresh=threshold, **files)
        return [float(box[4]) for box in finder.detect_from_image(frame) if len(box)]

    assert len(scores(400)) == 1
    assert scores(0) == scores(800) == []
    assert max(scores(400, 0.3)) < max(scores(400, 0.75))


def test_a_quotation_mark_swallows_rows():
    answers = {2: '"big', 7: '"small'}
    lines = [f"{k}\ta\t{answers.get(k, 'round')}" for k in range(16)]
    text = "\n".join(["onset\ttrial_type\tanswer", *lines])
    assert len(pd.read_csv(io.StringIO(text), sep="\t")) == 11
    assert len(pd.read_csv(io.StringIO(text), sep="\t", quoting=csv.QUOTE_NONE)) == 16


def test_pandas_rewrites_names():
    text = "condition\tx\n01\t1\n1.10\t2\n"
    assert pd.read_csv(io.StringIO(text), sep="\t").condition.tolist() == [1.0, 1.1]
    assert pd.read_csv(io.StringIO("c\tx\nNA\t1\n"), sep="\t").c.isna().all()


def test_whole_doubles_of_matlab_are_unsigned_bytes(tmp_path: Path):
    def element(kind: int, data: bytes) -> bytes:
        return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)

    matrix = element(6, struct.pack("<II", 6, 0)) + element(5, struct.pack("<ii", 1, 3))
    matrix += element(1, b"onsets") + element(2, bytes([2, 10, 30]))
    header = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<HH", 0x0100, 0x4D49)
    (tmp_path / "a.mat").write_bytes(header + element(14, matrix))
    assert (loadmat(tmp_path / "a.mat")["onsets"] - 4)[0, 0] == 254
    assert loadmat(tmp_path / "a.mat", mat_dtype=True)["onsets"].dtype == np.float64


def test_soundfile_reads_float_waves_as_int16_without_scaling(tmp_path: Path):
    soundfile.write(tmp_path / "f.wav", np.array([0.5, -0.5]), 8000, subtype="FLOAT")
    assert soundfile.read(tmp_path / "f.wav", dtype="int16")[0].tolist() == [0, 0]
    soundfile.write(tmp_path / "p.wav", np.array([0.5, -0.5]), 8000, subtype="PCM_16")
    assert soundfile.read(tmp_path / "p.wav", dtype="int16")[0].tolist() == [16384, -16384]


def test_librosas_yin_finds_a_pitch_in_silence():
    assert (librosa.yin(np.zeros(8000), fmin=65, fmax=400, sr=8000) >= 400).all()
