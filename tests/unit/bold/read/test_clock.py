"""Facts about time that files state: planted patterns are found again with each of them.

Responses are simulated apart from the package: a double-gamma HRF on a grid of 10 ms, read off
at the moments when the slices were recorded.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gamma

from crossmodal.bold.align.spaces import Space
from crossmodal.bold.model.confounds import write_confounds
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import estimate_patterns
from crossmodal.bold.read.clock import acquisition_s, read_clock
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.images import load_image
from crossmodal.bold.read.run_files import RunFiles, run_timing
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import grid, save, write_events

ON = grid(shape=(6, 6, 5), voxel_mm=(4.0,) * 3)
NAMES, STEP_S = ("a", "b", "c"), 0.01
SPACE = Space("s", ON, np.ones(ON.shape, dtype=bool), lambda points: points)
GLM = GLMConfig(noise="white", motion_regressors=0)


def events(duration_s, seed=0, first_s=0.0):
    """(onset, duration, condition): an event about every 2.2 s."""
    rng = np.random.default_rng(seed)
    onsets = np.arange(first_s, duration_s - 4, 2.2)
    onsets = onsets + rng.uniform(0, 0.7, len(onsets))
    return [
        (round(s, 3), 1.0, NAMES[i % 3])
        for i, s in zip(rng.permutation(len(onsets)), onsets, strict=True)
    ]


def responses(rows, times_s):
    """(time, condition), about 1 high."""
    start_s = 64.0
    neural = np.zeros((int((max(times_s) + start_s) / STEP_S) + 2, len(NAMES)))
    for onset, duration, name in rows:
        first = round((onset + start_s) / STEP_S)
        neural[first : first + round(duration / STEP_S), NAMES.index(name)] = 1
    lag_s = np.arange(0, 32, STEP_S)
    hrf = gamma.pdf(lag_s, 6) - gamma.pdf(lag_s, 16) / 6
    n = 2 * len(neural)
    course = np.fft.irfft(
        np.fft.rfft(neural, n, axis=0) * np.fft.rfft(hrf / hrf.sum(), n)[:, None], n, axis=0
    )
    return course[np.round((np.asarray(times_s) + start_s) / STEP_S).astype(int)]


def planted(seed=1):
    return np.random.default_rng(seed).normal(size=(len(NAMES), *ON.shape))


def write_run(
    folder, repetition_s, moments_s, sidecar=None, rows=None, n_volumes=90, header_s=None
):
    """A run whose slices k are recorded ``moments_s[k]`` after each volume's start."""
    rows = events(n_volumes * repetition_s) if rows is None else rows
    volumes = np.empty((*ON.shape, n_volumes))
    starts_s = np.arange(n_volumes) * repetition_s
    for k, moment_s in enumerate(np.broadcast_to(moments_s, ON.shape[2])):
        course = responses(rows, starts_s + moment_s)
        volumes[:, :, k] = np.einsum("tc,cxy->xyt", course, planted()[..., k])
    noise = np.random.default_rng(2).normal(size=volumes.shape)
    data = (1000 + 10 * volumes + 0.2 * noise).astype(np.float32)
    folder.mkdir(exist_ok=True)
    stem = folder / "sub-01_task-x"
    bold = save(folder / f"{stem.name}_bold.nii.gz", data, ON.affine, header_s or repetition_s)
    sidecar = {"RepetitionTime": repetition_s} if sidecar is None else sidecar
    (folder / f"{stem.name}_bold.json").write_text(json.dumps(sidecar))
    write_confounds(f"{stem}_confounds.tsv", np.zeros((n_volumes, 6)))
    write_events(folder / f"{stem.name}_events.tsv", rows)
    return RunFiles(
        "r", str(bold), f"{stem}_events.tsv", (f"{stem}_bold.json",), None, f"{stem}_confounds.tsv"
    )


def recovered(run):
    """Correlation over voxels of estimated with planted patterns."""
    found = estimate_patterns([run], SPACE, NAMES, EventsConfig(), GLM).betas[0]
    return np.corrcoef(found.ravel(), planted().reshape(found.shape).ravel())[0, 1]


MIDDLE = 7 / 16
RIGHT = 0.997  # a shift of a second gives .99 and less


def test_control(tmp_path):
    assert recovered(write_run(tmp_path, 2.0, 2 * MIDDLE)) > RIGHT


@pytest.mark.parametrize("start_s", [0.0, 0.35, 1.9])
def test_start_time_of_a_derivative(tmp_path, start_s):
    sidecar = {"RepetitionTime": 2.0, "StartTime": start_s, "SliceTimingCorrected": True}
    assert recovered(write_run(tmp_path, 2.0, start_s, sidecar)) > RIGHT


