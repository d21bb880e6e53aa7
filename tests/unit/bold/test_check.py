"""crossmodal.bold.check and the scripts' parts: every bad input, one clear error each."""

import json

import nibabel as nib
import numpy as np
import pytest

from crossmodal.bold.align.spaces import Space, native_space
from crossmodal.bold.block import Scans
from crossmodal.bold.check import find_problems
from crossmodal.bold.model.confounds import MOTION, read_confounds, write_confounds
from crossmodal.contracts.errors import InputError
from tests.studies import values_of
from tests.unit.bold_data import grid, noise_series, rows, save, write_bids, write_events


@pytest.fixture
def scans(root, tmp_path):
    """Config of a small data set without problems."""
    config = values_of(root / "config/config.yaml")["scans"]
    write_bids(tmp_path / "bids")
    events = {"condition_column": "trial_type"}
    return config | {"bids_dir": str(tmp_path / "bids"), "task": "x", "events": events}


@pytest.fixture
def func(scans, tmp_path):
    return tmp_path / "bids/sub-01/func"


def messages(scans, conditions=("a", "b", "c"), deep=False):
    return [str(problem) for problem in find_problems(Scans(**scans), conditions, deep)]


def only(scans, **options):
    found = messages(scans, **options)
    assert len(found) == 1, found
    return found[0]


def bold(func, run=2):
    return func / f"sub-01_task-x_run-{run}_bold.nii.gz"


def test_good_data_have_no_problem(scans):
    assert messages(scans) == []
    assert messages(scans, conditions=None, deep=True) == []


def test_simulated_data_are_not_looked_for(scans):
    assert messages(scans | {"bids_dir": None}) == []


def test_missing_folder(scans):
    assert "no such folder" in only(scans | {"bids_dir": "nowhere"})


def test_missing_t1_and_native_space_does_without(scans, tmp_path):
    next((tmp_path / "bids/sub-01/anat").iterdir()).unlink()
    assert "expected a T1w image" in only(scans)
    assert messages(scans | {"space": "native"}) == []


def test_three_axes(scans, func):
    save(bold(func), noise_series(grid(), 2)[..., 0], grid().affine)
    assert all("shape: expected 4-D" in message for message in messages(scans))


def test_truncated_file_is_found_without_reading_all(scans, func):
    content = bold(func).read_bytes()
    bold(func).write_bytes(content[: len(content) - 1000])
    assert "truncated" in only(scans)


def test_a_complete_file_is_not_read_through(scans, monkeypatch):
    monkeypatch.setattr(
        "crossmodal.bold.read.completeness._read_through", lambda *_: pytest.fail("was read")
    )
    assert messages(scans) == []


def test_truncated_uncompressed_file(scans, func):
    path = save(func / "sub-01_task-x_run-3_bold.nii", noise_series(grid(), 40), grid().affine)
    write_events(func / "sub-01_task-x_run-3_events.tsv", rows())
    path.write_bytes(path.read_bytes()[:-1000])
    assert "size: expected" in only(scans)


def test_nan_volume_is_found(scans, func):
    data = noise_series(grid(), 40).astype(np.float32)
    data[..., 7] = np.nan
    save(bold(func), data, grid().affine)
    assert "volumes 7" in only(scans)


def test_other_matrix(scans, func):
    other = grid(shape=(26, 30, 20))
    save(bold(func), noise_series(other, 40), other.affine)
    assert "run-2_bold.nii.gz: matrix: expected (26, 30, 24)" in only(scans)


def test_other_voxels(scans, func):
    other = grid(voxel_mm=(4.0, 3.5, 4.0))
    save(bold(func), noise_series(other, 40), other.affine)
    assert "voxel size" in only(scans)


def test_other_repetition_time(scans, func):
    save(bold(func), noise_series(grid(), 40), grid().affine, repetition_time_s=1.5)
    assert "2 s as in the sidecar, got 1.5 s in the header" in only(scans)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"RepetitionTime": "2"}', "seconds, 0.05 to 30, got '2'"),
        ('{"RepetitionTime": 2000}', "seconds, 0.05 to 30, got 2000"),
        ("{", "expected JSON"),
        ("[1]", "expected a JSON object, got list"),
    ],
)
def test_bad_sidecar(scans, func, content, message):
    (func / "sub-01_task-x_run-2_bold.json").write_text(content)
    assert message in only(scans)


