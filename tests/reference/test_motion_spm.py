"""Head motion of a real run (stored left-handed and oblique) against SPM12's estimates."""

import numpy as np
import pytest

from crossmodal.bold.align.motion import MotionConfig, realign
from crossmodal.bold.model.confounds import motion_parameters
from crossmodal.bold.read.images import read_first, read_series

RUN = "data/studyforrest/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"


@pytest.mark.slow
def test_six_parameters_are_spms(shared):
    reference = np.loadtxt(shared / "reference/studyforrest_spm12_motion.txt")
    matrices, _ = realign(
        *read_series(shared / RUN), *read_first(shared / RUN), MotionConfig(sampling_mm=8)
    )
    # SPM counts from the first volume, we from the mean image.
    ours = motion_parameters(matrices @ np.linalg.inv(matrices[0]))
    difference = np.abs(ours - reference).mean(axis=0)
    print("mean absolute difference, mm and rad:", difference.round(5))
    assert (difference[:3] <= 0.1).all()
    assert (difference[3:] <= 0.002).all()
    # Agreement is in truth twenty times better; a wrong sign anywhere would show here.
    assert (difference[:3] <= 0.01).all()
    assert (difference[3:] <= 0.0003).all()
