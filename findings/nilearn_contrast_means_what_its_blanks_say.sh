#!/usr/bin/env bash
# nilearn 0.13.1: compute_contrast("face-house") and ("face - house") are two contrasts. 2026-11-29.
# Expected: blanks in a contrast's expression mean nothing.
# Seen: where a condition is called 'face-house' (a condition of mixed pictures) beside 'face' and 'house', the
#   expression without blanks is that condition against baseline, the one with blanks the difference of the two; both
#   run, no word is said. Conditions whose names are numbers cannot be subtracted at all.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'nilearn==0.13.1' 'nibabel==5.4.2' 'numpy==2.4.6' 'pandas==2.3.3' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, nilearn, numpy as np, pandas as pd
from nilearn.glm.first_level import FirstLevelModel

print("nilearn", nilearn.__version__)
data = 100 + np.random.default_rng(1).normal(size=(2, 1, 1, 90)).astype(np.float32)
mask = nib.Nifti1Image(np.ones((2, 1, 1), np.uint8), np.eye(4))


def fitted(names):
    events = pd.DataFrame({"onset": [10.0, 60, 110], "duration": 5.0, "trial_type": names})
    model = FirstLevelModel(t_r=2.0, mask_img=mask, noise_model="ols", drift_model=None)
    return model.fit(nib.Nifti1Image(data, np.eye(4)), events)


def effect(model, expression):
    return model.compute_contrast(expression, output_type="effect_size").get_fdata().ravel()


model = fitted(["face", "house", "face-house"])
close, apart = effect(model, "face-house"), effect(model, "face - house")
print("face-house  ", close.round(3), "\nface - house", apart.round(3))
assert np.abs(close - apart).max() > 0.05
assert np.abs(apart - (effect(model, "face") - effect(model, "house"))).max() < 1e-5
try:
    effect(fitted(["1", "2", "3"]), "1 - 2")
    raise SystemExit("numbers can be subtracted now")
except ValueError as error:
    print("1 - 2:", str(error)[:60])
P
