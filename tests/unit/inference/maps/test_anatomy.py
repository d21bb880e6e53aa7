"""Names of places: an atlas where there is one, else the spheres of regions, or the nearest."""

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
    points = np.array([[6.4, 8.0, 9.6], [6.0, 8.0, 13.0], [-494.0, 8, 10]])
    found = anatomy.named(points, "native")
    assert found == [("Fusiform_R", 0.0), ("Fusiform_R", 3.0), ("Fusiform_R", 500.0)]


def test_the_nearest_sphere_that_holds_the_point_names_it() -> None:
    anatomy = Anatomy(rois=ROIS)
    points = np.array([[2.0, 0, 0], [5.0, 0, 0], [50.0, 0, 0]])
    found = anatomy.named(points, "MNI152NLin2009aSym")
    assert found == [("STG R", 0.0), ("A1 R", 0.0), ("A1 R", 36.0)]
    assert [name for name, _ in anatomy.named(points, "native")] == ["", "", ""]


def test_a_region_of_the_study_comes_before_a_landmark_that_holds_the_point_too() -> None:
    landmark = Roi("temporal", "R", (7.0, 0.0, 0.0), 5.0, "", "there")
    anatomy = Anatomy(rois=ROIS[:1], others=(landmark,))
    points = np.array([[7.0, 0, 0], [11.0, 0, 0], [14.0, 0, 0]])
    found = anatomy.named(points, "MNI")
    assert found == [("STG R", 0.0), ("temporal R", 0.0), ("temporal R", 2.0)]


def test_an_atlas_of_background_alone_names_nothing(files) -> None:
    image, labels = files
    labels.write_text("index\tname\n9\tnowhere\n")
    ((name, distance_mm),) = Anatomy.read(image, labels, None).named(np.zeros((1, 3)), "native")
    assert name == ""
    assert np.isnan(distance_mm)


def test_the_studys_spheres_are_read(root: Path) -> None:
    anatomy = Anatomy.read(None, None, root / "resources/rois.tsv")
    points = np.array([[42.0, -52, -18], [-2, -50, 30], [0, 0, 200]])
    found = anatomy.named(points, "MNI152NLin2009aSym")
    assert found[0] == ("FFA R", 0.0)
    assert found[1][0] in ("post cingulate L", "precuneus L")
    assert found[1][1] < 10
    assert found[2][0]
    assert found[2][1] > 100


def test_damaged_files_are_named(files, tmp_path: Path) -> None:
    image, labels = files
    with pytest.raises(InputError, match="none.nii: file: expected a label image"):
        Atlas.read(tmp_path / "none.nii", labels)
    with pytest.raises(InputError, match="none.tsv: file: expected a table of labels"):
        Atlas.read(image, tmp_path / "none.tsv")
    labels.write_text("number\tname\n1\tx\n")
    with pytest.raises(InputError, match=r"labels.tsv: columns: expected \['index', 'name'\]"):
        Atlas.read(image, labels)
