"""The ten lines of docs/rsa_engine.md do what they say."""

import re
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import rsatoolbox
from nilearn.masking import unmask

from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.searchlight import searchlight_rsa


def test_ten_lines_with_nilearn_and_rsatoolbox(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    inside = rng.random((7, 6, 6)) < 0.9
    nib.Nifti1Image(inside.astype(np.uint8), affine).to_filename("mask.nii.gz")
    for run in (1, 2):
        values = rng.normal(size=(7, 6, 6, 5)).astype(np.float32)
        values[:2] = np.nan  # outside the field of view
        nib.Nifti1Image(values, affine).to_filename(f"run-{run}_betas.nii.gz")
    rsatoolbox.rdm.RDMs(rng.normal(size=(3, 10))).save("models.h5", file_type="hdf5")
    page = (root / "docs/rsa_engine.md").read_text()
    code = re.search(r"ten lines\n\n```python\n(.*?)```", page, flags=re.S)[1]
    names: dict[str, object] = {}
    exec(code, names)
    assert names["z"].shape == (3, inside.sum())
    seen = inside.copy()
    seen[:2] = False
    np.testing.assert_array_equal(np.isfinite(names["z"]).all(axis=0), seen[inside])
    without = searchlight_rsa(
        np.stack(names["runs"])[:, :, seen[inside]], seen, affine, names["models"],
        SearchlightConfig(9.0),
    )  # fmt: skip
    np.testing.assert_array_equal(names["maps"][:, seen[inside]], without)
    image = unmask(names["z"], names["mask"])
    np.testing.assert_array_equal(image.get_fdata()[inside].T.astype(np.float32), names["z"])
