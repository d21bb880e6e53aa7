"""Bad scans: one clear error each from `make check`, and other participants are unaffected.

Participant 02's data are spoilt in every way; participant 01's are good.
"""

import argparse
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import yaml

from crossmodal.bold.model.confounds import write_confounds
from crossmodal.commands import check
from tests.studies import values_of
from tests.unit.bold.read.test_fmriprep import N_VOLUMES, ON, SPACE, brain, motion, write_fmriprep
from tests.unit.bold_data import (
    CONDITIONS,
    grid,
    head,
    noise_series,
    rows,
    save,
    write_bids,
    write_events,
)

STEM = "sub-02/func/sub-02_task-x_run-2"
DERIVED = f"fmriprep/{STEM}_space-{SPACE}_desc-brain_mask.nii.gz"
CONFOUNDS = f"fmriprep/{STEM}_desc-confounds_timeseries.tsv"


def bold() -> Path:
    return Path(f"bids/{STEM}_bold.nii.gz")


def other_grid(**options: object) -> None:
    on = grid(**options)
    save(bold(), noise_series(on, 40), on.affine)


def other_repetition_time() -> None:
    save(bold(), noise_series(grid(), 40), grid().affine, repetition_time_s=2.5)
    Path(f"bids/{STEM}_bold.json").write_text(json.dumps({"RepetitionTime": 2.5}))


def disagreeing_header() -> None:
    save(bold(), noise_series(grid(), 40), grid().affine, repetition_time_s=1.5)


def nan_volume() -> None:
    data = noise_series(grid(), 40).astype(np.float32)
    data[..., 7] = np.nan
    save(bold(), data, grid().affine)


def three_axes() -> None:
    save(bold(), noise_series(grid(), 2)[..., 0], grid().affine)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def no_brain() -> None:
    speckle = np.random.default_rng(0).integers(0, 100, (*grid().shape, 40)).astype(np.int16)
    speckle[::2] = 0
    save(Path("bids/sub-02/func/sub-02_task-x_run-1_bold.nii.gz"), speckle, grid().affine)


def four_axes_of_t1() -> None:
    save(t1(), head(grid().points()).reshape(*grid().shape, 1).repeat(2, 3), grid().affine)


def t1() -> Path:
    return Path("bids/sub-02/anat/sub-02_T1w.nii.gz")


def with_events(*changed: tuple, without: str = "") -> Callable[[], object]:
    kept = [row for row in rows() if row[2] != without]
    return lambda: write_events(Path(f"bids/{STEM}_events.tsv"), [*kept, *changed])


def fmriprep_mask(mask: np.ndarray) -> None:
    save(Path(DERIVED), mask.astype(np.uint8), ON.affine)


def confounds(n_volumes: int = N_VOLUMES, dvars: np.ndarray | None = None) -> None:
    shown = np.ones(n_volumes) if dvars is None else dvars
    write_confounds(CONFOUNDS, motion(2)[:n_volumes], {"std_dvars": shown})


RAW = {
    "another matrix": (lambda: other_grid(shape=(26, 30, 20)), "matrix: expected .26, 30, 24"),
    "other voxels": (lambda: other_grid(voxel_mm=(4.0, 3.5, 4.0)), "voxel size: expected 4 x 3.5"),
    "another TR": (other_repetition_time, "repetition time: expected 2 s, got 2.5 s"),
    "TR of header and sidecar": (disagreeing_header, "2 s as in the sidecar, got 1.5 s in the h"),
    "event beyond the run": (with_events((81, 1, "a")), "before the run's end at 80 s, got 81 s"),
    "overlapping events": (with_events((5, 2, "b")), "onset: expected an event after a has ended"),
    "two events at once": (with_events((4, 2, "b")), "onset: expected one event at 4 s, got a and"),
    "an unknown clip": (with_events((70, 1, "d")), "conditions: expected one of a, b, c, got d"),
    "a NaN volume": (nan_volume, "finite values, got NaN or infinite values in volumes 7"),
    "a truncated run": (lambda: truncated(bold()), "got truncated"),
    "a 3-D run": (three_axes, "shape: expected 4-D with at least 2 volumes, got .26, 30, 24"),
    "an empty mask": (no_brain, "brain mask of the first volume: expected at least one voxel"),
    "a singular design": (
        with_events((79.5, 0.4, "c"), without="c"),
        "independent columns, got zero or combinations of others: c$",
    ),
    "onsets in ms": (
        lambda: Path(f"bids/{STEM}_events.json").write_text('{"onset": {"Units": "ms"}}'),
        "run-2_events.json: Units of onset: expected s, as BIDS wants it, got 'ms'",
    ),
    "a run copied under another name": (
        lambda: shutil.copy(Path(str(bold()).replace("run-2", "run-1")), bold()),
        "first volume: expected a recording of its own, got that of bids/sub-02/.*run-1",
    ),
    "no T1w": (lambda: t1().unlink(), "sub-02: anat: expected a T1w image, got none"),
    "a truncated T1w": (lambda: truncated(t1()), "T1w.nii.gz: data: .*got truncated"),
    "a 4-D T1w": (four_axes_of_t1, "shape: expected 3-D"),
    "no events": (
        lambda: Path(f"bids/{STEM}_events.tsv").unlink(),
        "expected an events.tsv that applies to this run, got none",
    ),
}
DERIVATIVES = {
    "confounds of other rows": (lambda: confounds(39), "rows: expected 40, one a volume, got 39"),
    "an empty mask of fMRIPrep": (
        lambda: fmriprep_mask(0 * brain(2)),
        "mask: expected at least one voxel of brain, got none",
    ),
    "a mask of what is no brain": (
        lambda: save(
            Path(DERIVED.replace("brain_mask", "preproc_bold")),
            noise_series(ON, N_VOLUMES, 2) + 900 * (1 - brain(2)[..., None].astype(np.int16)),
            ON.affine,
        ),
        "mask: expected the brain, brighter than what is around it, got means of",
    ),
    "masks of runs without a common voxel": (
        lambda: fmriprep_mask(np.roll(brain(1), -9, axis=0) & (1 - brain(1)) & brain(0)),
        "brain masks of all runs: expected at least one voxel in common, got none",
    ),
    "a singular confound": (
        lambda: confounds(dvars=3 * motion(2)[:, 1]),
        "sub-02_task-x_run-2_events.tsv.*combinations of others: std_dvars$",
    ),
}


