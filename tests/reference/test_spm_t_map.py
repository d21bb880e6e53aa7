"""The t map of a real run against SPM12's own, from raw data to the contrast."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from crossmodal.bold.align.motion import MotionConfig, realign
from crossmodal.bold.align.spaces import native_space
from crossmodal.bold.align.transform_files import write_affines
from crossmodal.bold.model.confounds import motion_parameters, write_confounds
from crossmodal.bold.model.contrasts import contrast_maps
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import RunFiles
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.images import read_first, read_series
from crossmodal.contracts.maps import Maps

STEM = "data/studyforrest/sub-02/func/sub-02_task-oneback_run-1"
SPM = "reference/studyforrest_spm12_{}.nii.gz"


def our_t_map(shared: Path, folder: Path) -> Maps:
    """Faces - houses as config/localizer.yaml asks for it."""
    bold = f"{shared / STEM}_bold.nii.gz"
    series, grid = read_series(bold)
    matrices, mean = realign(series, grid, *read_first(bold), MotionConfig())
    motion, confounds = str(folder / "xfm.txt"), str(folder / "confounds.tsv")
    write_affines(motion, matrices)
    write_confounds(confounds, motion_parameters(matrices))
    run = RunFiles(
        "1", bold, f"{shared / STEM}_events.tsv", (f"{shared / STEM}_bold.json",), motion, confounds
    )
    events = EventsConfig(condition_column="trial_type")
    contrast = {"faces_minus_houses": {"face": 1, "house": -1}}
    return contrast_maps([run], native_space(mean, grid), contrast, events, GLMConfig(), 6.0)[0]


@pytest.mark.slow
def test_t_of_faces_minus_houses_is_spms(shared: Path, tmp_path: Path) -> None:
    # What is left is SPM's: it rounds resliced and smoothed images to the raw file's integer
    # steps (75 of 9,900 here), and its motion estimates.
    ours = our_t_map(shared, tmp_path)
    theirs = nib.load(shared / SPM.format("spmT_face_minus_house")).get_fdata()[ours.mask]
    both = nib.load(shared / SPM.format("mask")).get_fdata()[ours.mask] > 0
    slope = np.polyfit(theirs[both], ours.values[0][both], 1)[0]
    r = np.corrcoef(theirs[both], ours.values[0][both])[0, 1]
    print(f"{both.sum()} voxels, r {r:.4f}, slope {slope:.3f}")
    assert r >= 0.989
    assert abs(slope - 1) <= 0.02
