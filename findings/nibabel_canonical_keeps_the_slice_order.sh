#!/usr/bin/env bash
# nibabel 5.4.2: as_closest_canonical turns the slices round and leaves their times as they were. 2026-11-29.
# Expected: a reoriented image still says when each of its slices was recorded.
# Seen: of an image that is stored from head to foot the stored slices change places, the header's slice_code
#   (1: ascending) does not: the slice recorded first now claims to be last. A BIDS SliceTiming list beside the
#   file, in stored order, is wrong in the same way. (`dim_info` is kept right when axes are exchanged.)
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'nibabel==5.4.2' 'numpy==2.4.6' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, numpy as np

print("nibabel", nib.__version__)
data = np.zeros((4, 4, 6, 2), np.float32)
data[:] = np.arange(6)[:, None]  # each slice holds its own stored number
image = nib.Nifti1Image(data, np.diag([1.0, 1, -1, 1]))
image.header.set_dim_info(slice=2)
image.header["slice_code"], image.header["slice_end"], image.header["slice_duration"] = 1, 5, 0.5


def recorded(img):
    times = img.header.get_slice_times()
    return {int(img.get_fdata()[0, 0, k, 0]): float(times[k]) for k in range(6)}


turned = nib.as_closest_canonical(image)
print(nib.aff2axcodes(image.affine), "slice -> s", recorded(image))
print(nib.aff2axcodes(turned.affine), "slice -> s", recorded(turned))
assert recorded(image)[0] == 0.0 and recorded(turned)[0] == 2.5
P
