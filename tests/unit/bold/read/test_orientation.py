"""Orientation, units and types of numbers in NIfTI headers: used, or refused in one line."""

import nibabel as nib
import numpy as np
import pytest

from crossmodal.bold.read.agreement import check_same_grid
from crossmodal.bold.read.images import grid_of, open_image, read_first, read_series
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import grid, noise_series, save

ON = grid("RAS", (6, 5, 4), (3.0, 3.0, 4.0))
MIRROR = np.diag([-1.0, 1, 1, 1]) @ ON.affine


def write(path, sform=None, qform=None, codes=(1, 1), data=None):
    data = noise_series(ON, 3) + 100 if data is None else data
    image = nib.Nifti1Image(data, None)
    image.header.set_xyzt_units("mm", "sec")
    image.set_sform(ON.affine if sform is None else sform, codes[0])
    image.set_qform(ON.affine if qform is None else qform, codes[1])
    image.to_filename(path)
    return path


def shifted(mm):
    affine = ON.affine.copy()
    affine[0, 3] += mm
    return affine


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"codes": (0, 0)}, "sform and qform codes: expected one above 0 .*got 0 and 0: left or r"),
        ({"sform": MIRROR}, "sform and qform: expected affines that agree .* the mirror image"),
        ({"qform": MIRROR, "codes": (4, 1)}, "the mirror image of the other"),
        ({"sform": shifted(2.0)}, "corners up to 2 mm apart"),
    ],
)
def test_where_left_is_must_be_known(tmp_path, options, message):
    path = write(tmp_path / "x.nii.gz", **options)
    with pytest.raises(InputError, match=message):
        read_series(path)
    with pytest.raises(InputError, match="scans.trust_affine"):
        read_first(path)


@pytest.mark.parametrize(
    "options",
    [
        {"sform": shifted(1.0)},
        {"sform": MIRROR, "codes": (1, 0)},
        {"qform": MIRROR, "codes": (0, 1)},
        {"sform": MIRROR, "qform": MIRROR},
    ],
)
def test_headers_that_say_it_once(tmp_path, options):
    path = write(tmp_path / "x.nii.gz", **options)
    np.testing.assert_allclose(grid_of(open_image(path, 4)).affine, nib.load(path).affine)


def test_those_who_know_choose(tmp_path):
    path = write(tmp_path / "x.nii.gz", sform=MIRROR, codes=(0, 0))
    for which, wanted in (("sform", MIRROR), ("qform", ON.affine)):
        data, found = read_series(path, which)
        np.testing.assert_allclose(found.affine, wanted, atol=1e-5)
        np.testing.assert_array_equal(data, read_series(path, "sform")[0])


def test_runs_of_both_handednesses(tmp_path):
    right = write(tmp_path / "r.nii.gz")
    left = write(tmp_path / "l.nii.gz", sform=MIRROR, qform=MIRROR)
    check_same_grid([left, left])
    with pytest.raises(InputError, match="l.nii.gz: voxel axes: expected right-handed .*got left"):
        check_same_grid([right, left])
    check_same_grid([right, left], "sform")


def test_voxels_of_two_sizes(tmp_path):
    """pixdim against the sform, where no qform holds them together."""
    raw = bytearray(write(tmp_path / "x.nii", codes=(1, 0)).read_bytes())
    raw[80:92] = np.array([2, 2, 2], np.float32).tobytes()
    path = tmp_path / "y.nii"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"pixdim\): expected 3 x 3 x 4 mm as by .* got 2 x 2 x 2"):
        open_image(path, 4)
    np.testing.assert_allclose(grid_of(open_image(path, 4, "sform")).voxel_mm, (3, 3, 4))


def test_a_fifth_axis_of_one(tmp_path):
    data = noise_series(ON, 3) + 100
    five = write(tmp_path / "5.nii.gz", data=data[..., None])
    found, where = read_series(five)
    np.testing.assert_array_equal(found, data)
    assert where.same_as(ON)
    np.testing.assert_array_equal(read_first(five)[0], data[..., 0])
    with pytest.raises(InputError, match="4-D with at least 2 volumes, got .6, 5, 4, 1, 3"):
        read_series(write(tmp_path / "t.nii.gz", data=data[:, :, :, None]))


@pytest.mark.parametrize(
    ("kind", "got"),
    [(np.complex64, "complex64"), ([("R", "u1"), ("G", "u1"), ("B", "u1")], r"colours \(RGB\)")],
)
def test_numbers_that_are_no_intensities(tmp_path, kind, got):
    path = write(tmp_path / "x.nii.gz", data=np.zeros((6, 5, 4, 3), dtype=kind))
    with pytest.raises(InputError, match=f"data type: expected integers or floats, got {got}"):
        read_series(path)


def test_voxels_in_metres(tmp_path):
    path = write(tmp_path / "x.nii.gz")
    image = nib.load(path)
    image.header.set_xyzt_units("meter", "sec")
    image.to_filename(tmp_path / "m.nii.gz")
    with pytest.raises(
        InputError, match=r"unit of the voxels \(xyzt_units\): expected mm, got meter"
    ):
        open_image(tmp_path / "m.nii.gz", 4)


@pytest.mark.parametrize("slope", [0.0, np.nan, 2.5])
def test_scaled_integers(tmp_path, slope):
    path = write(tmp_path / "x.nii", data=noise_series(ON, 3) + 100)
    raw = bytearray(path.read_bytes())
    raw[112:116] = np.float32(slope).tobytes()
    raw[116:120] = np.float32(7).tobytes()
    path.write_bytes(raw)
    scaled = slope > 0
    wanted = (noise_series(ON, 3) + 100.0) * (slope if scaled else 1) + (7 if scaled else 0)
    np.testing.assert_allclose(read_series(path)[0], wanted)


def test_a_pair_of_header_and_image(tmp_path):
    nib.save(nib.Nifti1Pair(noise_series(ON, 3) + 100, ON.affine), tmp_path / "x.img")
    np.testing.assert_array_equal(read_series(tmp_path / "x.img")[0], noise_series(ON, 3) + 100)
    nib.save(nib.Spm2AnalyzeImage(noise_series(ON, 3), ON.affine), tmp_path / "old.img")
    with pytest.raises(InputError, match="old.img: file: expected a NIfTI file, got Spm"):
        read_series(tmp_path / "old.img")


def test_voxels_that_are_nan_everywhere_are_outside(tmp_path):
    data = (noise_series(ON, 3) + 100).astype(np.float32)
    data[0, 0, 0] = np.nan
    path = save(tmp_path / "x.nii.gz", data, ON.affine)
    assert read_series(path)[0][0, 0, 0, 0] == 0
