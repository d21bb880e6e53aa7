"""Regions and their RDMs."""

import dataclasses

import nibabel as nib
import numpy as np
import pytest
from rsatoolbox.data import Dataset
from rsatoolbox.data.noise import prec_from_residuals
from rsatoolbox.rdm import calc_rdm
from scipy.spatial.distance import pdist

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rois import Roi
from crossmodal.inference.regions.own import OwnRegions
from crossmodal.inference.regions.rdms import (
    RoiPatterns,
    region_rdm,
    roi_rdms,
    sphere_regions,
)

RIGHT = Roi("FFA", "R", (12.0, 0.0, 0.0), 6.0, "", "here")
LEFT = Roi("FFA", "L", (-12.0, 0.0, 0.0), 6.0, "", "here")
IDS = tuple(f"c{i}" for i in range(8))


def atlas_regions(data, image, labels):
    return OwnRegions(str(image), str(labels)).of(data)


def betas(**changes):
    rng = np.random.default_rng(0)
    mask = np.ones((13, 7, 7), dtype=bool)
    mask[:, 6] = False
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    affine[:3, 3] = [-18, -9, -9]
    n = int(mask.sum())
    fields = {
        "betas": rng.standard_normal((2, 8, n)).astype(np.float32),
        "mask": mask,
        "affine": affine,
        "condition_ids": IDS,
        "run_ids": ("1", "2"),
        "residual_variance": rng.uniform(0.5, 2, (2, n)).astype(np.float32),
        "space": "MNI152NLin2009aSym",
    }
    return Betas(**(fields | changes))


def test_spheres_hold_voxels_up_to_their_radius_within_the_mask():
    data = betas()
    regions = sphere_regions(data, (RIGHT, LEFT), "separate")
    points = nib.affines.apply_affine(data.affine, np.argwhere(data.mask))
    np.testing.assert_array_equal(
        regions["FFA_R"], np.linalg.norm(points - [12, 0, 0], axis=1) <= 6.0
    )
    joint = sphere_regions(data, (RIGHT, LEFT), "joint")["FFA"]
    np.testing.assert_array_equal(joint, regions["FFA_R"] | regions["FFA_L"])


def test_spheres_need_mni_space():
    with pytest.raises(InputError, match="space: expected an MNI space, .* got native"):
        sphere_regions(betas(space="native"), (RIGHT,), "joint")


def test_an_atlas_on_another_grid_finds_the_same_places(tmp_path):
    data = betas()
    labels = np.zeros((40, 20, 20), dtype=np.int16)
    affine = np.diag([-1.5, 1.5, 1.5, 1.0])  # finer, left-handed
    affine[:3, 3] = [20, -10, -10]
    centre = np.rint(nib.affines.apply_affine(np.linalg.inv(affine), [12, 0, 0])).astype(int)
    labels[tuple(slice(c - 2, c + 3) for c in centre)] = 7
    nib.Nifti1Image(labels, affine).to_filename(tmp_path / "atlas.nii.gz")
    (tmp_path / "labels.tsv").write_text("index\tname\n7\tbox\n9\tnothing\n")
    regions = atlas_regions(data, tmp_path / "atlas.nii.gz", tmp_path / "labels.tsv")
    points = nib.affines.apply_affine(data.affine, np.argwhere(data.mask))
    found = points[regions["box"]]
    assert np.abs(found - [12, 0, 0]).max() <= 3.75
    assert [12, 0, 0] in found.tolist()
    assert not regions["nothing"].any()


def box_atlas(folder, table, **codes):
    """Label 1 on the left half, 2 on the right."""
    labels = np.ones((20, 20, 20), dtype=np.int16)
    labels[10:] = 2
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = [-38, -38, -38]
    image = nib.Nifti1Image(labels, affine)
    for name, code in codes.items():
        image.header[name] = code
    image.to_filename(folder / "atlas.nii.gz")
    (folder / "labels.tsv").write_text(table)
    return {"image": str(folder / "atlas.nii.gz"), "labels": str(folder / "labels.tsv")}