def test_slice_timing_is_looked_at_only_where_it_is_used(scans, tmp_path):
    assert messages(scans) == []
    wanted = scans | {"slice_reference": 0.5}
    assert all("expected a list of seconds in the sidecar" in text for text in messages(wanted))
    assert len(messages(wanted)) == 2
    sidecar = {"RepetitionTime": 2.0, "SliceTiming": [0.0, 1.0] * 12}
    (tmp_path / "bids/task-x_bold.json").write_text(json.dumps(sidecar))
    assert messages(wanted) == []


def test_unknown_confounds(scans):
    scans["glm"] = scans["glm"] | {"confounds": ["std_dvars", "a_comp_cor_01"]}
    assert "scans.glm.confounds: expected some of" in only(scans)
    assert "got 'a_comp_cor_01'" in only(scans)
    assert messages(scans | {"a_comp_cor": 2}) == []


def test_confounds_that_are_proportional(scans):
    scans["glm"] = scans["glm"] | {"confounds": ["dvars", "std_dvars"]}
    assert "independent columns, got dvars and std_dvars, which are proportional" in only(scans)


def test_no_repetition_time_at_all(scans, func, tmp_path):
    (tmp_path / "bids/task-x_bold.json").write_text(json.dumps({"TaskName": "x"}))
    for run in (1, 2):
        save(bold(func, run), noise_series(grid(), 40, run), grid().affine, repetition_time_s=0)
    assert all("in the sidecar or the header" in message for message in messages(scans))


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([*rows(), (79.9, 1, "a"), (81, 1, "a")], "before the run's end at 80 s, got 81 s"),
        ([*rows(), (70, 1, "d")], "one of a, b, c, got d"),
        ([*rows(), (4, 2, "b")], "one event at 4 s"),
        ([*rows(), (5, 2, "b")], "has ended"),
    ],
)
def test_bad_events(scans, func, events, message):
    write_events(func / "sub-01_task-x_run-2_events.tsv", events)
    assert message in only(scans)


def test_condition_without_response_in_the_run_is_named(scans, func):
    # The last event starts in the run, but its response does not.
    events = [row for row in rows() if row[2] != "c"] + [(79.5, 0.4, "c")]
    write_events(func / "sub-01_task-x_run-2_events.tsv", events)
    assert "zero or combinations of others: c" in only(scans)


def test_more_regressors_than_volumes(scans):
    scans["glm"] = scans["glm"] | {"motion_regressors": 24, "high_pass_s": 8.0}
    assert all("more volumes than its" in message for message in messages(scans))


def test_all_problems_at_once(scans, func):
    write_events(func / "sub-01_task-x_run-1_events.tsv", [(1, 1, "d")])
    save(bold(func), noise_series(grid(), 40), grid().affine, repetition_time_s=1.5)
    assert len(messages(scans)) == 2


def test_confounds_round_trip_and_refusals(tmp_path):
    parameters = np.random.default_rng(0).normal(size=(5, 6))
    write_confounds(tmp_path / "c.tsv", parameters)
    np.testing.assert_allclose(read_confounds(tmp_path / "c.tsv", MOTION, 5), parameters, rtol=1e-6)
    with pytest.raises(InputError, match=r"rows: expected 6, one a volume, got 5"):
        read_confounds(tmp_path / "c.tsv", MOTION, 6)
    with pytest.raises(InputError, match=r"columns: .*no \['csf'\]"):
        read_confounds(tmp_path / "c.tsv", ("csf",), 5)


def confounds(tmp_path, **columns):
    lines = ["\t".join(columns), *("\t".join(row) for row in zip(*columns.values(), strict=True))]
    (tmp_path / "c.tsv").write_text("\n".join(lines) + "\n")
    return read_confounds(tmp_path / "c.tsv", tuple(columns), len(lines) - 1)[:, 0]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("csf", 602),
        ("std_dvars", 602),
        ("framewise_displacement", 602),
        ("csf_derivative1", 0),
        ("csf_derivative1_power2", 0),
    ],
)
def test_gaps_in_the_first_rows_are_filled_as_the_column_needs(tmp_path, name, first):
    found = confounds(tmp_path, **{name: ["n/a", "601", "602", "603"]})
    np.testing.assert_array_equal(found, [first, 601, 602, 603])


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["1", "nan", "3"], "column csf, line 3: expected numbers or n/a.*, got 'nan'"),
        (["1", "2", "inf"], "column csf, line 4: expected numbers or n/a.*, got 'inf'"),
        (["1", "", "3"], "column csf, line 3: expected numbers or n/a.*, got ''"),
        (["1", "n/a", "3"], "column csf, line 3: expected numbers or n/a.* got 'n/a'"),
        (["1", "2", "x"], "column csf, line 4: expected numbers or n/a.*, got 'x'"),
        (["n/a"] * 3, "column csf: expected numbers, got n/a in all rows"),
        (["n/a", "2", "2"], "column csf: expected values that vary, got 2 in all rows"),
    ],
)
def test_confounds_that_are_no_time_course(tmp_path, cells, message):
    with pytest.raises(InputError, match=message):
        confounds(tmp_path, csf=cells, x=["0"] * 3)