@pytest.fixture(scope="module")
def good_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw data and derivatives of two participants without problems."""
    folder = tmp_path_factory.mktemp("good")
    write_bids(folder / "bids", participants=("01", "02"))
    for label in ("01", "02"):
        func = write_fmriprep(folder / "fmriprep", label)
        for path in func.glob("*_desc-confounds_timeseries.tsv"):
            noise = np.random.default_rng(int(label)).standard_normal(N_VOLUMES)
            write_confounds(path, motion(1), {"std_dvars": noise})
    return folder


@pytest.fixture
def study(root: Path, good_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Config of the good data, a copy of which is in the current folder."""
    settings = values_of(root / "config/config.yaml")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(good_data, tmp_path, dirs_exist_ok=True)
    for name in ("config", "resources"):
        Path(name).symlink_to(root / name)
    events = {"condition_column": "trial_type", "ignore": [], "block_gap_s": None}
    scans = settings["scans"] | {"bids_dir": "bids", "task": "x", "events": events}
    return {"study": settings["study"], "scans": scans | {"conditions": list(CONDITIONS)}}


def checked(study: dict, capsys: pytest.CaptureFixture, **scans: object) -> tuple[int, str]:
    """Exit status of `crossmodal check`, and the rows of its table without their borders."""
    content = study | {"scans": study["scans"] | scans}
    Path("mine.yaml").write_text(yaml.safe_dump(content))
    status = check.run(argparse.Namespace(configs=["mine.yaml"], deep=False))
    return status, capsys.readouterr().out


def problems(study: dict, **scans: object) -> list[str]:
    Path("mine.yaml").write_text(yaml.safe_dump(study | {"scans": study["scans"] | scans}))
    return [str(problem) for problem in check.find_problems(["mine.yaml"])]


def expect_one(study: dict, message: str) -> None:
    """One error, of participant 02; none without that participant."""
    (found,) = problems(study)
    assert re.search(message, found)
    assert "sub-02" in found
    assert "\n" not in found
    assert problems(study, participants=["01"]) == []


def test_good_data(study: dict, capsys: pytest.CaptureFixture) -> None:
    assert checked(study, capsys) == (0, "mine.yaml: no problem found\n")


def test_short_repetition_times_are_remarked_on(
    study: dict, capsys: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture
) -> None:
    for path in Path("bids").rglob("*_bold.nii.gz"):
        image = nib.load(path)
        data = np.concatenate([np.asarray(image.dataobj)] * 4, axis=3)
        save(path, data, image.affine, 0.5)
    Path("bids/task-x_bold.json").write_text('{"RepetitionTime": 0.5, "TaskName": "x"}')
    glm = study["scans"]["glm"]
    status, text = checked(study, capsys)
    assert status == 0
    assert re.search(r"problem found\nnote: .*sub-01.*: repetition time 0.5 s with .* ar1: ", text)
    assert text.count("note:") == 1
    fast = {"glm": glm | {"noise": "fast"}}
    assert checked(study, capsys, **fast) == (0, "mine.yaml: no problem found\n")