def test_labels_of_one_name_are_one_region(tmp_path):
    data = betas()
    both = box_atlas(tmp_path, "index\tname\n1\tFFA\n2\tFFA\n")
    assert atlas_regions(data, **both)["FFA"].all()
    apart = box_atlas(tmp_path, "index\tname\n1\tL FFA\n2.0\tR FFA\n")
    regions = atlas_regions(data, **apart)
    assert 0 < regions["L FFA"].sum() < data.mask.sum()
    np.testing.assert_array_equal(regions["L FFA"], ~regions["R FFA"])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("1\tA\n1\tB\n", "line 3, index: expected each label once, got 1 again"),
        ("1.5\tA\n", "line 2, index: expected a whole number, got '1.5'"),
        ("n/a\tA\n", "line 2, index: expected a whole number, got 'n/a'"),
        ("1\t\n", "line 2, name: expected a name, got none"),
    ],
)
def test_bad_tables_of_labels_are_refused(tmp_path, table, message):
    with pytest.raises(InputError, match=message):
        atlas_regions(betas(), **box_atlas(tmp_path, "index\tname\n" + table))


def test_a_region_called_na_keeps_its_name(tmp_path):
    assert list(atlas_regions(betas(), **box_atlas(tmp_path, "index\tname\n1\tNA\n"))) == ["NA"]


def test_a_sphere_and_a_label_of_one_name_are_refused(tmp_path):
    betas().write(tmp_path / "sub-01.h5")
    atlas = box_atlas(tmp_path, "index\tname\n1\tFFA\n")
    with pytest.raises(
        InputError, match="labels.tsv: name: expected names that no sphere .* 'FFA'"
    ):
        roi_rdms(
            [(tmp_path / "sub-01.h5",)], ["01"], (RIGHT,), [OwnRegions(**atlas)], RoiPatterns()
        )


@pytest.mark.parametrize(
    ("codes", "got"), [({"sform_code": 4}, "4 .MNI152."), ({"qform_code": 3}, "3 .Talairach.")]
)
def test_a_standard_atlas_needs_betas_in_its_space(tmp_path, codes, got):
    atlas = box_atlas(tmp_path, "index\tname\n1\tFFA\n", **codes)
    assert atlas_regions(betas(), **atlas)
    with pytest.raises(InputError, match=f"space: expected an atlas in space native, .*{got}"):
        atlas_regions(betas(space="native"), **atlas)


def test_an_atlas_with_mni_in_its_name_needs_it_too(tmp_path):
    atlas = box_atlas(tmp_path, "index\tname\n1\tFFA\n")
    image = tmp_path / "tpl-MNI152_dseg.nii.gz"
    (tmp_path / "atlas.nii.gz").rename(image)
    with pytest.raises(InputError, match="got MNI in its name"):
        atlas_regions(betas(space="native"), str(image), atlas["labels"])


def test_a_4d_atlas_is_refused(tmp_path):
    nib.Nifti1Image(np.zeros((2, 2, 2, 2)), np.eye(4)).to_filename(tmp_path / "a.nii")
    with pytest.raises(InputError, match="shape: expected a 3-D label image"):
        atlas_regions(betas(), tmp_path / "a.nii", tmp_path / "labels.tsv")


def test_an_atlas_table_without_names_is_refused(tmp_path):
    nib.Nifti1Image(np.zeros((2, 2, 2)), np.eye(4)).to_filename(tmp_path / "a.nii")
    (tmp_path / "labels.tsv").write_text("number\tregion\n1\tbox\n")
    with pytest.raises(InputError, match=r"columns: expected \['index', 'name'\]"):
        atlas_regions(betas(), tmp_path / "a.nii", tmp_path / "labels.tsv")


