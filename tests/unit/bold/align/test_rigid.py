"""crossmodal.bold.align.rigid: SPM's six parameters."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from crossmodal.bold.align import rigid

shifts = st.lists(st.floats(-20, 20), min_size=3, max_size=3)
angles = st.lists(st.floats(-1.2, 1.2), min_size=3, max_size=3)


@given(shifts, angles)
def test_parameters_and_matrix_are_inverse(shift, angle):
    parameters = np.array(shift + angle)
    matrix = rigid.matrix_from_parameters(parameters)
    assert_allclose(rigid.parameters_from_matrix(matrix), parameters, atol=1e-9)
    assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-12)
    assert_allclose(np.linalg.det(matrix[:3, :3]), 1)


def test_directions_of_rotation_are_spms():
    # spm_matrix([0 0 0 a 0 0]) sends y to z*sin(a) + y*cos(a), and so on.
    a = 0.1
    assert_allclose(rigid.rotation_matrix([a, 0, 0])[1], [0, np.cos(a), np.sin(a)])
    assert_allclose(rigid.rotation_matrix([0, a, 0])[0], [np.cos(a), 0, np.sin(a)])
    assert_allclose(rigid.rotation_matrix([0, 0, a])[0], [np.cos(a), np.sin(a), 0])


def test_small_motion_leaves_its_centre_in_place():
    centre = np.array([10.0, -20, 30])
    matrix = rigid.small_motion(np.array([0, 0, 0, 0.1, -0.2, 0.3]), centre)
    assert_allclose(matrix @ [*centre, 1], [*centre, 1], atol=1e-12)


def test_nearest_rigid_removes_scale_and_keeps_the_shift():
    matrix = rigid.matrix_from_parameters(np.array([1, 2, 3, 0.1, 0.2, 0.3]))
    scaled = matrix.copy()
    scaled[:3, :3] *= 1.02
    assert_allclose(rigid.nearest_rigid(scaled), matrix, atol=1e-12)


def test_framewise_displacement_by_hand():
    parameters = np.array([[0, 0, 0, 0, 0, 0], [0.1, -0.2, 0, 0.01, 0, -0.02]])
    assert_allclose(rigid.framewise_displacement(parameters), [np.nan, 0.3 + 50 * 0.03])
