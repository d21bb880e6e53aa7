#!/usr/bin/env bash
# nibabel 5.4.2: NaN of float data comes back as a small number, not as NaN or 0. 2026-11-29.
# Expected: Nifti1Image(float_data, image.affine, image.header) stores the float data that it is given,
#   or refuses NaN, which the int16 of that header cannot hold.
# Seen: the file takes int16 of the header, silently; all values lie on a grid of 65,536 steps between minimum and
#   maximum, and NaN becomes integer 0, which the file's intercept turns into any number (here -.04):
#   a mask of NaN is lost, and neither isnan nor == 0 finds it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'nibabel==5.4.2' 'numpy==2.4.6' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, numpy as np

print("nibabel", nib.__version__)
raw = nib.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4))
t = np.random.default_rng(0).normal(size=(4, 4, 4)).astype(np.float32)
t[0, 0, 0], t[0, 0, 1] = np.nan, 10_000.0
nib.Nifti1Image(t, raw.affine, raw.header).to_filename("t.nii")
back = nib.load("t.nii")
values = back.get_fdata()
print("stored as", back.get_data_dtype(), "slope and intercept", back.dataobj.slope, back.dataobj.inter)
print("NaN came back as", values[0, 0, 0])
print("largest error of values between -3 and 3:", np.abs(values - t)[1:].max().round(3))
assert back.get_data_dtype() == np.int16 and np.isfinite(values[0, 0, 0]) and values[0, 0, 0] != 0
assert np.abs(values - t)[1:].max() > 0.05
P
