"""A real head with its skull (T1w 0.7 mm, defaced) and its EPI: masks and registrations.

There is no truth about a real head. What is held here was looked at in pictures first: the mask
follows the brain's surface, ventricles lie on ventricles.
"""

import numpy as np
import pytest

from crossmodal.bold.coregister import coregister
from crossmodal.bold.coregister_config import CoregisterConfig
from crossmodal.bold.images import apply_affine, read_first, read_volume
from crossmodal.bold.normalise import normalise
from crossmodal.bold.normalise_config import NormaliseConfig
from crossmodal.bold.template import template_at

T1 = "data/studyforrest/sub-02/anat/sub-02_T1w.nii.gz"
RUN = "data/studyforrest/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz"
QUICK = NormaliseConfig(
    voxel_mm=4.0, affine_iterations=(100, 50), syn_iterations=(20, 20, 10), syn_radius_voxels=3
)


@pytest.fixture(scope="module")
def anatomy(shared):
    t1, grid = read_volume(shared / T1)
    warp, brain = normalise(t1, grid, QUICK)
    return (t1, grid), warp, brain


@pytest.mark.slow
def test_the_brain_mask_has_a_brains_size_and_leaves_the_skull_out(anatomy):
    (t1, grid), _, brain = anatomy
    volume_cm3 = brain.sum() * np.prod(grid.voxel_mm) / 1000
    print("brain mask:", round(volume_cm3), "cm3")
    assert 1300 < volume_cm3 < 1800
    assert t1[brain].mean() > 2 * t1[~brain & (t1 > 0)].mean()


@pytest.mark.slow
def test_the_normalised_head_looks_like_the_template(anatomy):
    (t1, grid), warp, _ = anatomy
    template, inside, template_grid = template_at(2.0)
    points = template_grid.points(inside)
    voxels = np.round(apply_affine(np.linalg.inv(grid.affine), warp(points))).astype(int)
    voxels = np.clip(voxels, 0, np.array(grid.shape) - 1)
    match = np.corrcoef(t1[tuple(voxels.T)], template[inside])[0, 1]
    print("correlation with the template:", round(match, 3))
    assert match > 0.55  # one brain against the mean of 152, with noise


@pytest.mark.slow
def test_both_steps_of_the_coregistration_agree_on_the_real_epi(shared, anatomy):
    t1, _, brain = anatomy
    epi = read_first(shared / RUN)
    found = [
        coregister(epi, t1, brain, CoregisterConfig(3.0, (100, 50), refined))
        for refined in (False, True)
    ]
    points = epi[1].points()[::500]
    moved = apply_affine(found[1], points) - apply_affine(found[0], points)
    print("refined by", np.linalg.norm(moved, axis=1).mean().round(2), "mm")
    assert 0 < np.linalg.norm(moved, axis=1).mean() < 2.5
