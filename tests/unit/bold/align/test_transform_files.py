"""crossmodal.bold.align.transform_files: ITK's formats and directions."""

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_allclose

from crossmodal.bold.align.rigid import matrix_from_parameters
from crossmodal.bold.align.transform_files import (
    HEADER,
    read_affines,
    read_warp,
    write_affines,
    write_warp,
)
from crossmodal.bold.align.warp import Warp
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import grid

MATRICES = np.array(
    [
        matrix_from_parameters(np.array([1, -2, 3, 0.1, 0.2, -0.3])),
        matrix_from_parameters(np.array([0, 5, 0, 0, 0, 0.4])),
    ]
)


def test_affines_round_trip(tmp_path):
    write_affines(tmp_path / "m.txt", MATRICES)
    assert_allclose(read_affines(tmp_path / "m.txt"), MATRICES, atol=1e-14)


def test_a_shift_to_the_right_is_negative_in_lps(tmp_path):
    shift = np.eye(4)
    shift[:3, 3] = [1, 2, 3]
    write_affines(tmp_path / "m.txt", shift[None])
    line = (tmp_path / "m.txt").read_text().splitlines()[3]
    assert [float(x) for x in line.split()[-3:]] == [-1, -2, 3]


def test_centre_of_rotation_is_honoured(tmp_path):
    # 90 degrees about z through (10, 0, 0) LPS: the centre stays, the origin goes to (10, -10).
    text = "Parameters: 0 -1 0 1 0 0 0 0 1 0 0 0\nFixedParameters: 10 0 0\n"
    (tmp_path / "m.txt").write_text(f"{HEADER}\n#Transform 0\nTransform: x\n{text}")
    matrix = read_affines(tmp_path / "m.txt")[0]
    assert_allclose(matrix @ [-10, 0, 0, 1], [-10, 0, 0, 1], atol=1e-12)
    assert_allclose(matrix @ [0, 0, 0, 1], [-10, 10, 0, 1], atol=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x\n", "first line: expected #Insight"),
        (f"{HEADER}\n", "one pair a transform, got 0 and 0"),
        (f"{HEADER}\nParameters: 1 2\nFixedParameters: 0 0 0\n", "Parameters: expected 12"),
    ],
)
def test_other_files_are_refused(tmp_path, text, message):
    (tmp_path / "m.txt").write_text(text)
    with pytest.raises(InputError, match=message):
        read_affines(tmp_path / "m.txt")


def test_warp_round_trip_and_storage_in_lps(tmp_path):
    on = grid(shape=(4, 5, 6))
    field = np.random.default_rng(0).normal(size=(4, 5, 6, 3)).astype(np.float32)
    write_warp(tmp_path / "w.nii.gz", Warp(field, on))
    stored = nib.load(tmp_path / "w.nii.gz")
    assert stored.shape == (4, 5, 6, 1, 3)
    assert stored.header.get_intent()[0] == "vector"
    assert_allclose(np.asarray(stored.dataobj)[:, :, :, 0, 0], -field[..., 0])
    read = read_warp(tmp_path / "w.nii.gz")
    assert_allclose(read.displacement_mm, field)
    points = on.points()
    assert_allclose(read(points), points + field.reshape(-1, 3), atol=1e-5)


def test_a_field_of_another_shape_is_refused(tmp_path):
    nib.Nifti1Image(np.zeros((3, 3, 3, 2, 3), np.float32), np.eye(4)).to_filename(
        tmp_path / "w.nii.gz"
    )
    with pytest.raises(InputError, match=r"shape: expected \(x, y, z, 1, 3\)"):
        read_warp(tmp_path / "w.nii.gz")