@pytest.mark.parametrize("reference", [0.0, 0.5, 1.0])
def test_slices_interpolated_to_any_moment(tmp_path, reference):
    times_s = [0.0, 0.8, 1.6, 0.4, 1.2]
    sidecar = {"RepetitionTime": 2.0, "SliceTiming": times_s}
    run = write_run(tmp_path, 2.0, times_s, sidecar)
    assert recovered(replace(run, slice_reference=reference)) > RIGHT


@pytest.mark.parametrize(
    "sidecar",
    [
        {"RepetitionTime": 6.0, "DelayTime": 4.0},
        {"RepetitionTime": 6.0, "FrameAcquisitionDuration": 2.0},
        {"RepetitionTime": 6.0, "SliceTiming": [0.0, 0.8, 1.6, 0.4, 1.2]},
        {"VolumeTiming": [6.0 * i for i in range(90)], "AcquisitionDuration": 2.0},
    ],
)
def test_sparse_runs(tmp_path, sidecar):
    assert recovered(write_run(tmp_path, 6.0, 2 * MIDDLE, sidecar)) > RIGHT


def test_volume_timing_takes_the_place_of_a_repetition_time(tmp_path):
    sidecar = {"VolumeTiming": [2.5 * i for i in range(90)]}
    run = write_run(tmp_path, 2.5, 2.5 * MIDDLE, sidecar)
    assert run_timing(run).repetition_time_s == 2.5
    assert recovered(run) > RIGHT


def test_events_before_the_run_count(tmp_path):
    # Few volumes, of which early events explain much.
    rows = events(60.0, first_s=-28.0)
    run = write_run(tmp_path, 2.0, 2 * MIDDLE, rows=rows, n_volumes=32)
    assert recovered(run) > 0.99
    write_events(tmp_path / "sub-01_task-x_events.tsv", [row for row in rows if row[0] > -4])
    assert recovered(run) < 0.97


def test_responses_within_trials_are_taken_out(tmp_path):
    """Without button presses in the model, conditions have their part."""
    run = write_run(tmp_path, 2.0, 2 * MIDDLE)
    rows = events(180.0)
    rng = np.random.default_rng(4)
    pressed = [(s + 0.5, 0.2, "press") for s, _, name in rows if name != "b" and rng.random() < 0.7]
    image = load_image(run.bold)
    course = responses([(s, d, "a") for s, d, _ in pressed], np.arange(90) * 2.0 + 2 * MIDDLE)[:, 0]
    button = np.random.default_rng(5).normal(size=ON.shape)
    data = np.asarray(image.dataobj) + 400 * button[..., None] * course
    save(tmp_path / "sub-01_task-x_bold.nii.gz", data.astype(np.float32), ON.affine)
    write_events(tmp_path / "sub-01_task-x_events.tsv", [*rows, *pressed])
    also = {"response": {"column": "trial_type", "value": "press"}}
    truth = planted().reshape(3, -1).ravel()
    found = {}
    for name, config in (("also", {"also": also}), ("ignore", {"ignore": ("press",)})):
        patterns = estimate_patterns([run], SPACE, NAMES, EventsConfig(**config), GLM)
        found[name] = np.corrcoef(patterns.betas[0].ravel(), truth)[0, 1]
    assert found["also"] > 0.98
    assert found["ignore"] < 0.9


def test_acquisition_duration_of_dcm2niix_is_the_whole_runs():
    assert acquisition_s("x", {"AcquisitionDuration": 325.9}, 2.0) == 2.0


