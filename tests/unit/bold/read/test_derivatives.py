"""bold.read.derivatives: names that a BIDS validator accepts, and no path of a machine."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crossmodal.bold.align.transform_files import write_affines, write_warp
from crossmodal.bold.align.warp import Warp
from crossmodal.bold.model.confounds import write_confounds
from crossmodal.bold.read.derivatives import (
    IGNORED,
    LABELS,
    README,
    dataset_description,
    sidecar,
    within_dataset,
)
from tests.unit.bold_data import grid, head, save

FILES = {
    "func/sub-01_task-x_run-1_from-orig_to-boldref_mode-image_desc-hmc_xfm.txt": "motion",
    "func/sub-01_task-x_run-1_desc-confounds_timeseries.tsv": "confounds",
    "func/sub-01_task-x_run-1_boldref.nii.gz": "boldref",
    "func/sub-01_from-boldref_to-T1w_mode-image_desc-coreg_xfm.txt": "coregistration",
    "anat/sub-01_from-T1w_to-MNI152NLin2009aSym_mode-image_xfm.nii.gz": "warp",
    "anat/sub-01_desc-brain_mask.nii.gz": "mask",
}


def write_derivatives(root: Path) -> Path:
    """The files that the workflow writes for one participant, under its names."""
    (root / "README.md").write_text(README)
    (root / ".bidsignore").write_text("\n".join(IGNORED) + "\n")
    (root / "dataset_description.json").write_text(json.dumps(dataset_description({}, None)))
    for name, kind in FILES.items():
        path = root / "sub-01" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        stem = path.name.split(".")[0]
        (path.parent / f"{stem}.json").write_text(json.dumps(sidecar(kind, ["a/sub-01/x.nii"])))
        if path.suffix == ".txt":
            write_affines(path, np.eye(4)[None])
        elif kind == "confounds":
            write_confounds(path, np.zeros((3, 6)))
        elif kind == "warp":
            write_warp(path, Warp(np.zeros((*grid().shape, 3), np.float32), grid()))
        else:
            volume = head(grid().points()).reshape(grid().shape)
            save(path, (volume > 500).astype(np.uint8), grid().affine)
    return root


def test_a_bids_validator_finds_no_error(tmp_path):
    validator = Path(sys.executable).with_name("bids-validator-deno")
    if not validator.exists():
        pytest.skip("needs bids-validator-deno")
    command = [validator, write_derivatives(tmp_path), "--format", "json", "--ignoreWarnings"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    issues = json.loads(result.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []


def test_the_workflow_writes_these_names(root):
    rules = (root / "workflow/rules/bold.smk").read_text()
    for name in FILES:
        end = name.split("sub-01")[1].split("run-1")[-1].replace("MNI152NLin2009aSym", "")
        for part in end.split("to-_"):
            assert part.removesuffix("from-T1w_").lstrip("_") in rules, name


def test_every_kind_says_what_it_is():
    for kind, label in LABELS.items():
        content = sidecar(kind, ["/home-of/x/data/bids/sub-01/anat/sub-01_T1w.nii.gz"], Extra=1)
        assert content["RawSources"] == ["sub-01/anat/sub-01_T1w.nii.gz"]
        assert content["Extra"] == 1
        assert label.items() <= content.items()
    assert sidecar("motion", [])["Format"] == "ITK"
    assert "Format" not in sidecar("mask", [])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b/sub-1/ses-2/func/sub-1_x.nii", "sub-1/ses-2/func/sub-1_x.nii"),
        ("/a/x.nii", "x.nii"),
    ],
)
def test_raw_files_are_named_within_their_data_set(path, name):
    assert within_dataset(path) == name
