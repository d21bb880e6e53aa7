#!/usr/bin/env bash
# nilearn 0.13.1: effects of voxels with mean <= 0 are not scaled, in the same map as scaled ones. 2026-11-29.
# Expected: FirstLevelModel's signal_scaling (on by default) gives percent of the mean, or refuses data without
#   a positive mean (denoised, demeaned, z-scored series; a voxel that interpolation made negative).
# Seen: voxels with a mean of 0 or below are divided by 1 instead of their mean and not multiplied by 100 / mean:
#   the same response has an effect size 100 times as large there as at a mean of 100. A warning tells of
#   mean 0, in no map can the voxels be told apart afterwards.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'nilearn==0.13.1' 'nibabel==5.4.2' 'numpy==2.4.6' 'pandas==2.3.3' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, nilearn, numpy as np, pandas as pd
from nilearn.glm.first_level import FirstLevelModel

print("nilearn", nilearn.__version__)
response = np.random.default_rng(1).normal(size=60).astype(np.float32)
means = np.array([200, 100, 0, -100], np.float32)
data = (means[:, None] + response).reshape(4, 1, 1, 60)
events = pd.DataFrame({"onset": [10.0, 50, 90], "duration": 5.0, "trial_type": "a"})
mask = nib.Nifti1Image(np.ones((4, 1, 1), np.uint8), np.eye(4))
model = FirstLevelModel(t_r=2.0, mask_img=mask, noise_model="ols", drift_model=None)
model.fit(nib.Nifti1Image(data, np.eye(4)), events)
effect = model.compute_contrast("a", output_type="effect_size").get_fdata().ravel()
for mean, size in zip(means, effect):
    print(f"mean {mean:5.0f}: effect {size:8.3f}")
assert abs(effect[0] * 2 / effect[1] - 1) < 1e-2  # percent of the mean
assert abs(effect[3] / effect[1] - 100) < 1
P