def test_a_first_volume_without_a_brain(scans, func):
    speckle = np.random.default_rng(0).integers(0, 100, (*grid().shape, 40)).astype(np.int16)
    speckle[::2] = 0
    save(bold(func, 1), speckle, grid().affine)
    assert "brain mask of the first volume: expected at least one voxel, got none" in only(scans)


def test_empty_mask():
    with pytest.raises(InputError, match="space native: mask: expected at least one voxel"):
        native_space(np.zeros(grid().shape), grid())


def test_space_keeps_order_and_refuses_emptiness():
    mask = np.ones((2, 2, 2), dtype=bool)
    space = Space("x", grid(shape=(2, 2, 2)), mask, lambda points: points + 1)
    kept = space.keep(np.arange(8) % 3 == 0)
    np.testing.assert_allclose(kept.points_mm, grid(shape=(2, 2, 2)).points()[::3] + 1)
    with pytest.raises(InputError, match="at least one voxel"):
        space.keep(np.zeros(8, dtype=bool))


def test_problems_of_all_runs_and_participants_are_reported(scans, tmp_path):
    write_bids(tmp_path / "bids", participants=("01", "02", "03"))
    bids = tmp_path / "bids"
    (bids / "sub-01/func/sub-01_task-x_run-1_events.tsv").unlink()
    next((bids / "sub-02/anat").iterdir()).unlink()
    write_events(bids / "sub-03/func/sub-03_task-x_run-2_events.tsv", [(4, 2, "d")])
    found = messages(scans)
    assert len(found) == 3
    assert "sub-01_task-x_run-1_bold.nii.gz: events: expected an events.tsv" in found[0]
    assert "sub-02: anat: expected a T1w image" in found[1]
    assert "run-2_events.tsv: conditions: expected one of a, b, c, got d" in found[2]
    assert len(messages(scans, conditions=None)) == 3


def test_repetition_times_that_differ_in_sidecars_alone(scans, func):
    save(bold(func), noise_series(grid(), 40), grid().affine, repetition_time_s=0)
    (func / "sub-01_task-x_run-2_bold.json").write_text('{"RepetitionTime": 2.5}')
    assert "run-2_bold.nii.gz: repetition time: expected 2 s, got 2.5 s" in only(scans)


def test_runs_without_any_event(scans, func):
    for run in (1, 2):
        write_events(func / f"sub-01_task-x_run-{run}_events.tsv", [])
    assert all("expected at least one, got none" in text for text in messages(scans, None))
    assert len(messages(scans, None)) == 2


def unknown_orientation(path):
    """The same image with both codes 0."""
    image = nib.load(path)
    data, affine = np.asarray(image.dataobj), image.affine
    image = nib.Nifti1Image(data, affine, image.header)
    image.set_sform(affine, 0)
    image.set_qform(affine, 0)
    image.to_filename(path)


def test_an_unknown_orientation_and_those_who_know_it(scans, func, tmp_path):
    for path in (bold(func, 1), bold(func, 2), next((tmp_path / "bids/sub-01/anat").iterdir())):
        unknown_orientation(path)
    assert len(messages(scans)) == 3
    assert all("sform and qform codes: expected one above 0" in text for text in messages(scans))
    assert messages(scans | {"trust_affine": "sform"}) == []
    assert messages(scans | {"trust_affine": "sform"}, deep=True) == []


def test_one_run_of_two_is_chosen(scans, func):
    bold(func).unlink()
    assert "image: expected a BOLD image that these events belong to" in only(scans)
    assert messages(scans | {"filters": {"run": 1}}) == []
    assert "scans.filters: expected runs of task 'x'" in only(scans | {"filters": {"run": [3]}})


def test_two_anatomies_of_which_one_is_chosen(scans, tmp_path):
    (t1,) = (tmp_path / "bids/sub-01/anat").iterdir()
    (t1.parent / "sub-01_acq-low_T1w.nii.gz").write_bytes(t1.read_bytes()[:-1000])
    assert "expected one T1w image (scans.t1w_filters chooses), got sub-01_T1w" in only(scans)
    assert messages(scans | {"t1w_filters": {"acq": None}}) == []
    assert "truncated" in only(scans | {"t1w_filters": {"acq": "low"}})
