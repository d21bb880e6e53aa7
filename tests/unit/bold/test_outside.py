"""Betas of other programs: read from files as these write them, refused in one line each."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import nibabel as nib
import numpy as np
import pytest
from scipy.io import loadmat, savemat

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.check import Needed, find_problems, remarks
from crossmodal.bold.outside.listing import files_of, participants_of
from crossmodal.bold.outside.read import conditions_of, read_outside
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.provenance.roots import data_paths
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.participant import participant_maps
from tests.studies import config_problems
from tests.unit.outside_data import (
    CONDITIONS,
    example,
    save,
    write_glmsingle,
    write_spm,
    write_statmaps,
    write_table,
)

TYPED = "sub-{participant}/TYPED_FITHRF_GLMDENOISE_RR.hdf5"


def scans(folder: Path, source: str, path: str, **more: Any) -> Scans:
    """Typed block; ``more`` : keys of betas, or of scans with 'scans_' in front."""
    of_scans = {key[6:]: value for key, value in more.items() if key.startswith("scans_")}
    own = {key: value for key, value in more.items() if not key.startswith("scans_")}
    betas = {"source": source, "path": str(folder / path), **own}
    return Scans(betas=betas, space="MNI152", **of_scans)


def spm(folder: Path, **more: Any) -> Scans:
    return scans(folder, "spm", "sub-{participant}/SPM.mat", **more)


def glmsingle(folder: Path, path: str = TYPED) -> Scans:
    trials, grid = (str(folder / f"sub-{{participant}}/{x}") for x in ("trials.tsv", "mask.nii"))
    return scans(folder, "glmsingle", path, trials=trials, reference=grid)


def same(one: Betas, other: Betas) -> None:
    np.testing.assert_array_equal(one.betas, other.betas)
    np.testing.assert_array_equal(one.mask, other.mask)
    np.testing.assert_array_equal(one.affine, other.affine)
    assert (one.condition_ids, one.space) == (other.condition_ids, other.space)


@pytest.mark.parametrize("extra", [True, False])
def test_spm(tmp_path: Path, extra: bool) -> None:
    own = example()
    write_spm(tmp_path / "sub-07", own, extra)
    config = spm(tmp_path)
    assert participants_of(config) == ["07"]
    assert conditions_of(config, "07") == list(CONDITIONS)
    found = read_outside(config, "07", CONDITIONS)
    same(found, own)
    assert found.run_ids == ("run-1", "run-2")
    np.testing.assert_array_equal(found.residual_variance, own.residual_variance[[0, 0]])
    said = list(remarks(config))
    assert ("derivative" in str(said)) is False
    assert ("Sn(1) axRT^1*bf(1)" in str(said)) is extra


def test_a_modulator_is_taken_where_it_is_named(tmp_path: Path) -> None:
    write_spm(tmp_path / "sub-1", example())
    config = spm(tmp_path, scans_conditions=("a", "axRT^1"))
    assert read_outside(config, "1", config.conditions).betas[0, 1].tolist() == [7.0] * 112


def test_one_condition_and_one_session_are_no_lists_in_matlab(tmp_path: Path) -> None:
    own = example(1, conditions=["a word"])
    write_spm(tmp_path / "sub-1", own, extra=False)
    same(read_outside(spm(tmp_path), "1", ["a word"]), own)


@pytest.mark.parametrize("end", ["hdf5", "npz"])
@pytest.mark.parametrize("repeats", [1, 3])
def test_glmsingle(tmp_path: Path, end: str, repeats: int) -> None:
    own = example()
    write_glmsingle(tmp_path / "sub-1", own, repeats, end)
    found = read_outside(glmsingle(tmp_path, TYPED.replace("hdf5", end)), "1", CONDITIONS)
    same(found, own)
    assert np.isnan(found.residual_variance).all()


def test_statmaps_of_the_wanted_statistic_and_task(tmp_path: Path) -> None:
    own = example()
    write_statmaps(tmp_path, "03", own)
    write_statmaps(tmp_path / "other", "03", own)
    config = scans(tmp_path, "bids_statmaps", "", scans_task="x")
    found = read_outside(config, "03", CONDITIONS)
    same(found, own)
    assert found.run_ids == ("task-x_run-1", "task-x_run-2")
    t = read_outside(scans(tmp_path, "bids_statmaps", "", stat="t"), "03", CONDITIONS)
    np.testing.assert_allclose(t.betas, 9 * own.betas)
    none = scans(tmp_path, "bids_statmaps", "", scans_task="y")
    with pytest.raises(InputError, match="expected files of bids_statmaps, got none"):
        participants_of(none)


def test_own_betas_as_images_give_the_same_searchlight_bytes(tmp_path: Path) -> None:
    own = example()
    write_table(tmp_path, {"01": own})
    found = read_outside(scans(tmp_path, "images", "images.tsv"), "01", CONDITIONS)
    same(found, own)
    np.testing.assert_array_equal(found.residual_variance, own.residual_variance)
    values = np.random.default_rng(1).normal(size=(2, 6))
    models = ModelRDMs(values, CONDITIONS, ("x", "y"), ("visual",) * 2, ("ensemble",) * 2, "n", "e")
    config = SearchlightConfig(6.0, noise_normalisation="univariate")
    written = []
    for i, betas in enumerate((own, found)):
        (maps,), _ = participant_maps(betas, [models], config)
        maps.write(tmp_path / f"{i}.nii.gz")
        written.append((tmp_path / f"{i}.nii.gz").read_bytes())
    assert written[0] == written[1]


def test_trials_of_a_condition_are_averaged(tmp_path: Path) -> None:
    own = example(1)
    write_table(tmp_path, {"01": own})
    table = tmp_path / "images.tsv"
    rows = [line.split("\t")[:4] for line in table.read_text().splitlines()[1:]]
    rows = [[*row, "1"] for row in rows] + [["sub-01", "run-1", "a", "more.nii", "2"]]
    save(tmp_path / "more.nii", own.betas[0, 0] + 2, own)
    table.write_text(
        "\n".join(
            "\t".join(row) for row in [["participant", "run", "condition", "path", "trial"], *rows]
        )
    )
    found = read_outside(scans(tmp_path, "images", "images.tsv"), "01", CONDITIONS)
    np.testing.assert_allclose(found.betas[0, 0], own.betas[0, 0] + 1, atol=1e-6)
    np.testing.assert_array_equal(found.betas[0, 1], own.betas[0, 1])


def test_a_run_may_lack_a_condition(tmp_path: Path) -> None:
    write_table(tmp_path, {"01": example()})
    table = tmp_path / "images.tsv"
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(lines[:-1]))
    config = scans(tmp_path, "images", "images.tsv")
    found = read_outside(config, "01", CONDITIONS)
    assert np.isnan(found.betas[1, 3]).all()
    assert find_problems(config, Needed()) == []
    (problem,) = find_problems(config, Needed(n_runs=2))
    assert "expected each pair in 2 or more runs, got 'a' and 'd' in 1" in str(problem)


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def spm_field(path: Path, **fields: Any) -> None:
    content = loadmat(path)["SPM"]
    for name, value in fields.items():
        content[name][0, 0] = value
    savemat(path, {"SPM": content})


def drop(path: Path, field: str) -> None:
    content = loadmat(path)["SPM"]
    kept = {name: content[name][0, 0] for name in content.dtype.names if name != field}
    savemat(path, {"SPM": kept})


SPM_TROUBLE = {
    "an image is missing": (
        lambda f: (f / "beta_0001.nii").unlink(), "beta_0001.nii: expected the image beside"),
    "no residual variance": (
        lambda f: (f / "ResMS.nii").unlink(), "ResMS.nii: expected the image beside SPM.mat"),
    "not a MATLAB file": (
        lambda f: (f / "SPM.mat").write_text("x"), "content: expected an SPM.mat of a first level"),
    "not a first level": (
        lambda f: savemat(f / "SPM.mat", {"x": 1}), "SPM.xX: expected the design of a first level"),
    "not estimated": (lambda f: drop(f / "SPM.mat", "Vbeta"), "SPM.Vbeta: expected a model that"),
    "other basis functions": (
        lambda f: spm_field(f / "SPM.mat", xBF={"name": "Finite Impulse Response"}),
        "SPM.xBF.name: expected the canonical response"),
    "z-scored data": (
        lambda f: write_spm(f, example(), level=0.0), "a constant of 0 residual SDs: z-scored"),
    "another grid": (
        lambda f: save(f / "beta_0001.nii", example().betas[0, 0],
                       replace(example(), affine=np.diag([2.0, 2, 2, 1]))), "grid: expected that"),
    "a damaged image": (
        lambda f: (f / "beta_0001.nii").write_bytes((f / "beta_0001.nii").read_bytes()[:400]),
        "beta_0001.nii: data: expected"),
    "orientation unknown": (lambda f: uncoded(f / "beta_0001.nii"), "left or right unknown"),
}  # fmt: skip


def uncoded(path: Path) -> None:
    image = nib.load(path)
    data = np.asarray(image.dataobj)
    header = image.header.copy()
    header["sform_code"] = header["qform_code"] = 0
    nib.Nifti1Image(data, None, header).to_filename(path)


@pytest.mark.parametrize("trouble", SPM_TROUBLE)
def test_spm_trouble_is_one_line_and_others_go_on(tmp_path: Path, trouble: str) -> None:
    spoil, words = SPM_TROUBLE[trouble]
    for label in ("1", "2", "3"):
        write_spm(tmp_path / f"sub-{label}", example(seed=int(label)))
    spoil(tmp_path / "sub-2")
    (problem,) = find_problems(spm(tmp_path), Needed(one_grid=True))
    assert words in str(problem)
    assert "sub-2" in problem.file
    left_out = spm(tmp_path, scans_participants=("1", "3"))
    assert find_problems(left_out, Needed(one_grid=True)) == []


def test_no_conditions_in_a_design(tmp_path: Path) -> None:
    path = write_spm(tmp_path / "sub-1", example(1, conditions=["a"]), extra=False)
    names = np.array([["Sn(1) R1", "Sn(1) R2", "Sn(1) R3", "Sn(1) constant"]], dtype=object)
    spm_field(path, xX={"name": names})
    with pytest.raises(InputError, match="expected columns of conditions"):
        conditions_of(spm(tmp_path), "1")


def test_a_design_with_strange_columns(tmp_path: Path) -> None:
    path = write_spm(tmp_path / "sub-1", example(1, conditions=["a"]), extra=False)
    spm_field(path, xX={"name": np.array([["faces", "b", "c", "d"]], dtype=object)})
    with pytest.raises(InputError, match=r"xX.name, column 1: expected 'Sn\(1\) …', got 'faces'"):
        conditions_of(spm(tmp_path), "1")


GLM_TROUBLE = {
    "no design order": (lambda f: (f / "trials.tsv").unlink(), "a table of GLMsingle's trials"),
    "a design of another length": (
        lambda f: edited(f / "trials.tsv", "run-1\ta\n", ""), "expected 8, one for each volume of"),
    "columns missing": (
        lambda f: edited(f / "trials.tsv", "condition", "stimulus"), "got no ['condition']"),
    "an empty cell": (lambda f: edited(f / "trials.tsv", "run-1\ta", "run-1\t"), "a run and a"),
    "another grid": (
        lambda f: nib.Nifti1Image(np.ones((3, 3, 3), np.float32), np.eye(4)).to_filename(
            f / "mask.nii"), "mask.nii: shape: expected (5, 6, 4), as in"),
    "z-scored data": (lambda f: meanvol(f, 0.0), "meanvol: expected betas of images with a mean"),
    "no betas": (lambda f: no_betas(f), "betasmd: expected single-trial betas"),
    "no HDF5": (lambda f: (f / Path(TYPED).name).write_text("x"), "GLMsingle's output with betas"),
}  # fmt: skip


def meanvol(folder: Path, value: float) -> None:
    with h5py.File(folder / Path(TYPED).name, "r+") as file:
        file["meanvol"][...] = value


def no_betas(folder: Path) -> None:
    with h5py.File(folder / Path(TYPED).name, "r+") as file:
        del file["betasmd"]


@pytest.mark.parametrize("trouble", GLM_TROUBLE)
def test_glmsingle_trouble_is_one_line_and_others_go_on(tmp_path: Path, trouble: str) -> None:
    spoil, words = GLM_TROUBLE[trouble]
    for label in ("1", "2"):
        write_glmsingle(tmp_path / f"sub-{label}", example(seed=int(label)))
    spoil(tmp_path / "sub-2")
    (problem,) = find_problems(glmsingle(tmp_path), Needed())
    assert words in str(problem)
    assert "sub-2" in problem.file


def test_a_table_that_excel_saved_has_a_mark_in_front(tmp_path: Path) -> None:
    write_glmsingle(tmp_path / "sub-1", example())
    trials = tmp_path / "sub-1/trials.tsv"
    trials.write_text(trials.read_text(), encoding="utf-8-sig")
    assert find_problems(glmsingle(tmp_path), Needed()) == []


@pytest.mark.parametrize("prefix", ["./", ".//", ""])
def test_paths_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    write_spm(tmp_path / "spm/sub-1", example())
    monkeypatch.chdir(tmp_path)
    betas = {"source": "spm", "path": f"{prefix}spm/sub-{{participant}}/SPM.mat"}
    assert participants_of(Scans(betas=betas, space="MNI152")) == ["1"]


def test_glmsingle_pickles_are_not_read(tmp_path: Path) -> None:
    write_glmsingle(tmp_path / "sub-1", example())
    (tmp_path / "sub-1/TYPED.npy").write_bytes(b"\x93NUMPY")
    (problem,) = find_problems(glmsingle(tmp_path, "sub-{participant}/TYPED.npy"), Needed())
    assert "got .npy, a pickle, which can run code" in str(problem)


TABLE_TROUBLE = {
    "a file named twice": (
        lambda t: edited(t, "sub-02_run-1_b.nii", "sub-02_run-1_a.nii"), "each file once, got"),
    "a condition twice": (
        lambda t: edited(t, "sub-02\trun-1\tb", "sub-02\trun-1\ta"), "one image, or a column"),
    "no such image": (
        lambda t: edited(t, "sub-02_run-1_b.nii", "nowhere.nii"), "expected a NIfTI file, got no"),
    "an empty cell": (lambda t: edited(t, "sub-02\trun-1\tb", "sub-02\t\tb"), "run: expected a"),
    "a column missing": (lambda t: edited(t, "condition", "name"), "got no ['condition']"),
    "a label that no file can have": (
        lambda t: edited(t, "sub-02\trun-1\tb", "p_02\trun-1\tb"), "letters and digits, got 'p_0"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TABLE_TROUBLE)
def test_trouble_of_a_table_is_one_line(tmp_path: Path, trouble: str) -> None:
    spoil, words = TABLE_TROUBLE[trouble]
    table = write_table(tmp_path, {"01": example(), "02": example(seed=1)})
    spoil(table)
    (problem,) = find_problems(scans(tmp_path, "images", "images.tsv"), Needed())
    assert words in str(problem)


def test_images_that_were_z_scored(tmp_path: Path) -> None:
    own = example()
    flat = own.betas - own.betas.mean(axis=2, keepdims=True)
    write_table(tmp_path, {"1": replace(own, betas=flat / flat.std(axis=2, keepdims=True))})
    (problem,) = find_problems(scans(tmp_path, "images", "images.tsv"), Needed())
    assert "got images of mean 0 and SD 1 each: z-scored over voxels" in str(problem)


def test_masks(tmp_path: Path) -> None:
    own = example()
    write_table(tmp_path, {"1": own})
    half = (np.arange(112) < 50).astype(np.float32)
    for name, values in (("half", half), ("none", 0 * half), ("odd", half * 2)):
        save(tmp_path / f"{name}.nii", values, own, 0)
    save(tmp_path / "other.nii", half, replace(own, affine=np.diag([2.0, 2, 2, 1])), 0)
    corner = np.zeros(own.mask.shape, np.float32)
    corner[0, 0] = 1  # of the mask, but no betas are there
    nib.Nifti1Image(corner, own.affine).to_filename(tmp_path / "corner.nii")

    def with_mask(name: str) -> Scans:
        return scans(tmp_path, "images", "images.tsv", mask=str(tmp_path / f"{name}.nii"))

    assert read_outside(with_mask("half"), "1", CONDITIONS).mask.sum() == 50
    for name, words in (
        ("none", "at least one voxel, got none"),
        ("odd", "0 and 1 only, got 2"),
        ("other", "grid: expected the betas'"),
        ("corner", "some with data in all images, got none"),
    ):
        (problem,) = find_problems(with_mask(name), Needed())
        assert words in str(problem)


def test_participants_must_agree(tmp_path: Path) -> None:
    other = replace(example(seed=1), affine=np.diag([2.0, 2, 2, 1]))
    write_table(tmp_path, {"1": example(), "2": other})
    config = scans(tmp_path, "images", "images.tsv")
    assert find_problems(config, Needed()) == []
    (problem,) = find_problems(config, Needed(one_grid=True))
    assert problem.field == "grid"
    (problem,) = find_problems(config, Needed(conditions=("a", "zz")))[:1]
    assert "expected all conditions of the study (2), got no zz" in str(problem)
    write_table(tmp_path, {"1": example(), "2": example(conditions=("a", "b", "c", "d", "e"))})
    (problem,) = find_problems(config, Needed())
    assert "(scans.conditions chooses), got e too" in str(problem)


def test_variance_is_asked_for_only_where_it_is_needed(tmp_path: Path) -> None:
    table = write_table(tmp_path, {"1": example()})
    edited(table, "\tresidual_variance", "\tnote")
    config = scans(tmp_path, "images", "images.tsv")
    assert find_problems(config, Needed()) == []
    (problem,) = find_problems(config, Needed(variance=True))
    assert "residual_variance: expected images of it" in str(problem)


def test_an_unknown_participant(tmp_path: Path) -> None:
    write_spm(tmp_path / "sub-1", example())
    (problem,) = find_problems(spm(tmp_path, scans_participants=("9",)), Needed())
    assert "scans.participants: expected one of ['1'], who have betas, got '9'" in str(problem)


def test_inputs_of_a_job_are_the_participants_own(tmp_path: Path) -> None:
    write_spm(tmp_path / "sub-1", example())
    names = [Path(path).name for path in files_of(spm(tmp_path), "1")]
    assert names[0] == "SPM.mat"
    assert names[1:] == [*(f"beta_{i:04d}.nii" for i in range(1, 27)), "ResMS.nii"]
    for end in ("img", "hdr"):  # SPM8's
        (tmp_path / f"sub-1/beta_0001.{end}").touch()
    names = [Path(path).name for path in files_of(spm(tmp_path), "1")]
    assert {"beta_0001.img", "beta_0001.hdr"} <= set(names)
    write_table(tmp_path, {"1": example(), "2": example(seed=1)})
    files = files_of(scans(tmp_path, "images", "images.tsv"), "2")
    assert len(files) == 10
    assert all("sub-2_" in path for path in files)


def test_records_name_the_folder_by_its_key(tmp_path: Path) -> None:
    config = {"scans": {"betas": {"path": "/data/spm/sub-{participant}/SPM.mat"}}}
    assert data_paths(config) == {"scans.betas.path": "/data/spm"}


def contradictions(tmp_path: Path, **changes: Any) -> list[str]:
    write_table(tmp_path, {f"{i}": example(seed=i) for i in range(6)})
    (tmp_path / "models.tsv").write_text("condition\tsize\na\t1\nb\t2\nc\t5\nd\t7\n")
    values: dict[str, Any] = {
        "study": {"name": "x"},
        "scans": {"space": "MNI152",
                  "betas": {"source": "images", "path": str(tmp_path / "images.tsv")}},
        "models": {"tables": {"mine": str(tmp_path / "models.tsv")}},
        "searchlight": {}, "group": {}, "roi": {},
    }  # fmt: skip
    for key, value in changes.items():
        block, *rest = key.split("__")
        if rest:
            values[block][rest[0]] = value
        else:
            values[block] = value
    return [str(one) for one in config_problems(values)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scans__bids_dir": "x"}, "scans.bids_dir: expected none with scans.betas, got 'x'"),
        ({"scans__contrasts": {"x": {"a": 1}}}, "scans.contrasts: expected none with scans.betas"),
        ({"searchlight__noise_normalisation": "multivariate"}, "expected univariate or none with"),
        ({"searchlight__distance": "mahalanobis"}, "searchlight.noise_normalisation: expected"),
        (
            {"scans__betas": {"source": "spm", "path": "SPM.mat"}},
            r"path with \{participant\} for spm",
        ),
        (
            {"scans__betas": {"source": "images", "path": "{participant}.tsv"}},
            r"path without \{participant\} for images",
        ),
        (
            {"scans__betas": {"source": "glmsingle", "path": "{participant}.hdf5"}},
            "trials: expected a table of its design order for glmsingle, got None",
        ),
        (
            {"scans__betas": {"source": "glmsingle", "path": "{participant}.hdf5"}},
            "reference: expected a NIfTI of its grid for glmsingle, got None",
        ),
        (
            {"scans__betas": {"source": "glmsingle", "path": "{participant}.hdf5"}},
            "roi.patterns.noise_normalisation: expected none with scans.betas of glmsingle",
        ),
        (
            {"scans__betas": {"source": "images", "path": "t.tsv", "trials": "x"}},
            "betas.trials: expected none without source glmsingle",
        ),
        ({"searchlight__controls": ["timing/participants"]}, "nobody knows when trials were"),
        ({"scans__betas": None}, "task: expected key 'task'"),
        ({"scans__space": None}, "scans.space: expected where the betas lie .SPM's MNI is MNI152"),
        ({"scans__skip_volumes": "auto"}, "scans.skip_volumes: expected none with scans.betas"),
        ({"scans__analysis_voxel_mm": 2.0}, "analysis_voxel_mm: expected none with scans.betas"),
    ],
)
def test_contradictions_of_the_config(tmp_path: Path, changes: dict, message: str) -> None:
    found = contradictions(tmp_path, **changes)
    assert any(re.search(message, one) for one in found), found


def test_a_config_with_betas_alone_can_be_planned(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    inference = {"bootstrap_by": []}
    assert contradictions(tmp_path, roi={"inference": inference}) == []
