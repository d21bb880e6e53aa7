#!/usr/bin/env bash
# nibabel 5.4.2: every second volume of a run has the repetition time of the whole run. 2026-11-29.
# Expected: image.slicer keeps what the header says true, as it does in space: every second voxel along x
#   doubles the voxel size in affine and header.
# Seen: image.slicer[..., ::2] leaves the repetition time, and slicer[..., 10:] leaves `toffset`, so that a design
#   made from the header's clock is twice as fast as the images, or 20 s late.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'nibabel==5.4.2' 'numpy==2.4.6' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, numpy as np

print("nibabel", nib.__version__)
image = nib.Nifti1Image(np.zeros((4, 4, 4, 40), np.float32), np.diag([3.0, 3, 3, 1]))
image.header.set_zooms((3, 3, 3, 2.0))
image.header.set_xyzt_units("mm", "sec")
space, time, later = image.slicer[::2], image.slicer[..., ::2], image.slicer[..., 10:]
print("every second voxel: ", space.header.get_zooms())
print("every second volume:", time.header.get_zooms(), "volumes", time.shape[3])
print("from volume 10 on: toffset", float(later.header["toffset"]))
assert space.header.get_zooms()[0] == 6
assert time.header.get_zooms()[3] == 2.0 and float(later.header["toffset"]) == 0
P