@pytest.mark.parametrize(
    ("sidecar", "message"),
    [
        ({"VolumeTiming": [0, 2, 5]}, "volumes at equal distances, got 2 to 3 s apart"),
        ({"VolumeTiming": [0, 2]}, "expected 3 times in s, one a volume, got 2 values"),
        ({"VolumeTiming": 2}, "one a volume, got 2$"),
        ({"VolumeTiming": [4, 6, 8]}, "expected 0 s for the first volume, .* got 4 s"),
        ({"VolumeTiming": [0, 2, 4], "RepetitionTime": 3}, "VolumeTiming or RepetitionTime, got"),
        ({"VolumeTiming": [0, 3, 6]}, "3 s as in the sidecar, got 2 s in the header"),
        ({"RepetitionTime": True}, "seconds, 0.05 to 30, got True"),
        ({"RepetitionTime": 2, "StartTime": 3}, "expected 0 to 2 s, within a volume, got 3"),
        ({"RepetitionTime": 2, "StartTime": "0"}, "StartTime: .*got '0'"),
        (
            {"RepetitionTime": 2, "StartTime": 0, "SliceTimingCorrected": False},
            "StartTime: expected none beside SliceTimingCorrected: false",
        ),
        ({"RepetitionTime": 2, "SliceTiming": [0, 0.5, 1]}, "SliceTiming: expected 2 slices, got"),
        ({"RepetitionTime": 2, "SliceTiming": ["0", "1"]}, "SliceTiming: expected a list of sec"),
        ({"RepetitionTime": 2, "DelayTime": 2.5}, "DelayTime: expected 0 to 2 s, got 2.5"),
        ({"RepetitionTime": 2, "DelayTime": 2}, "DelayTime: expected time to record a volume in"),
        ({"RepetitionTime": 2, "SliceTiming": [0, 1000]}, "SliceTiming: expected 0 to 2 s, got 0"),
        (
            {"RepetitionTime": 2, "DelayTime": 1, "SliceTiming": [0, 0.9]},
            "one duration, got 1 s by DelayTime, 1.8 s by SliceTiming",
        ),
    ],
)  # fmt: skip
def test_clocks_that_cannot_be(tmp_path, sidecar, message):
    path = save(tmp_path / "b.nii", np.zeros((2, 2, 2, 3), np.int16), np.eye(4))
    with pytest.raises(InputError, match=message):
        read_clock(load_image(path), path, sidecar)


def header_says(path, **fields):
    """A run of two slices with entries of its header set by hand."""
    image = load_image(save(path, np.zeros((2, 2, 2, 3), np.int16), np.eye(4)))
    if "slice_code" in fields:
        image.header.set_dim_info(slice=fields.pop("axis", 2))
    for name, value in fields.items():
        image.header[name] = value
    image.to_filename(path)
    return load_image(path)


def test_a_header_that_moves_the_first_volume(tmp_path):
    """As AFNI's 3dTshift writes it; in the header's unit of time."""
    path = tmp_path / "b.nii"
    image = header_says(path, toffset=1.0)
    with pytest.raises(InputError, match=r"toffset: expected 0, or the sidecar's StartTime.*got 1"):
        read_clock(image, path, {})
    assert read_clock(image, path, {"StartTime": 1.0}).reference_s == 1.0
    assert read_clock(header_says(path, toffset=0), path, {"StartTime": 1.0}).reference_s == 1.0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"slice_code": 1, "axis": 0}, "dim_info: expected slices along k as by SliceEnc.* got i"),
        ({"slice_code": 2}, "slice_code: expected the order of the sidecar's .* got sequential de"),
    ],
)
def test_a_header_with_other_slices_than_the_sidecar(tmp_path, fields, message):
    path = tmp_path / "b.nii"
    image, sidecar = header_says(path, **fields), {"RepetitionTime": 2, "SliceTiming": [0, 1]}
    with pytest.raises(InputError, match=message):
        read_clock(image, path, sidecar, slice_reference=0.5)
    assert read_clock(image, path, sidecar).reference_s == pytest.approx(7 / 16 * 2)
    agreeing = header_says(path, slice_code=1)
    assert read_clock(agreeing, path, sidecar, slice_reference=0.5).reference_s == 1
    multiband = {"RepetitionTime": 2, "SliceTiming": [0, 0]}
    turned = header_says(path, slice_code=2)
    assert read_clock(turned, path, multiband, slice_reference=0.5).reference_s == 1


def test_slices_of_the_raw_run_say_nothing_of_a_resampled_image(tmp_path):
    path = tmp_path / "sub-1_space-MNI_bold.nii"
    save(path, np.zeros((2, 2, 2, 3), np.int16), np.eye(4))
    sidecar = {"RepetitionTime": 2, "SliceTiming": [0, 0.5, 1.0, 1.5]}
    assert read_clock(load_image(path), path, sidecar).repetition_time_s == 2


def test_slices_timed_twice(tmp_path):
    path = save(tmp_path / "b.nii", np.zeros((2, 2, 2, 3), np.int16), np.eye(4))
    sidecar = {"RepetitionTime": 2, "StartTime": 1.0}
    with pytest.raises(InputError, match="expected slices as they were recorded"):
        read_clock(load_image(path), path, sidecar, slice_reference=0.5)


