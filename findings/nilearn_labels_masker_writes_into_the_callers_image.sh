#!/usr/bin/env bash
# nilearn 0.13.1: NiftiLabelsMasker turns NaN into 0 in the image that it is given. 2026-11-29.
# Expected: transform reads an image and leaves it as it is, as NiftiMasker, apply_mask and smooth_img do.
# Seen: after fit_transform all NaN of the caller's own array are 0, without a word; whatever is computed from the image
#   afterwards (a mask of finite voxels, a mean) is another number than before. Other maskers do not.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'nilearn==0.13.1' 'nibabel==5.4.2' 'numpy==2.4.6' 'pandas==2.3.3' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, nilearn, numpy as np
from nilearn.maskers import NiftiLabelsMasker, NiftiMasker

print("nilearn", nilearn.__version__)
affine = np.diag([3.0, 3, 3, 1])
left = {}
for masker in (
    NiftiMasker(nib.Nifti1Image(np.ones((6, 6, 6), np.uint8), affine)),
    NiftiLabelsMasker(nib.Nifti1Image(np.ones((6, 6, 6), np.int32), affine)),
):
    data = np.full((6, 6, 6, 3), 100, np.float32)
    data[:2] = np.nan
    before = int(np.isnan(data).sum())
    masker.fit_transform(nib.Nifti1Image(data, affine))
    name = type(masker).__name__
    left[name] = int(np.isnan(data).sum())
    print(name, "NaN in the caller's array before", before, "after", left[name])
assert left == {"NiftiMasker": 216, "NiftiLabelsMasker": 0}
P
