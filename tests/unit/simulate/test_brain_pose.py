"""Geometry of simulated heads, storage of images, noise."""

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from crossmodal.contracts.errors import InputError
from crossmodal.simulate import bids
from crossmodal.simulate.brain_config import BrainSettings, random_stream
from crossmodal.simulate.brain_noise import drift_courses, physiological_courses
from crossmodal.simulate.brain_pose import apply_affine, draw_head, draw_motion, draw_warp, rigid
from crossmodal.simulate.brain_tissue import Grid

angles = st.floats(-1, 1)


@settings(max_examples=30, deadline=None)
@given(angles, angles, angles)
def test_rotations_are_about_the_worlds_x_then_y_then_z(x, y, z):
    expected = Rotation.from_euler("xyz", [x, y, z]).as_matrix()  # lower case: fixed axes
    np.testing.assert_allclose(rigid(np.zeros(3), np.array([x, y, z]))[:3, :3], expected, atol=1e-9)


def test_the_warp_has_its_size_and_never_folds():
    warp = draw_warp(8.0, np.random.default_rng(0))
    axis = np.arange(-70.0, 71, 10)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points + [0, -18, 5]
    size = np.linalg.norm(warp.displacement_mm(points), axis=1)
    np.testing.assert_allclose(size.max(), 8.0)
    step = 1e-4
    jacobian = np.eye(3) + np.stack(
        [
            (warp.displacement_mm(points + step * e) - warp.displacement_mm(points)) / step
            for e in np.eye(3)
        ],
        axis=-1,
    )
    assert np.linalg.det(jacobian).min() > 0


def test_a_head_is_the_same_whenever_asked_and_unlike_the_others():
    points = np.random.default_rng(0).uniform(-60, 60, (5, 3))
    one, again, other = (
        draw_head(label, 4.0, 7).bold_to_mni(points) for label in ("01", "01", "02")
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 1


def test_motion_starts_at_rest_and_reaches_its_size():
    motion = draw_motion(180, 2.0, 0.5, np.random.default_rng(0))
    np.testing.assert_array_equal(motion[0], 0)
    np.testing.assert_allclose(np.linalg.norm(motion[:, :3], axis=1).max(), 0.5)
    np.testing.assert_allclose(np.linalg.norm(motion[:, 3:], axis=1).max(), 0.01)
    assert np.linalg.norm(np.diff(motion[:, :3], axis=0), axis=1).max() < 0.1


def test_no_motion_is_none():
    np.testing.assert_array_equal(draw_motion(20, 2.0, 0.0, np.random.default_rng(0)), 0)


@pytest.mark.parametrize("codes", ["LAS", "RPI", "ASR", "RAS"])
def test_storage_order_leaves_every_voxel_where_it_is(codes):
    grid = Grid.over_head(20.0, rigid(np.zeros(3), np.deg2rad([12.0, 0, 0])))
    data = np.random.default_rng(0).standard_normal((*grid.shape, 2))
    stored, affine = bids.stored_as(data, grid.affine, codes)
    assert "".join(nib.aff2axcodes(affine)) == codes
    index = np.array([[1, 2, 3], [0, 0, 0]])
    world = apply_affine(affine, index)
    original = np.rint(apply_affine(np.linalg.inv(grid.affine), world)).astype(int)
    np.testing.assert_array_equal(stored[tuple(index.T)], data[tuple(original.T)])


@pytest.mark.parametrize(("codes", "expected"), [("RAS", "j"), ("LPS", "j-"), ("ASR", "i")])
def test_the_phase_encoding_axis_follows_the_storage(codes, expected):
    affine = bids.stored_as(np.zeros((2, 2, 2)), np.eye(4), codes)[1]
    assert bids.bold_sidecar(2.0, affine, "emotion")["PhaseEncodingDirection"] == expected


def test_nifti_bytes_repeat_and_hold_slope_time_and_place(tmp_path):
    data = np.random.default_rng(0).uniform(0, 2000, (4, 5, 6, 7))
    affine = Grid.over_head(4.0).affine
    content = bids.nifti_gz(data, affine, 2.5, step=2.0)
    assert content == bids.nifti_gz(data, affine, 2.5, step=2.0)
    bids.write_bytes(tmp_path / "x.nii.gz", content)
    image = nib.load(tmp_path / "x.nii.gz")
    assert (image.dataobj.slope, image.get_data_dtype()) == (2.0, np.int16)
    assert image.header.get_zooms() == (4.0, 4.0, 4.0, 2.5)
    assert image.header.get_xyzt_units() == ("mm", "sec")
    np.testing.assert_allclose(image.affine, affine)
    np.testing.assert_allclose(image.get_fdata(), data, atol=1.0)


def test_slow_noise_has_unit_variance():
    np.testing.assert_allclose(drift_courses(180).std(axis=0), 1)
    pulses = physiological_courses(2000, 2.0, np.random.default_rng(0))
    np.testing.assert_allclose(pulses.std(axis=0), 1, atol=0.1)


def test_streams_of_different_purposes_differ():
    one, again, other = (random_stream(1, name).random() for name in ("a", "a", "b"))
    assert one == again != other


@pytest.mark.parametrize("codes", ["RRS", "XYZ", "RA", "LASI"])
def test_an_impossible_orientation_is_refused(codes):
    with pytest.raises(InputError, match="orientations.01: expected three axis codes"):
        BrainSettings(orientations={"01": codes})
