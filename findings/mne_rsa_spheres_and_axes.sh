#!/usr/bin/env bash
# mne-rsa 1.0, nibabel 5.4.2, numpy 2.4.6, seen 2026-11-30.
# A searchlight sphere of exactly 3 voxels' radius holds 123 voxels, whatever the voxels' size, and
# reaches as far in mm along every axis of an image, however its axes are stored.
# Expected: 123 voxels at each size; an axis of 2 mm voxels is 9 voxels (+-4) wide at 9.5 mm.
# Seen: 96 to 123, by rounding of metres: with the voxels' size and with where the sphere lies. Positions
# are voxels @ affine where they are affine @ voxels, so that an image whose first axis runs upwards gets
# other axes' voxel sizes: 7 voxels (+-3) wide at 2 mm, 5 at 3 mm.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip install -q 'mne-rsa==1.0' 'nibabel==5.4.2' 'numpy==2.4.6'
venv/bin/python - <<'P'
import logging

import mne_rsa
import nibabel as nib
import numpy as np

logging.disable(logging.INFO)
N = 13


def of_sphere(affine, radius_mm, measure):
    """A number about the sphere around the middle voxel; data are indices along the axes."""
    roi = np.zeros((N, N, N), np.uint8)
    roi[N // 2, N // 2, N // 2] = 1
    data = np.stack([np.indices((N, N, N))[0], np.indices((N, N, N))[1]], axis=-1).astype(float)
    images = nib.Nifti1Image(data, affine), nib.Nifti1Image(roi, affine)
    (rdm,) = mne_rsa.rdm_nifti(
        images[0], spatial_radius=radius_mm / 1000, dist_metric=measure, roi_mask=images[1]
    )
    return int(np.ravel(rdm)[0])


sizes = {v: of_sphere(np.diag([v, v, v, 1.0]), 3 * v, lambda a, b: float(len(a)))
         for v in (1.9, 2.0, 2.5, 3.0, 3.1, 3.3, 3.5)}
print("voxels of a sphere of 3 voxels:", sizes)
assert len(set(sizes.values())) > 2
upwards = np.zeros((4, 4))
upwards[2, 0], upwards[0, 1], upwards[1, 2], upwards[3, 3] = 2, 3, 4, 1
for name, affine in (("diagonal", np.diag([2.0, 3, 4, 1])), ("first axis upwards", upwards)):
    widths = [of_sphere(affine, 9.5, lambda a, b: float(np.ptp(a)) + 1),
              of_sphere(affine, 9.5, lambda a, b: float(np.ptp(b)) + 1)]
    print(f"{name}: widths along axes of 2 and 3 mm: {widths}")
    assert (widths == [9, 7]) == (name == "diagonal")
P
