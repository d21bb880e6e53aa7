"""Bright first volumes: found or given, left out, and the clock stays the raw run's."""

from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from crossmodal.bold.align.spaces import native_space
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import estimate_patterns
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.run_files import RunFiles, run_timing
from crossmodal.bold.read.steady import leading_outliers, n_bright, n_skipped, steady_remark
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import (
    CONDITIONS,
    grid,
    rows,
    save,
    still_runs,
    write_bids,
    write_events,
    write_responses,
)

BRIGHT = np.array([1.9, 1.4, 1.15])


def test_outliers_count_only_from_the_start_and_only_if_bright() -> None:
    rest = 100 + np.random.default_rng(0).normal(size=60)
    assert leading_outliers(rest) == 0
    assert leading_outliers(np.concatenate([[180, 140, 120], rest])) == 3
    assert leading_outliers(np.concatenate([[60], rest])) == 0
    assert leading_outliers(np.concatenate([rest[:5], [180], rest])) == 0
    assert leading_outliers(np.full(40, 100.0)) == 0


def test_the_quality_page_names_them() -> None:
    assert steady_remark(0, 0) == ""
    assert steady_remark(3, 0).startswith("3 bright first volume(s) are in the model")
    assert steady_remark(3, 3).startswith("The first 3 volume(s) are left out")


def with_bright_start(runs: tuple[RunFiles, ...]) -> tuple[RunFiles, ...]:
    """The same runs after three bright volumes, events counted from the first of these."""
    for run in runs:
        image = nib.load(run.bold)
        data = np.array(image.dataobj)
        data = np.concatenate([data[..., :3] * BRIGHT, data], axis=3)
        save(Path(run.bold), data.astype(np.float32), image.affine)
        write_events(Path(run.events), [(on + 6.0, length, name) for on, length, name in rows()])
    n_bright.cache_clear()
    return runs


def patterns(runs: tuple[RunFiles, ...], still: np.ndarray) -> Betas:
    glm = GLMConfig(noise="white", motion_regressors=0)
    space = native_space(still, grid())
    return estimate_patterns(runs, space, CONDITIONS, EventsConfig(), glm)


@pytest.mark.parametrize("skip", [3, "auto"])
def test_patterns_are_those_without_the_bright_volumes(tmp_path: Path, skip: object) -> None:
    amplitudes = np.random.default_rng(1).uniform(-0.03, 0.03, (3, *grid().shape))
    still = write_responses(write_bids(tmp_path / "bids"), amplitudes)
    runs = still_runs(tmp_path / "bids", tmp_path)
    expected = patterns(runs, still)
    runs = tuple(replace(run, skip_volumes=skip) for run in with_bright_start(runs))
    timing = run_timing(runs[0])
    assert (timing.n_volumes, timing.start_s, timing.end_s) == (40, 6.0, 86.0)
    np.testing.assert_allclose(patterns(runs, still).betas, expected.betas, atol=1e-5)


def test_a_run_must_be_left(tmp_path: Path) -> None:
    path = save(tmp_path / "x.nii", np.ones((2, 2, 2, 5), np.float32), np.eye(4))
    with pytest.raises(InputError, match="two or more after scans.skip_volumes, 4, got 5"):
        n_skipped(str(path), 4)
