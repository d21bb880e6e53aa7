"""Exported betas and maps: names, a validator, nilearn, and the way back."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nilearn.maskers import NiftiMasker

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.listing import files_of, participants_of
from crossmodal.bold.outside.read import read_outside
from crossmodal.bold.read.derivatives import IGNORED, README, dataset_description
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.statmap_names import IGNORED as EXPORT_IGNORED
from crossmodal.contracts.statmap_names import labels_of, space_entity
from crossmodal.contracts.statmaps import write_maps, write_run
from tests.unit.outside_data import example

NAMES = ("face 1", "face-1", "house", "ü")


def exported(folder: Path) -> Betas:
    """Two runs of betas whose names are no labels; the second lacks a condition."""
    values = example(conditions=NAMES)
    values.betas[1, 2] = np.nan
    betas = replace(values, run_ids=("task-x_run-1", "task-x_run-2"),
                    space="MNI152NLin6Asym")  # fmt: skip
    for run in betas.run_ids:
        stem = f"{folder}/sub-01/func/sub-01_{run}{space_entity(betas.space)}"
        images = [f"{stem}_contrast-{x}_stat-effect_statmap.nii.gz" for x in labels_of(NAMES)]
        variance = f"{stem}_stat-residualvariance_statmap.nii.gz"
        write_run(betas, run, images, variance, f"{stem}_stat-effect_statmap.json")
    return betas


def test_labels_are_letters_and_digits_and_none_is_twice() -> None:
    assert labels_of(NAMES) == ["face1n1", "face1n2", "house", "x"]
    # A name that looks like a number that was given out: one image would overwrite another.
    several = labels_of(["a-b", "ab", "abn1", "c"])
    assert len(set(several)) == 4
    assert several[3] == "c"
    assert space_entity("native") == ""


def test_exported_betas_come_back_bit_by_bit(tmp_path: Path) -> None:
    own = exported(tmp_path)
    scans = Scans(betas={"source": "bids_statmaps", "path": str(tmp_path)}, space="MNI152NLin6Asym")
    found = read_outside(scans, "01", NAMES)
    np.testing.assert_array_equal(found.betas, own.betas)
    np.testing.assert_array_equal(found.residual_variance, own.residual_variance)
    np.testing.assert_array_equal(found.mask, own.mask)
    assert (found.run_ids, found.condition_ids) == (own.run_ids, own.condition_ids)
    files = [Path(path).name for path in files_of(scans, "01")]
    assert len(files) == 12
    # They say which label is which condition.
    assert [name for name in files if name.endswith(".json")] == [
        f"sub-01_task-x_run-{run}_space-MNI152NLin6Asym_stat-effect_statmap.json" for run in (1, 2)
    ]


@pytest.mark.parametrize(
    ("space", "seen"),
    [("MNI152", True), ("MNI152NLin6Asym", True), ("MNI152NLin2009cAsym", False),
     ("native", False)],
)  # fmt: skip
def test_maps_whose_names_say_another_space(tmp_path: Path, space: str, seen: bool) -> None:
    exported(tmp_path)
    scans = Scans(betas={"source": "bids_statmaps", "path": str(tmp_path)}, space=space)
    if seen:
        assert participants_of(scans) == ["01"]
        return
    expected = f"space: expected maps in scans.space, {space}, got only space-MNI152NLin6Asym"
    with pytest.raises(InputError, match=expected):
        participants_of(scans)


def test_nilearn_opens_them_without_us(tmp_path: Path) -> None:
    own = exported(tmp_path)
    paths = sorted(tmp_path.rglob("*run-1*contrast-house*.nii.gz"))
    mask = nib.Nifti1Image(own.mask.astype(np.uint8), own.affine)
    values = NiftiMasker(mask, standardize=False).fit().transform(str(paths[0]))
    np.testing.assert_array_equal(np.ravel(values), own.betas[0, 2])
    assert int(nib.load(paths[0]).header["sform_code"]) == 4


def test_maps_keep_their_names(tmp_path: Path) -> None:
    mask = np.ones((2, 2, 2), bool)
    maps = Maps(np.arange(16, dtype=np.float32).reshape(2, 8), mask, np.eye(4), ("a", "b"), "z",
                "native")  # fmt: skip
    write_maps(maps, str(tmp_path / "x.nii.gz"), str(tmp_path / "x.json"))
    assert json.loads((tmp_path / "x.json").read_text())["Volumes"] == ["a", "b"]
    np.testing.assert_array_equal(
        nib.load(tmp_path / "x.nii.gz").get_fdata()[..., 1], maps.volume("b")
    )


def test_a_bids_validator_finds_no_error(tmp_path: Path) -> None:
    validator = Path(sys.executable).with_name("bids-validator-deno")
    if not validator.exists():
        pytest.skip("needs bids-validator-deno")
    exported(tmp_path)
    (tmp_path / "README.md").write_text(README)
    (tmp_path / ".bidsignore").write_text("\n".join([*IGNORED, *EXPORT_IGNORED]) + "\n")
    (tmp_path / "dataset_description.json").write_text(json.dumps(dataset_description({}, None)))
    command = [validator, tmp_path, "--format", "json", "--ignoreWarnings"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    issues = json.loads(result.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