@pytest.mark.parametrize("kind", RAW)
def test_raw_data(study: dict, kind: str) -> None:
    spoil, message = RAW[kind]
    spoil()
    expect_one(study, message)


@pytest.mark.parametrize("kind", DERIVATIVES)
def test_derivatives(study: dict, kind: str) -> None:
    study["scans"] |= {"fmriprep_dir": "fmriprep", "space": SPACE}
    study["scans"]["glm"] = study["scans"]["glm"] | {"confounds": ["std_dvars"]}
    assert problems(study) == []
    spoil, message = DERIVATIVES[kind]
    spoil()
    expect_one(study, message)


def test_the_table_names_file_field_expected_and_got(
    study: dict, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    t1().unlink()
    with_events((81, 1, "a"))()
    status, table = checked(study, capsys)
    assert status == 1
    assert "a T1w image" in table
    assert "before the run's end at 80 s" in table
    assert "sub-01" not in table


def test_what_is_no_mistake_is_counted_and_said(study: dict, capsys: pytest.CaptureFixture) -> None:
    """A run that lacks a condition, and events without a time, go through."""
    kept = [row for row in rows() if row[2] != "b"]
    untimed = [("n/a", 1.0, "a"), (70.0, "n/a", "c")]
    write_events(Path(f"bids/{STEM}_events.tsv"), [*kept, *untimed])
    status, text = checked(study, capsys)
    assert status == 0
    assert "note: 1 of 4 runs lack conditions, e.g. sub-02_task-x_run-2: b;" in text
    assert "note: 2 events of 1 runs have no onset or no duration (n/a)" in text


def test_words_for_what_is_missing_and_moments_are_said(
    study: dict, capsys: pytest.CaptureFixture
) -> None:
    for path in Path("bids").rglob("*_events.tsv"):
        write_events(path, [*rows(), (66, 0, "a"), (70, 1, "NaN")])
    study["scans"].pop("conditions")
    status, text = checked(study, capsys)
    assert status == 0
    assert "note: 'NaN' is modelled as a condition; BIDS writes n/a" in text
    assert "note: events of 'a' last 0 s, others last: as in SPM" in text


def test_lists_of_the_data_set_are_held_against_its_folders(
    study: dict, capsys: pytest.CaptureFixture
) -> None:
    Path("bids/participants.tsv").write_text("participant_id\nsub-01\nsub-03\n")
    func = "func/sub-01_task-x_run"
    scans = [f"{func}-{run}_bold.nii.gz" for run in (1, 3)]
    Path("bids/sub-01/sub-01_scans.tsv").write_text("\n".join(["filename", *scans]) + "\n")
    Path("bids/.bidsignore").write_text(f"# bad\n**/sub-01_task-x_run-2_bold*\n/{func}-1*\n")
    status, text = checked(study, capsys)
    assert status == 0
    assert "participants.tsv lists participants without such runs of task x: 03" in text
    assert "participants.tsv does not list participants whose runs are used: 02" in text
    assert "scans.tsv lists 1 images of the task that are not there, e.g. bids/sub-01/func" in text
    assert "note: .bidsignore hides 1 files that are used all the same, e.g. bids/sub-01/fu" in text


def test_a_condition_that_no_run_of_a_participant_shows(study: dict) -> None:
    for run in (1, 2):
        kept = [row for row in rows() if row[2] != "b"]
        write_events(Path(f"bids/sub-02/func/sub-02_task-x_run-{run}_events.tsv"), kept)
    expect_one(study, "conditions of all runs of the participant: expected 3 conditions, got no b")


def test_events_without_an_image(study: dict) -> None:
    bold().unlink()
    expect_one(study, "run-2_events.tsv: image: expected a BOLD image that these events belong to")


def test_a_run_in_two_files(study: dict) -> None:
    shutil.copy(bold(), bold().with_suffix(""))
    expect_one(study, "run: expected one file, got .*_bold.nii and .*_bold.nii.gz")


def test_z_scores(study: dict) -> None:
    rng = np.random.default_rng(0)
    data = (100 * rng.standard_normal((*grid().shape, 40))).astype(np.int16)
    save(bold(), data, grid().affine)
    expect_one(study, "intensities: expected a BOLD image with its mean .* below 0")


@pytest.mark.parametrize("short", ["image", "confounds"])
def test_a_derivative_without_its_first_volumes(study: dict, short: str) -> None:
    study["scans"] |= {"fmriprep_dir": "fmriprep", "space": SPACE}
    stem = Path(f"fmriprep/{STEM}_space-{SPACE}_desc-preproc_bold.nii.gz")
    confounds(36)
    if short == "image":
        save(stem, noise_series(ON, 36, 2), ON.affine)
        expect_one(study, "volumes: expected 40 as in .*run-2_bold.nii.gz, got 36")
    else:
        expect_one(study, "rows: expected 40, one a volume, got 36")
