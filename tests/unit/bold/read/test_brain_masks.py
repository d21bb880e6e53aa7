"""scans.brain_masks: masks of one's own, refused where they do not fit."""

import numpy as np
import pytest

from crossmodal.bold.block import Scans
from crossmodal.bold.check import find_problems
from crossmodal.bold.read.brain_masks import own_mask, read_brain_mask
from crossmodal.bold.read.images import read_volume
from crossmodal.contracts.errors import InputError
from tests.studies import config_problems, values_of
from tests.unit.bold_data import save, write_bids


@pytest.fixture
def scans(root, tmp_path):
    config = values_of(root / "config/config.yaml")["scans"]
    write_bids(tmp_path / "bids")
    events = {"condition_column": "trial_type"}
    masks = str(tmp_path / "masks/sub-{participant}.nii.gz")
    (tmp_path / "masks").mkdir()
    data = {"bids_dir": str(tmp_path / "bids"), "task": "x", "events": events}
    return config | data | {"brain_masks": masks}


@pytest.fixture
def t1(tmp_path):
    return read_volume(next((tmp_path / "bids/sub-01/anat").glob("*.nii.gz")))


def written(tmp_path, values, affine):
    path = tmp_path / "masks/sub-01.nii.gz"
    save(path, values.astype(np.float32), affine)
    return path


def problems(scans):
    return [str(each) for each in find_problems(Scans(**scans), ("a", "b", "c"))]


def test_a_mask_on_the_t1ws_grid_is_taken(scans, t1, tmp_path):
    values, grid = t1
    path = written(tmp_path, values > np.median(values), grid.affine)
    assert problems(scans) == []
    assert own_mask(scans["brain_masks"], "01") == str(path)
    assert own_mask(scans["brain_masks"], "02") is None
    assert own_mask(None, "01") is None
    np.testing.assert_array_equal(read_brain_mask(path, grid), values > np.median(values))


def spoiled(kind, values, affine):
    mask = values > np.median(values)
    return {
        "shape": (mask[:-1], affine),
        "affine": (mask, affine + np.eye(4)[:, [3, 0, 1, 2]] * 0.5),
        "values: expected 0 and 1": (mask * 2.0, affine),
        "values: expected at least one voxel": (mask & False, affine),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    ["shape", "affine", "values: expected 0 and 1", "values: expected at least one voxel"],
)
def test_a_mask_that_does_not_fit_is_one_line(scans, t1, tmp_path, kind):
    values, grid = t1
    path = written(tmp_path, *spoiled(kind, values, grid.affine))
    with pytest.raises(InputError, match=f"sub-01.nii.gz: {kind}"):
        read_brain_mask(path, grid)
    found = problems(scans)
    assert len(found) == 1
    assert f"sub-01.nii.gz: {kind}" in found[0]


def test_a_pattern_that_fits_no_file_is_a_mistake(scans):
    (found,) = problems(scans)
    assert "scans.brain_masks: expected a file for one participant or more, got none" in found


def test_a_pattern_names_the_participant(root):
    values = values_of(root / "config/config.yaml")
    values["scans"]["brain_masks"] = "masks/all.nii.gz"
    with pytest.raises(InputError, match=r"brain_masks: expected a path with \{participant\}"):
        Scans(**values["scans"])


def test_masks_without_normalisation_are_refused(root):
    values = values_of(root / "config/localizer.yaml")
    values["scans"]["brain_masks"] = "masks/{participant}.nii.gz"
    found = [str(each) for each in config_problems(values)]
    assert any("scans.brain_masks: expected null without own normalisation" in e for e in found)