def test_correlation_distances_are_averaged_over_runs():
    data, inside = betas(), sphere_regions(betas(), (RIGHT,), "joint")["FFA"]
    expected = np.mean([pdist(run[:, inside], "correlation") for run in data.betas], axis=0)
    patterns = RoiPatterns(noise_normalisation="none")
    np.testing.assert_allclose(region_rdm(data, inside, "FFA", patterns), expected, atol=1e-7)


def test_noise_normalisation_divides_by_the_residuals_sd():
    data, inside = betas(), sphere_regions(betas(), (RIGHT,), "joint")["FFA"]
    scaled = data.betas / np.sqrt(data.residual_variance[:, None])
    expected = np.mean([pdist(run[:, inside], "correlation") for run in scaled], axis=0)
    np.testing.assert_allclose(region_rdm(data, inside, "FFA", RoiPatterns()), expected, atol=1e-6)


def test_crossnobis_keeps_the_order_of_conditions():
    # Names whose alphabetical order is not the order of the conditions.
    data = betas(condition_ids=tuple("hgfedcba"))
    inside = sphere_regions(data, (RIGHT,), "joint")["FFA"]
    runs = data.betas[:, :, inside].astype(np.float64)
    difference = runs[:, :, None] - runs[:, None]
    expected = np.einsum("ijv,ijv->ij", *difference)[np.triu_indices(8, 1)] / inside.sum()
    patterns = RoiPatterns(distance="crossnobis", noise_normalisation="none")
    np.testing.assert_allclose(region_rdm(data, inside, "FFA", patterns), expected, atol=1e-9)


def test_voxels_without_data_are_left_out():
    data, inside = betas(), sphere_regions(betas(), (RIGHT,), "joint")["FFA"]
    first = np.flatnonzero(inside)[0]
    values = data.betas.copy()
    values[:, :, first] = np.nan
    patterns = RoiPatterns(noise_normalisation="none")
    without = inside.copy()
    without[first] = False
    np.testing.assert_allclose(
        region_rdm(dataclasses.replace(data, betas=values), inside, "FFA", patterns),
        region_rdm(data, without, "FFA", patterns),
    )


@pytest.mark.parametrize("distance", ["correlation", "crossnobis"])
def test_conditions_that_a_run_lacks(distance):
    data, inside = betas(), sphere_regions(betas(), (RIGHT,), "joint")["FFA"]
    values = np.concatenate([data.betas, data.betas[:1, ::-1] + 1])
    values[0, 3] = np.nan
    variance = np.ones((3, values.shape[2]), dtype=np.float32)
    changed = {"betas": values, "run_ids": ("1", "2", "3"), "residual_variance": variance}
    data = betas(**changed)
    patterns = RoiPatterns(distance=distance, noise_normalisation="none")
    found = region_rdm(data, inside, "FFA", patterns)
    runs = values[:, :, inside].astype(float)
    if distance == "correlation":
        expected = np.nanmean([pdist(run, "correlation") for run in runs], axis=0)
    else:
        first, second = np.triu_indices(8, 1)
        steps = runs[:, first] - runs[:, second]
        each = [(steps[r] * steps[s]).mean(axis=1) for r, s in ((0, 1), (0, 2), (1, 2))]
        expected = np.nanmean(each, axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-7)
    shifted = betas(**changed | {"betas": values + np.float32([[[0]], [[7]], [[0]]])})
    np.testing.assert_allclose(region_rdm(shifted, inside, "FFA", patterns), found, atol=1e-5)


def test_a_pair_that_no_run_shows_is_named():
    values = betas().betas.copy()
    values[0, 3] = values[1, 4] = np.nan
    data, inside = betas(betas=values), np.ones(values.shape[2], dtype=bool)
    for distance in ("correlation", "crossnobis"):
        with pytest.raises(InputError, match="of each pair .* got too few with '.*' and '.*'"):
            region_rdm(data, inside, "X", RoiPatterns(distance=distance))


