#!/usr/bin/env bash
# nilearn 0.13.1: NiftiLabelsMasker averages NaN voxels as zeros. 2026-11-29.
# Expected: the mean signal of a region is that of its voxels with data (or NaN where one has none).
# Seen: NaN voxels, such as those outside the field of view, count as 0 in the mean: of a region at 100 with a
#   fifth of its voxels missing the signal is 80. It is not shown by any NaN in the result, and percent signal
#   change or contrasts between regions carry it on. The same for smooth_img: see the second half.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'nilearn==0.13.1' 'nibabel==5.4.2' 'numpy==2.4.6' 'pandas==2.3.3' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, nilearn, numpy as np
from nilearn.image import smooth_img
from nilearn.maskers import NiftiLabelsMasker

print("nilearn", nilearn.__version__)
affine = np.diag([3.0, 3, 3, 1])
data = np.full((10, 10, 10, 2), 100, np.float32)
data[:2] = np.nan
labels = nib.Nifti1Image(np.ones((10, 10, 10), np.int32), affine)
signal = NiftiLabelsMasker(labels).fit_transform(nib.Nifti1Image(data.copy(), affine))
print("mean of a region at 100, a fifth of it NaN:", signal.ravel())
smooth = smooth_img(nib.Nifti1Image(data[..., 0], affine), 6).get_fdata()
print("smoothed: NaN voxel", smooth[0, 5, 5].round(1), "its neighbours", smooth[2:5, 5, 5].round(1))
assert np.abs(signal - 80).max() < 0.01
assert np.isfinite(smooth[0, 5, 5]) and smooth[2, 5, 5] < 75
P
