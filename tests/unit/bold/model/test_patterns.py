"""crossmodal.bold.model.patterns: planted responses, and runs that do not belong together."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from crossmodal.bold.align.spaces import Space, native_space
from crossmodal.bold.align.transform_files import write_affines
from crossmodal.bold.model import patterns
from crossmodal.bold.model.confounds import write_confounds
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import (
    check_runs,
    covered,
    estimate_patterns,
    run_design,
    run_timing,
)
from crossmodal.bold.read.events import EventsConfig, read_events
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import (
    CONDITIONS,
    grid,
    noise_series,
    save,
    still_runs,
    write_bids,
    write_responses,
)

AMPLITUDES = np.random.default_rng(1).uniform(-0.03, 0.03, (3, *grid().shape))
RUN_2 = "sub-01/func/sub-01_task-x_run-2_bold"


@pytest.fixture
def root(tmp_path):
    return write_bids(tmp_path / "bids")


@pytest.fixture
def runs(root, tmp_path):
    return still_runs(root, tmp_path)


def estimate(runs, still, **options):
    space = native_space(still, grid())
    return estimate_patterns(runs, space, CONDITIONS, EventsConfig(), GLMConfig(**options))


@pytest.mark.parametrize("noise", ["white", "ar1"])
def test_planted_responses_are_found_in_percent(root, tmp_path, noise):
    still = write_responses(root, AMPLITUDES)
    betas = estimate(still_runs(root, tmp_path), still, noise=noise)
    in_percent = 100 * still * AMPLITUDES / still[native_space(still, grid()).mask].mean()
    assert betas.betas.shape == (2, 3, betas.mask.sum())
    assert betas.mask.sum() > 1000
    for run in betas.betas:
        assert_allclose(run, in_percent[:, betas.mask], atol=0.25)
        assert_allclose(np.abs(run - in_percent[:, betas.mask]).mean(), 0, atol=0.05)
    assert betas.condition_ids == CONDITIONS
    assert betas.run_ids == ("task-x_run-1", "task-x_run-2")
    assert betas.space == "native"
    assert_array_equal(betas.affine, grid().affine)


def test_same_patterns_give_the_same_bytes(root, runs, tmp_path):
    still = write_responses(root, AMPLITUDES)
    for name in ("a.h5", "b.h5"):
        estimate(runs, still).write(tmp_path / name)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    assert Betas.read(tmp_path / "a.h5").run_ids == ("task-x_run-1", "task-x_run-2")


def test_dark_voxels_are_left_out(root, runs):
    still = write_responses(root, AMPLITUDES)
    brain = native_space(still, grid()).mask
    with_corner = brain.copy()
    with_corner[0, 0] = True
    space = Space("x", grid(), with_corner, lambda points: points)
    found = estimate_patterns(runs, space, CONDITIONS, EventsConfig(), GLMConfig()).mask
    assert_array_equal(found, with_corner & (still > 0.2 * np.median(still[with_corner])))
    assert not found[0, 0].any()


def test_parameters_that_never_change_leave_the_design(runs):
    parameters = np.random.default_rng(0).normal(size=(40, 6))
    parameters[:, [2, 5]] = 0
    write_confounds(runs[0].confounds, parameters)
    timing = run_timing(runs[0])
    events = read_events(runs[0].events, EventsConfig())
    design = run_design(runs[0], timing, events, CONDITIONS, GLMConfig(motion_regressors=12))
    assert design.nuisance.shape == (40, 8)
    assert not [name for name in design.names if name.startswith(("trans_z", "rot_z"))]
    assert design.names[3:5] == ("trans_x", "trans_y")


@pytest.fixture
def refused(monkeypatch):
    """Asserts that runs are refused, and before any volume is read."""

    def check(runs, match):
        space = native_space(noise_series(grid(), 2)[..., 0], grid())
        monkeypatch.setattr(patterns, "read_series", lambda path: pytest.fail("work has begun"))
        with pytest.raises(InputError, match=match):
            estimate_patterns(runs, space, CONDITIONS, EventsConfig(), GLMConfig())

    return check


def test_other_matrix_is_refused(root, runs, refused):
    other = grid(shape=(26, 30, 20))
    save(root / f"{RUN_2}.nii.gz", noise_series(other, 40), other.affine)
    refused(runs, r"run-2_bold.nii.gz: matrix: expected \(26, 30, 24\)")


def test_other_voxels_are_refused(root, runs, refused):
    other = grid(voxel_mm=(4.0, 3.5, 4.0))
    save(root / f"{RUN_2}.nii.gz", noise_series(other, 40), other.affine)
    refused(runs, "run-2_bold.nii.gz: voxel size: expected 4 x 3.5 x 5 mm, got 4 x 3.5 x 4")


def test_other_repetition_time_in_the_header_is_refused(root, runs, refused):
    save(root / f"{RUN_2}.nii.gz", noise_series(grid(), 40), grid().affine, 1.5)
    refused(runs, "run-2_bold.nii.gz: repetition time: expected 2 s, got 1.5 s")


def test_other_repetition_time_in_the_sidecar_alone_is_refused(root, tmp_path, refused):
    save(root / f"{RUN_2}.nii.gz", noise_series(grid(), 40), grid().affine, 0)
    (root / f"{RUN_2}.json").write_text(json.dumps({"RepetitionTime": 1.5}))
    runs = still_runs(root, tmp_path)
    refused(runs, "run-2_bold.nii.gz: repetition time: expected 2 s, got 1.5 s")


def test_header_and_sidecar_that_disagree_are_refused(root, tmp_path, refused):
    (root / f"{RUN_2}.json").write_text(json.dumps({"RepetitionTime": 1.5}))
    refused(still_runs(root, tmp_path), "1.5 s as in the sidecar, got 2 s in the header")


def test_participants_who_lie_differently_in_two_runs_belong_together(root, runs):
    moved = grid()
    moved.affine[:3, 3] += 3
    save(root / f"{RUN_2}.nii.gz", noise_series(moved, 40), moved.affine)
    assert [timing.duration_s for timing in check_runs(runs)] == [80, 80]


def test_bad_events_of_the_last_run_are_refused_before_work(root, runs, refused):
    (root / "sub-01/func/sub-01_task-x_run-2_events.tsv").write_text(
        "onset\tduration\ttrial_type\n4\t2\tz\n"
    )
    refused(runs, "run-2_events.tsv: conditions: expected one of a, b, c, got z")


def test_transforms_must_be_one_a_volume(runs):
    write_affines(runs[0].motion, np.eye(4)[None])
    still = noise_series(grid(), 2)[..., 0]
    with pytest.raises(InputError, match="xfm.txt: transforms: expected 40, got 1"):
        estimate(runs, still)


def test_a_brain_outside_the_field_of_view_is_refused(runs):
    away = np.eye(4)
    away[0, 3] = 1000
    write_affines(runs[1].motion, np.broadcast_to(away, (40, 4, 4)))
    space = native_space(noise_series(grid(), 2)[..., 0], grid())
    with pytest.raises(InputError, match="field of view: expected some of native's brain"):
        covered(runs, space)