@pytest.mark.parametrize("value", [0.0, 0.1, 12345.678])
def test_a_pattern_without_variance_in_a_region_is_named(value):
    values = betas().betas.copy()
    values[1, 2] = value
    inside = np.ones(values.shape[2], dtype=bool)
    patterns = RoiPatterns(noise_normalisation="none")
    with pytest.raises(InputError, match="vary over voxels, got one value .* 'c2' in run 2"):
        region_rdm(betas(betas=values), inside, "X", patterns)


def test_tiny_regions_are_refused():
    inside = np.zeros(13 * 6 * 7, dtype=bool)
    inside[:3] = True
    with pytest.raises(InputError, match="X: expected at least 5 voxels, got 3 with data"):
        region_rdm(betas(), inside, "X", RoiPatterns())


def test_crossnobis_needs_two_runs():
    data = betas()
    one = dataclasses.replace(
        data, betas=data.betas[:1], run_ids=("1",), residual_variance=data.residual_variance[:1]
    )
    inside = np.ones(data.betas.shape[2], dtype=bool)
    with pytest.raises(InputError, match="two or more runs for crossnobis, got 1"):
        region_rdm(one, inside, "X", RoiPatterns(distance="crossnobis"))


def test_an_unknown_distance_is_refused():
    with pytest.raises(InputError, match="distance: expected one of .* got 'cosine'"):
        RoiPatterns(distance="cosine")


def test_all_participants_and_regions_are_gathered(tmp_path):
    paths = []
    for sub in ("01", "02"):
        paths.append(tmp_path / f"sub-{sub}.h5")
        betas().write(paths[-1])
    result = roi_rdms(
        [(p,) for p in paths],
        ["01", "02"],
        (RIGHT, LEFT),
        [OwnRegions()] * 2,
        RoiPatterns(hemispheres="separate"),
    )
    assert result.regions == ("FFA_R", "FFA_L")
    assert result.dissimilarities.shape == (2, 2, 28)
    np.testing.assert_array_equal(result.dissimilarities[0], result.dissimilarities[1])
    dataset = Dataset(betas().betas[0][:, :5])
    assert calc_rdm(dataset, "correlation").n_cond == len(result.stimulus_ids)


def test_other_conditions_are_named(tmp_path):
    betas().write(tmp_path / "sub-01.h5")
    betas(condition_ids=IDS[::-1]).write(tmp_path / "sub-02.h5")
    paths = [tmp_path / "sub-01.h5", tmp_path / "sub-02.h5"]
    with pytest.raises(InputError, match="sub-02.h5: condition_ids: expected those of the first"):
        roi_rdms([(p,) for p in paths], ["01", "02"], (RIGHT,), [OwnRegions()] * 2, RoiPatterns())


def test_multivariate_crossnobis_is_rsatoolboxs():
    residuals = np.random.default_rng(2).standard_normal((90, betas().mask.sum()))
    residuals[:, 1:] += 0.5 * residuals[:, :-1]
    data = betas(residuals=residuals.astype(np.float16))
    inside = sphere_regions(data, (RIGHT,), "joint")["FFA"]
    patterns = RoiPatterns(distance="crossnobis", noise_normalisation="multivariate")
    ours = region_rdm(data, inside, "FFA", patterns)
    precision = prec_from_residuals(data.residuals[:, inside].astype(np.float64))
    runs = {"condition": [f"{i}" for i in range(8)] * 2, "run": np.repeat([0, 1], 8)}
    values = data.betas[:, :, inside].reshape(16, -1).astype(np.float64)
    theirs = calc_rdm(Dataset(values, obs_descriptors=runs), "crossnobis", "condition",
                      noise=precision, cv_descriptor="run")  # fmt: skip
    np.testing.assert_allclose(ours, theirs.dissimilarities[0], rtol=1e-5, atol=1e-6)


def test_multivariate_normalisation_needs_residuals():
    patterns = RoiPatterns(noise_normalisation="multivariate")
    inside = sphere_regions(betas(), (RIGHT,), "joint")["FFA"]
    with pytest.raises(InputError, match="residuals: expected the GLM's residuals, got none"):
        region_rdm(betas(), inside, "FFA", patterns)
