#!/usr/bin/env bash
# SimpleITK 2.5.7 and nibabel 5.4.2: one valid NIfTI, two sizes, by a factor of 1,000. 2026-11-29.
# Expected: two readers of one file agree about its voxels.
# Seen: ITK converts lengths by the header's xyzt_units to mm and times to s, nibabel (and all that builds on it: nilearn,
#   dipy, fMRIPrep's interfaces) takes the numbers as they are. Units 'micron' (microscopy, some small-animal
#   exports): voxels of .003 mm or 3 mm; 'msec': a repetition time of 2 or of 2,000.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'SimpleITK==2.5.7' 'nibabel==5.4.2' 'numpy==2.4.6' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import nibabel as nib, numpy as np, SimpleITK as sitk

print("SimpleITK", sitk.Version_VersionString(), "nibabel", nib.__version__)
seen = {}
for space, time, tr in (("mm", "sec", 2.0), ("micron", "sec", 2.0), ("mm", "msec", 2000.0)):
    image = nib.Nifti1Image(np.zeros((3, 3, 3, 4), np.float32), np.diag([3.0, 3, 3, 1]))
    image.header.set_zooms((3, 3, 3, tr))
    image.header.set_xyzt_units(space, time)
    image.to_filename("image.nii")
    itk = [float(x) for x in sitk.ReadImage("image.nii").GetSpacing()]
    own = [float(x) for x in nib.load("image.nii").header.get_zooms()]
    print(f"{space}, {time}: ITK {itk}, nibabel {own}")
    seen[space, time] = itk, own
assert np.allclose(*seen["mm", "sec"])
assert np.isclose(seen["micron", "sec"][0][0], 0.003) and seen["micron", "sec"][1][0] == 3
assert np.isclose(seen["mm", "msec"][0][3], 2) and seen["mm", "msec"][1][3] == 2000
P
