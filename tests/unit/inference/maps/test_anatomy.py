"""Names of places: an atlas where there is one, else the spheres of the regions."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from crossmodal.contracts.atlas import Atlas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rois import Roi
from crossmodal.inference.maps.anatomy import Anatomy

AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])
ROIS = (
    Roi("STG", "R", (0.0, 0.0, 0.0), 9.0, "", "here"),
    Roi("A1", "R", (6.0, 0.0, 0.0), 8.0, "", "here"),
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    labels = np.zeros((10, 10, 10), dtype=np.int16)
    labels[3, 4, 5] = 7
    nib.Nifti1Image(labels, AFFINE).to_filename(tmp_path / "atlas.nii.gz")
    (tmp_path / "labels.tsv").write_text("index\tname\n7\tFusiform_R\n")
    return tmp_path / "atlas.nii.gz", tmp_path / "labels.tsv"


def test_an_atlas_names_its_voxels_in_any_space(files) -> None:
    anatomy = Anatomy.read(*files, None)
    assert anatomy.name(np.array([6.4, 8.0, 9.6]), "native") == "Fusiform_R"
    assert anatomy.name(np.array([0.0, 0, 0]), "native") == ""
    assert anatomy.name(np.array([-500.0, 0, 0]), "native") == ""


def test_the_nearest_sphere_that_holds_the_point_names_it() -> None:
    anatomy = Anatomy(rois=ROIS)
    assert anatomy.name(np.array([2.0, 0, 0]), "MNI152NLin2009aSym") == "STG R"
    assert anatomy.name(np.array([5.0, 0, 0]), "MNI152NLin2009aSym") == "A1 R"
    assert anatomy.name(np.array([50.0, 0, 0]), "MNI152NLin2009aSym") == ""
    assert anatomy.name(np.array([2.0, 0, 0]), "native") == ""


def test_the_studys_spheres_are_read(root: Path) -> None:
    anatomy = Anatomy.read(None, None, root / "resources/rois.tsv")
    assert anatomy.name(np.array([42.0, -52, -18]), "MNI152NLin2009aSym") == "FFA R"


def test_damaged_files_are_named(files, tmp_path: Path) -> None:
    image, labels = files
    with pytest.raises(InputError, match="none.nii: file: expected a label image"):
        Atlas.read(tmp_path / "none.nii", labels)
    with pytest.raises(InputError, match="none.tsv: file: expected a table of labels"):
        Atlas.read(image, tmp_path / "none.tsv")
    labels.write_text("number\tname\n1\tx\n")
    with pytest.raises(InputError, match=r"labels.tsv: columns: expected \['index', 'name'\]"):
        Atlas.read(image, labels)
