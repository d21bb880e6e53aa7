"""crossmodal.bold.read.images: what is refused, and grids."""

import gzip

import nibabel as nib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from crossmodal.bold.read import images
from crossmodal.bold.read.completeness import check_complete
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import ORIENTATIONS, grid, noise_series, save


def test_scl_slope_is_applied(tmp_path):
    on = grid()
    data = noise_series(on, 3).astype(np.float64) * 0.37
    image = nib.Nifti1Image(data, on.affine)
    image.set_data_dtype(np.int16)
    image.to_filename(tmp_path / "b.nii.gz")
    read, read_grid = images.read_series(tmp_path / "b.nii.gz")
    assert_allclose(read, data, atol=0.05)
    assert read.dtype == np.float32
    assert read_grid.same_as(on)


def test_nan_outside_the_brain_in_all_volumes_becomes_zero(tmp_path):
    on = grid()
    data = noise_series(on, 3).astype(np.float32)
    data[0, 0, 0] = np.nan
    read, _ = images.read_series(save(tmp_path / "b.nii.gz", data, on.affine))
    assert_array_equal(read[0, 0, 0], 0)


def test_nan_volume_is_named(tmp_path):
    on = grid()
    data = noise_series(on, 4).astype(np.float32)
    data[..., 2] = np.nan
    path = save(tmp_path / "b.nii.gz", data, on.affine)
    with pytest.raises(InputError, match=r"b.nii.gz: data: .*volumes 2"):
        images.read_series(path)


def test_constant_volume_is_named(tmp_path):
    on = grid()
    data = noise_series(on, 4)
    data[..., 1] = 7
    path = save(tmp_path / "b.nii.gz", data, on.affine)
    with pytest.raises(InputError, match=r"an image in each volume, got constant volumes 1"):
        images.read_series(path)


def test_constant_first_volume_is_refused(tmp_path):
    on = grid()
    data = noise_series(on, 2)
    data[..., 0] = 0
    with pytest.raises(InputError, match="a constant first volume"):
        images.read_first(save(tmp_path / "b.nii.gz", data, on.affine))


def test_integers_that_were_too_large_for_their_type(tmp_path):
    on = grid()
    data = noise_series(on, 2) * 30  # up to 40,000
    wrapped = save(
        tmp_path / "w.nii", data.astype(np.int32).astype(np.uint16).view(np.int16), on.affine
    )
    with pytest.raises(InputError, match="intensities: expected values above 0, got -.* run over"):
        images.read_first(wrapped)
    clipped = save(tmp_path / "c.nii", np.minimum(noise_series(on, 2), 900), on.affine)
    with pytest.raises(InputError, match="not cut off at its largest value, got .*bright at 900"):
        images.read_first(clipped)
    for good in (noise_series(on, 2), noise_series(on, 2).astype(np.uint16)):
        images.read_first(save(tmp_path / "g.nii", good, on.affine))


def test_three_axes_are_no_bold(tmp_path):
    path = save(tmp_path / "b.nii.gz", noise_series(grid(), 2)[..., 0], grid().affine)
    with pytest.raises(InputError, match=r"shape: expected 4-D .*got \(26, 30, 24\)"):
        images.read_series(path)


def test_nan_in_a_single_image_is_counted(tmp_path):
    data = np.ones((4, 4, 4), dtype=np.float32)
    data[0, 0, :2] = np.nan
    with pytest.raises(InputError, match="2 NaN or infinite voxels"):
        images.read_volume(save(tmp_path / "t.nii.gz", data, np.eye(4)))


def test_truncated_gzip_is_refused(tmp_path):
    path = save(tmp_path / "b.nii.gz", noise_series(grid(), 4), grid().affine)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="truncated or damaged"):
        images.read_series(path)


def test_truncated_gzip_holding_only_a_header_is_refused(tmp_path):
    path = tmp_path / "b.nii.gz"
    path.write_bytes(gzip.compress(b"short"))
    with pytest.raises(InputError, match="a NIfTI file"):
        images.open_image(path, 4)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none.nii: file: expected a NIfTI file, got no such"):
        images.open_image(tmp_path / "none.nii", 4)


def test_flat_affine_is_refused(tmp_path):
    image = nib.Nifti1Image(np.zeros((3, 3, 3), dtype=np.int16), np.eye(4))
    image.header["srow_x"] = 0
    image.header["sform_code"] = 1
    nib.save(nib.Nifti1Image(image.dataobj, None, image.header), tmp_path / "t.nii")
    with pytest.raises(InputError, match="affine: expected an invertible"):
        images.open_image(tmp_path / "t.nii", 3)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_isotropic_grid_covers_the_same_box(orientation):
    on = grid(orientation)
    iso = images.isotropic_grid(on, 2.0)
    assert_allclose(iso.voxel_mm, 2)
    for corner, shape in ((-0.5, (0, 0, 0)), (-0.5, (1, 1, 1))):
        old = images.apply_affine(on.affine, np.array([np.multiply(shape, on.shape) + corner]))
        new = images.apply_affine(iso.affine, np.array([np.multiply(shape, iso.shape) + corner]))
        assert_allclose(old, new, atol=1.01)  # the last voxel is rounded to a whole one


def test_points_follow_the_mask(tmp_path):
    on = grid("LPS")
    mask = np.zeros(on.shape, dtype=bool)
    mask[3, 4, 5] = mask[6, 7, 8] = True
    expected = [on.affine @ [3, 4, 5, 1], on.affine @ [6, 7, 8, 1]]
    assert_allclose(on.points(mask), np.array(expected)[:, :3])


def test_written_volume_is_read_back(tmp_path):
    data = np.random.default_rng(0).random((5, 6, 7)).astype(np.float32)
    images.write_volume(tmp_path / "v.nii.gz", data, grid(shape=(5, 6, 7)))
    read, on = images.read_volume(tmp_path / "v.nii.gz")
    assert_array_equal(read, data)
    assert on.same_as(grid(shape=(5, 6, 7)))


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty.nii.gz"
    path.write_bytes(b"")
    with pytest.raises(InputError, match="expected a NIfTI file, got Empty file"):
        check_complete(path)
