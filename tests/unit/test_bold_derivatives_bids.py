"""The BIDS validator's verdict on the names and the description of the derivatives."""

import json
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from crossmodal.bold.derivatives import BIDSIGNORE, dataset_description

IMAGES = (
    "anat/sub-01_desc-brain_mask.nii.gz",
    "anat/sub-01_from-T1w_to-MNI152NLin2009aSym_mode-image_xfm.nii.gz",
    "func/sub-01_task-x_run-1_boldref.nii.gz",
)
TEXTS = (
    "func/sub-01_task-x_run-1_from-orig_to-boldref_mode-image_desc-hmc_xfm.txt",
    "func/sub-01_task-x_run-1_desc-confounds_timeseries.tsv",
    "func/sub-01_from-boldref_to-T1w_mode-image_desc-coreg_xfm.txt",
)


@pytest.mark.slow
def test_derivatives_are_valid_bids(tmp_path: Path) -> None:
    validator = Path(sys.executable).with_name("bids-validator-deno")
    if not validator.exists():
        pytest.skip("needs bids-validator-deno")
    description = dataset_description({"Name": "t"}, "../bids")
    (tmp_path / "dataset_description.json").write_text(json.dumps(description))
    (tmp_path / ".bidsignore").write_text(BIDSIGNORE)
    for name in (*IMAGES, *TEXTS):
        path = tmp_path / "sub-01" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name in IMAGES:
            nib.save(nib.Nifti1Image(np.ones((6, 6, 6), np.float32), np.eye(4)), path)
        else:
            path.write_text("trans_x\n0.0\n")
    command = [validator, tmp_path, "--format", "json", "--ignoreWarnings"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    issues = json.loads(result.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