def test_a_header_in_milliseconds_that_does_not_say_so(tmp_path):
    path = save(tmp_path / "b.nii", np.zeros((2, 2, 2, 3), np.int16), np.eye(4), 2000)
    with pytest.raises(InputError, match="seconds, 0.05 to 30, got 2000 s in the header"):
        read_clock(load_image(path), path, {})


def test_a_derivative_that_is_shorter_than_its_raw_run(tmp_path):
    run = write_run(tmp_path, 2.0, 1.0)
    raw = save(tmp_path / "raw.nii", np.zeros((2, 2, 2, 94), np.int16), np.eye(4))
    with pytest.raises(InputError, match=r"volumes: expected 94 as in .*raw.nii, got 90"):
        run_timing(replace(run, raw=str(raw)))


def test_a_derivative_with_another_repetition_time_than_its_raw_run(tmp_path):
    run = write_run(tmp_path, 2.0, 1.0)
    raw = save(tmp_path / "raw.nii", np.zeros((2, 2, 2, 90), np.int16), np.eye(4), 2.5)
    with pytest.raises(InputError, match=r"expected 2.5 s as in the header of .*raw.nii, got 2 s"):
        run_timing(replace(run, raw=str(raw)))


@pytest.mark.parametrize("rows_of", ["raw run", "derivative"])
def test_a_derivative_whose_first_volumes_were_removed(tmp_path, rows_of):
    """With the number of them, events keep the raw run's clock."""
    run = write_run(tmp_path, 2.0, 2 * MIDDLE, n_volumes=94)
    data = np.asarray(load_image(run.bold).dataobj)
    cut = save(tmp_path / "cut_bold.nii.gz", data[..., 4:], ON.affine)
    write_confounds(run.confounds, np.zeros((94 if rows_of == "raw run" else 90, 6)))
    removed = replace(run, bold=str(cut), raw=run.bold, removed_volumes=4)
    # The rise at the start, which told conditions from the baseline, is gone.
    assert recovered(removed) > 0.99
    assert run_timing(removed).end_s == 188
    with pytest.raises(InputError, match=r"94 as in .*less scans.removed_volumes, 3, got 90"):
        run_timing(replace(removed, removed_volumes=3))


def test_a_run_that_lacks_a_condition(tmp_path):
    """The others are found in all runs, and the missing one where it is shown."""
    whole = write_run(tmp_path / "1", 2.0, 2 * MIDDLE)
    rows = [row for row in events(180.0, seed=3) if row[2] != "b"]
    gap = write_run(tmp_path / "2", 2.0, 2 * MIDDLE, rows=rows)
    betas = estimate_patterns(
        [whole, replace(gap, run_id="s")], SPACE, NAMES, EventsConfig(), GLM
    ).betas
    assert np.isnan(betas[1, 1]).all()
    assert np.isfinite(betas[0]).all()
    for run, shown in ((0, [0, 1, 2]), (1, [0, 2])):
        truth = planted().reshape(3, -1)[shown]
        assert np.corrcoef(betas[run, shown].ravel(), truth.ravel())[0, 1] > RIGHT
    only = estimate_patterns([whole], SPACE, NAMES, EventsConfig(), GLM).betas
    np.testing.assert_allclose(betas[0], only[0], rtol=1e-6)
    with pytest.raises(InputError, match="expected 3 conditions, got no b"):
        estimate_patterns([gap], SPACE, NAMES, EventsConfig(), GLM)


@pytest.mark.parametrize("kind", ["demeaned", "z-scored", "percent change"])
def test_images_whose_mean_was_removed(tmp_path, kind):
    run = write_run(tmp_path, 2.0, 2 * MIDDLE)
    data = np.asarray(load_image(run.bold).dataobj, dtype=float)
    mean = data.mean(axis=3, keepdims=True)
    data -= mean
    data /= {
        "demeaned": 1,
        "z-scored": data.std(axis=3, keepdims=True),
        "percent change": mean / 100,
    }[kind]
    save(tmp_path / "sub-01_task-x_bold.nii.gz", data.astype(np.float32), ON.affine)
    with pytest.raises(InputError, match="intensities: expected a BOLD image with its mean"):
        recovered(run)


def test_voxels_scaled_to_a_mean_of_100_are_fine(tmp_path):
    run = write_run(tmp_path, 2.0, 2 * MIDDLE)
    data = np.asarray(load_image(run.bold).dataobj)
    save(
        tmp_path / "sub-01_task-x_bold.nii.gz",
        data / data.mean(axis=3, keepdims=True) * 100,
        ON.affine,
    )
    assert recovered(run) > RIGHT
