"""Participants' own regions: FreeSurfer's labels, T1w space, localiser masks, bad images."""

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import yaml

from crossmodal.contracts.atlas import read_labels
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.inference.regions.config import RoiPatterns
from crossmodal.inference.regions.own import OwnRegions, image_problem
from crossmodal.inference.regions.rdms import roi_rdms
from crossmodal.study.checks.data import find_problems
from tests.unit.outside_data import example, save, write_table

COLOURS = """#No. Label Name:                            R   G   B   A

0   Unknown                                 0   0   0   0
17  Left-Hippocampus                        220 216 20  0
18  Left-Amygdala                           103 255 255 0
1001    ctx-lh-bankssts                     25  100 40  0
"""


def labelled(folder: Path, name: str, labels: np.ndarray, **codes: int) -> str:
    """A label image on the grid of the betas."""
    image = nib.Nifti1Image(labels.astype(np.int16), example().affine)
    for key, code in codes.items():
        image.header[key] = code
    if codes.get("sform_code") == 0:  # nibabel would say 2 again of an affine that is given
        image = nib.Nifti1Image(labels.astype(np.int16), None, image.header)
    image.to_filename(folder / name)
    return str(folder / name)


def halves(axis: int) -> np.ndarray:
    """17 in one half of the betas' grid, 18 in the other."""
    index = np.indices(example().mask.shape)[axis]
    return np.where(index < example().mask.shape[axis] // 2, 17, 18)


def test_freesurfers_colour_table(tmp_path: Path) -> None:
    path = tmp_path / "FreeSurferColorLUT.txt"
    path.write_text(COLOURS)
    assert read_labels(path)[17] == "Left-Hippocampus"
    assert len(read_labels(path)) == 4


def test_each_participant_has_its_own_labels_and_masks(tmp_path: Path) -> None:
    (tmp_path / "lut.txt").write_text(COLOURS)
    data = example()
    data.write(tmp_path / "betas.h5")
    wanted = ["Left-Amygdala", "Left-Hippocampus"]
    own = []
    for i in range(2):
        image = labelled(tmp_path, f"aseg{i}.nii", halves(1 + i))
        mask = labelled(tmp_path, f"loc{i}.nii", halves(2 - i) == 17)
        own.append(OwnRegions(image, str(tmp_path / "lut.txt"), wanted, None, {"FFA": mask}))
    patterns = RoiPatterns(noise_normalisation="none", min_voxels=2)
    found = roi_rdms([(tmp_path / "betas.h5",)] * 2, ["1", "2"], (), own, patterns)
    assert found.regions == ("Left-Amygdala", "Left-Hippocampus", "FFA")
    counts = [[int((halves(a)[data.mask] == 18).sum()) for a in (1, 2)]]
    assert found.n_voxels[:, 0].tolist() == counts[0]
    # One's hippocampus is where the other's localiser mask lies.
    np.testing.assert_array_equal(found.dissimilarities[0, 1], found.dissimilarities[1, 2])
    assert isinstance(found, RoiRDMs)


def test_labels_in_t1w_space_are_carried_to_the_betas(tmp_path: Path) -> None:
    """A planted shift of two voxels: the same label for each voxel as without shift and carry."""
    (tmp_path / "lut.txt").write_text(COLOURS)
    data, shift = example(), np.array([0.0, 6.0, 0.0])
    image = nib.Nifti1Image(halves(1).astype(np.int16), data.affine)
    image.affine[:3, 3] += shift
    moved = nib.Nifti1Image(halves(1).astype(np.int16), image.affine)
    moved.header["sform_code"] = 1
    moved.to_filename(tmp_path / "moved.nii")
    names = ["Left-Hippocampus"]
    there = labelled(tmp_path, "there.nii", halves(1))
    lut = str(tmp_path / "lut.txt")
    expected = OwnRegions(there, lut, names).of(data)
    carried = OwnRegions(str(tmp_path / "moved.nii"), lut, names, lambda p: p + shift).of(data)
    uncarried = OwnRegions(str(tmp_path / "moved.nii"), lut, names).of(data)
    np.testing.assert_array_equal(*(one["Left-Hippocampus"] for one in (expected, carried)))
    assert (uncarried["Left-Hippocampus"] != expected["Left-Hippocampus"]).any()


@pytest.mark.parametrize(
    ("labels", "codes", "message"),
    [
        (halves(1) * 0, {}, "Left-Hippocampus: expected at least one voxel, got none"),
        (halves(1)[..., None].repeat(2, 3), {}, "shape: expected a 3-D image"),
        (halves(1), {"sform_code": 0, "qform_code": 0}, "codes: expected one above 0"),
        (halves(1), {"sform_code": 1}, r"T1w carries it there\), got form code 1 .scanner."),
    ],
)
def test_bad_images_are_refused(
    tmp_path: Path, labels: np.ndarray, codes: dict, message: str
) -> None:
    path = labelled(tmp_path, "aseg.nii", labels, **codes)
    with pytest.raises(InputError, match=message):
        image_problem(path, "MNI152NLin6Asym", {17: "Left-Hippocampus"})


def test_a_mask_that_leaves_nothing(tmp_path: Path) -> None:
    path = labelled(tmp_path, "mask.nii", halves(1) * 0)
    with pytest.raises(InputError, match="at least one voxel that is not 0, got none"):
        image_problem(path, "native", None)


def test_an_mni_image_for_native_betas(tmp_path: Path) -> None:
    path = labelled(tmp_path, "mask.nii", halves(1), sform_code=4)
    with pytest.raises(InputError, match="expected an atlas in space native"):
        image_problem(path, "native", None)


def test_a_4d_mask_and_names_twice(tmp_path: Path) -> None:
    data = example()
    path = labelled(tmp_path, "m.nii", halves(1)[..., None].repeat(2, 3))
    with pytest.raises(InputError, match="shape: expected a 3-D image"):
        OwnRegions(masks={"FFA": path}).of(data)
    with pytest.raises(InputError, match="names of no other region, got 'FFA'"):
        OwnRegions(masks={"FFA": path}).of(data, taken=["FFA"])
    (tmp_path / "lut.txt").write_text(COLOURS)
    image = labelled(tmp_path, "a.nii", halves(1))
    with pytest.raises(InputError, match="roi.atlas.regions: expected names of .*, got 'FFA'"):
        OwnRegions(image, str(tmp_path / "lut.txt"), ["FFA"]).of(data)


def study(folder: Path, **roi: Any) -> list[str]:
    """Problems of a study of three people's images and regions."""
    write_table(folder, {f"0{i}": example(seed=i) for i in range(1, 4)})
    (folder / "models.tsv").write_text("condition\tsize\na\t1\nb\t2\nc\t5\nd\t7\n")
    (folder / "lut.txt").write_text(COLOURS)
    values = {
        "study": {"name": "x"},
        "scans": {"space": "MNI152",
                  "betas": {"source": "images", "path": str(folder / "images.tsv")}},
        "models": {"tables": {"mine": str(folder / "models.tsv")}},
        "roi": {"spheres": None, "inference": {"bootstrap_by": []}, **roi},
    }  # fmt: skip
    (folder / "mine.yaml").write_text(yaml.safe_dump(values))
    return [str(one) for one in find_problems([folder / "mine.yaml"])]


def test_check_says_one_line_a_participant(tmp_path: Path) -> None:
    pattern = str(tmp_path / "sub-{participant}_aseg.nii")
    names = {"regions": ["Left-Amygdala"], "labels": str(tmp_path / "lut.txt")}
    atlas = {"image": pattern, **names}
    (missing,) = study(tmp_path, atlas=atlas)
    assert "roi.atlas.image: expected a file for each participant" in missing
    assert "sub-01_aseg.nii and 2 more" in missing
    for i in range(1, 4):
        labelled(tmp_path, f"sub-0{i}_aseg.nii", halves(1) * (i != 2))
    (empty,) = study(tmp_path, atlas=atlas)
    assert "sub-02_aseg.nii: Left-Amygdala: expected at least one voxel, got none" in empty
    labelled(tmp_path, "sub-02_aseg.nii", halves(1))
    assert study(tmp_path, atlas=atlas) == []
    (wrong,) = study(tmp_path, atlas={**atlas, "space": "T1w"})
    assert "roi.atlas.space: expected betas, unless the study normalises" in wrong
    (unknown,) = study(tmp_path, atlas={**atlas, "regions": ["FFA"]})
    assert "roi.atlas.regions: expected names of" in unknown
    (nowhere,) = study(tmp_path, atlas={**atlas, "labels": "nowhere.tsv"})
    assert "roi.atlas.labels: expected a file, got no such file: nowhere.tsv" in nowhere


def test_check_reads_masks(tmp_path: Path) -> None:
    save(tmp_path / "01_FFA.nii", np.ones(112), example(), 0)
    save(tmp_path / "02_FFA.nii", np.zeros(112), example(), 0)
    save(tmp_path / "03_FFA.nii", np.ones(112), example(), 0)
    (problem,) = study(tmp_path, masks={"FFA": str(tmp_path / "{participant}_FFA.nii")})
    assert "02_FFA.nii: values: expected at least one voxel that is not 0, got none" in problem
