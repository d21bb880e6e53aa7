"""crossmodal.bold.align.motion: planted motion is found, in every orientation."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from crossmodal.bold.align.motion import MotionConfig, realign, reference_from
from crossmodal.bold.align.rigid import matrix_from_parameters
from crossmodal.bold.read.images import apply_affine
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import ORIENTATIONS, grid, moved_series

PARAMETERS = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0.4, -0.3, 0.2, 0.004, 0.006, -0.003],
        [-1.5, 0.8, 1.1, -0.02, 0.015, 0.03],
        [2.5, 2.0, -1.5, 0.03, -0.04, 0.02],
    ]
)
MATRICES = np.array([matrix_from_parameters(row) for row in PARAMETERS])


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_planted_motion_is_found_to_a_fiftieth_mm(orientation):
    on = grid(orientation)
    series = moved_series(on, MATRICES)
    found, mean = realign(series, on, series[..., 0], on, MotionConfig(sampling_mm=4))
    head_points = on.points()[np.linalg.norm(on.points(), axis=1) < 35]
    # The reference is a mean, so what counts is motion relative to the first volume.
    relative = found @ np.linalg.inv(found[0])
    for truth, matrix in zip(MATRICES, relative, strict=True):
        error = apply_affine(matrix, head_points) - apply_affine(truth, head_points)
        assert np.linalg.norm(error, axis=1).mean() <= 0.02
    assert mean.shape == on.shape
    assert mean.dtype == np.float32


def test_intensity_changes_are_no_motion():
    on = grid()
    series = moved_series(on, MATRICES[[0, 0, 0]]) * np.array([1, 1.3, 0.7], dtype=np.float32)
    found, _ = realign(series, on, series[..., 0], on, MotionConfig())
    assert_allclose(found, np.broadcast_to(np.eye(4), (3, 4, 4)), atol=1e-3)


def test_an_empty_volume_is_no_reference():
    with pytest.raises(InputError, match=r"reference volume: expected a head"):
        reference_from(np.zeros(grid().shape), grid(), MotionConfig())


def test_config_refuses_a_negative_length():
    with pytest.raises(InputError, match=r"smoothing_mm: expected more than 0, got -1"):
        MotionConfig(smoothing_mm=-1)
