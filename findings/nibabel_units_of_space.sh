#!/usr/bin/env bash
# nibabel 5.4.2, numpy 2.4.6, scipy 1.17.1, seen 2026-11-29.
# NIfTI-1 says in xyzt_units whether distances are metres, millimetres or micrometres.
# Expected: an affine in mm, or at least resampling to 3 mm that leaves an image of 3 mm alone.
# Seen: the unit is kept but never used. An image of 0.003 m is taken for one of 0.003 mm, and
# resampling it to 3 mm leaves 2 x 2 x 2 voxels, without a warning.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip install -q 'nibabel==5.4.2' 'numpy==2.4.6' 'scipy==1.17.1'
venv/bin/python - <<'P'
import warnings

import nibabel as nib
import numpy as np
from nibabel.processing import resample_to_output

warnings.simplefilter("error")
print("nibabel", nib.__version__)
data = np.random.default_rng(0).random((20, 20, 20)).astype(np.float32)
for unit, edge in (("mm", 3.0), ("meter", 0.003)):
    image = nib.Nifti1Image(data, np.diag([edge, edge, edge, 1.0]))
    image.header.set_xyzt_units(unit)
    image.to_filename("x.nii")
    read = nib.load("x.nii")
    out = resample_to_output(read, 3.0, order=1)
    print(read.header.get_xyzt_units()[0], "voxel", nib.affines.voxel_sizes(read.affine)[0],
          "-> at 3 mm", out.shape)
    assert out.shape == ((20, 20, 20) if unit == "mm" else (2, 2, 2))
P
