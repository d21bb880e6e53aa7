"""fMRIPrep derivatives instead of own preprocessing: found, checked, and fitted as they are."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import yaml

from crossmodal.bold.align.spaces import Space, fmriprep_space
from crossmodal.bold.block import Scans
from crossmodal.bold.check import find_problems
from crossmodal.bold.model.confounds import write_confounds
from crossmodal.bold.model.design import event_regressor, high_pass_basis, motion_regressors
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import RunFiles, aligned_series, covered, run_design, run_timing
from crossmodal.bold.read.bids import find_runs
from crossmodal.bold.read.events import EventsConfig, read_events
from crossmodal.bold.read.fmriprep import preprocessed
from crossmodal.bold.read.images import Grid
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.plan.dimensions import Data
from crossmodal.plan.stubs import with_stubs
from crossmodal.study.checks import scans as checks
from crossmodal.study.validate import build_study
from tests.studies import values_of
from tests.unit.bold.test_scripts import execute
from tests.unit.bold_data import CONDITIONS, grid, noise_series, rows, save, write_bids

SPACE = "MNI152NLin2009cAsym"
ON = grid("LAS", (16, 18, 14), (5.0, 5.0, 5.0))
N_VOLUMES = 40


def brain(run: int) -> np.ndarray:
    """A box, another one for each run."""
    mask = np.zeros(ON.shape, dtype=np.uint8)
    mask[3 + run : 13, 3:14, 3 : 11 - run] = 1
    return mask


def motion(run: int) -> np.ndarray:
    return np.random.default_rng(run).normal(scale=0.1, size=(N_VOLUMES, 6))


def write_run_confounds(path: Path, parameters: np.ndarray) -> None:
    """Motion and DVARS."""
    write_confounds(path, parameters, {"std_dvars": np.r_[np.nan, np.ones(len(parameters) - 1)]})


def write_fmriprep(root: Path, label: str = "01", res: str = "") -> Path:
    """Derivatives of both runs of ``write_bids``; returns the func folder."""
    func = root / f"sub-{label}/func"
    for run in (1, 2):
        stem = f"{func}/sub-{label}_task-x_run-{run}"
        save(
            Path(f"{stem}_space-{SPACE}{res}_desc-preproc_bold.nii.gz"),
            noise_series(ON, N_VOLUMES, run),
            ON.affine,
        )
        save(Path(f"{stem}_space-{SPACE}{res}_desc-brain_mask.nii.gz"), brain(run), ON.affine)
        write_run_confounds(Path(f"{stem}_desc-confounds_timeseries.tsv"), motion(run))
    return func


@pytest.fixture
def func(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_bids(Path("bids"))
    return write_fmriprep(Path("fmriprep"))


@pytest.fixture
def scans(root, func):
    config = values_of(root / "config/config.yaml")["scans"]
    events = {"condition_column": "trial_type"}
    folders = {"bids_dir": "bids", "fmriprep_dir": "fmriprep"}
    return config | folders | {"task": "x", "space": SPACE, "events": events}


def only(scans):
    found = [str(problem) for problem in find_problems(Scans(**scans), CONDITIONS)]
    assert len(found) == 1, found
    return found[0]


def name(run, end, res=""):
    space = "" if end.startswith("desc-confounds") else f"_space-{SPACE}{res}"
    return f"sub-01_task-x_run-{run}{space}_{end}"


def test_files_of_a_run_with_session_and_resolution(tmp_path):
    write_bids(tmp_path / "raw")
    session = tmp_path / "bids/sub-01/ses-a/func"
    session.mkdir(parents=True)
    for path in (tmp_path / "raw/sub-01/func").iterdir():
        shutil.copy(path, session / path.name.replace("sub-01_", "sub-01_ses-a_"))
    made = write_fmriprep(tmp_path / "out", res="_res-2")
    wanted = tmp_path / "fmriprep/sub-01/ses-a/func"
    wanted.mkdir(parents=True)
    for path in made.iterdir():
        path.rename(wanted / path.name.replace("sub-01_", "sub-01_ses-a_"))
    raw = find_runs(tmp_path / "bids", "x")
    runs = preprocessed(raw, tmp_path / "fmriprep", SPACE)
    stem = f"{wanted}/sub-01_ses-a_task-x_run-1"
    assert [run.problem for run in runs] == [None, None]
    assert runs[0].bold == f"{stem}_space-{SPACE}_res-2_desc-preproc_bold.nii.gz"
    assert runs[0].mask == f"{stem}_space-{SPACE}_res-2_desc-brain_mask.nii.gz"
    assert runs[0].confounds == f"{stem}_desc-confounds_timeseries.tsv"
    assert (runs[0].events, runs[0].run_id) == (raw[0].events, raw[0].run_id)


def given(runs):
    """Inputs of the scripts, as the workflow gives them."""
    return {
        "bold": [run.bold for run in runs],
        "events": [run.events for run in runs],
        "sidecars": list(runs[0].sidecars),
        "motion": [],
        "confounds": [run.confounds for run in runs],
        "mean": [],
        "masks": [run.mask for run in runs],
        "warp": [],
        "coregistration": [],
    }


PARAMS = {
    "reading": {"slice_reference": None, "trust_affine": None, "removed_volumes": 0},
    "voxel_mm": 5.0,
    "events": {"condition_column": "trial_type"},
    "glm": {"noise": "white", "motion_regressors": 6, "high_pass_s": 60.0},
}


def direct_betas(run: int, mask: np.ndarray) -> np.ndarray:
    """Least squares on the volumes as they are, % of the run's mean, (condition, voxel)."""
    series = noise_series(ON, N_VOLUMES, run)[mask].T.astype(float)
    events = [[row for row in rows() if row[2] == condition] for condition in CONDITIONS]
    columns = [
        event_regressor(
            np.array([row[0] for row in own]), np.array([row[1] for row in own]), N_VOLUMES, 2.0
        )
        for own in events
    ]
    slow = high_pass_basis(N_VOLUMES, 2.0, 60.0)
    nuisance = motion_regressors(motion(run), 6)
    design = np.column_stack([*columns, nuisance, slow, np.ones(N_VOLUMES)])
    return np.linalg.lstsq(design, series * 100 / series.mean())[0][:3]


def test_patterns_are_those_of_a_direct_glm_on_the_same_volumes(root, func):
    runs = preprocessed(find_runs("bids", "x"), "fmriprep", SPACE)
    params = PARAMS | {"runs": [run.run_id for run in runs]}
    patterns = params | {"conditions": list(CONDITIONS)}
    execute(root, "estimate_betas", given(runs), {"betas": "betas.h5"}, patterns)
    betas = Betas.read("betas.h5")
    shared_mask = (brain(1) & brain(2)).astype(bool)
    assert betas.space == SPACE
    np.testing.assert_array_equal(betas.affine, ON.affine)
    assert 100 < betas.mask.sum() <= shared_mask.sum()
    assert not (betas.mask & ~shared_mask).any()
    for run in (1, 2):
        # The run's mean is that of all voxels in the mask, dark ones included.
        wanted = direct_betas(run, shared_mask)[:, betas.mask[shared_mask]]
        np.testing.assert_allclose(betas.betas[run - 1], wanted, rtol=1e-3, atol=1e-4)


def test_voxels_outside_the_field_of_view_are_left_out(root, func):
    path = func / name(1, "desc-preproc_bold.nii.gz")
    volumes = noise_series(ON, N_VOLUMES, 1)
    volumes[:, :, 5] = 0  # fMRIPrep writes zeros where a run has no data
    save(path, volumes, ON.affine)
    runs = preprocessed(find_runs("bids", "x"), "fmriprep", SPACE)
    params = PARAMS | {"runs": [run.run_id for run in runs]}
    patterns = params | {"conditions": list(CONDITIONS)}
    execute(root, "estimate_betas", given(runs), {"betas": "betas.h5"}, patterns)
    betas = Betas.read("betas.h5")
    assert not betas.mask[:, :, 5].any()
    assert np.isfinite(betas.betas).all()
    contrasts = {"contrasts": {"ab": {"a": 1, "b": -1}}, "smoothing_mm": 0.0}
    execute(root, "map_contrasts", given(runs), {"maps": ["ab.nii.gz"]}, params | contrasts)
    # Not NaN, which would take voxels out of the map.
    assert Maps.read("ab.nii.gz").mask.sum() == (brain(1) & brain(2)).sum()


def test_contrasts_from_smoothed_derivatives(root, func):
    runs = preprocessed(find_runs("bids", "x"), "fmriprep", SPACE)
    contrasts = {"contrasts": {"ab": {"a": 1, "b": -1}}, "smoothing_mm": 6.0}
    params = PARAMS | {"runs": [run.run_id for run in runs]} | contrasts
    execute(root, "map_contrasts", given(runs), {"maps": ["ab.nii.gz"]}, params)
    assert Maps.read("ab.nii.gz").space == SPACE


def test_any_column_of_the_confounds_can_be_a_regressor(root, func):
    stem = func / name(1, "desc-confounds_timeseries.tsv")
    lines = stem.read_text().splitlines()
    pulse = np.random.default_rng(0).standard_normal(N_VOLUMES)
    rows_ = [f"{line}\t{x}" for line, x in zip(lines[1:], pulse, strict=True)]
    stem.write_text("\n".join([lines[0] + "\ta_comp_cor_00", *rows_]) + "\n")
    (run, _) = preprocessed(find_runs("bids", "x"), "fmriprep", SPACE)
    files = RunFiles("r", run.bold, run.events, run.sidecars, None, run.confounds)
    events = read_events(run.events, EventsConfig())
    glm = GLMConfig(motion_regressors=0, confounds=["a_comp_cor_00"])
    design = run_design(files, run_timing(files), events, CONDITIONS, glm)
    assert design.names == (*CONDITIONS, "a_comp_cor_00")
    np.testing.assert_allclose(design.nuisance[:, 0], pulse)


def test_a_confound_that_fmriprep_did_not_write_is_named(scans):
    scans["glm"] = scans["glm"] | {"confounds": ["csf"]}
    found = [str(problem) for problem in find_problems(Scans(**scans), CONDITIONS)]
    assert all("no ['csf']" in text for text in found)
    assert len(found) == 2


def test_another_voxel_size_resamples_in_the_same_world():
    x, y, z = ON.points().T
    volume = (500 + 2 * x - y + 3 * z).reshape(ON.shape).astype(np.float32)
    target = Grid((6, 6, 6), np.diag([4.0, 4.0, 4.0, 1.0]))
    space = Space(SPACE, target, np.ones(target.shape, dtype=bool), lambda points: points)
    series = aligned_series(np.stack([volume, 2 * volume], axis=-1), ON, space)
    x, y, z = target.points().T
    expected = 500 + 2 * x - y + 3 * z
    # The spline's border condition bends a ramp slightly.
    np.testing.assert_allclose(series, [expected, 2 * expected], rtol=2e-3)


def test_masks_on_a_coarser_grid_keep_their_volume(func):
    masks = [str(func / name(run, "desc-brain_mask.nii.gz")) for run in (1, 2)]
    fine, coarse = fmriprep_space(masks, 5.0), fmriprep_space(masks, 7.0)
    np.testing.assert_array_equal(fine.mask, (brain(1) & brain(2)).astype(bool))
    np.testing.assert_allclose(coarse.grid.voxel_mm, 7.0)
    volume = fine.mask.sum() * 5.0**3
    assert abs(coarse.mask.sum() * 7.0**3 - volume) < 0.2 * volume
    centre = [space.grid.points(space.mask).mean(axis=0) for space in (fine, coarse)]
    np.testing.assert_allclose(*centre, atol=2.5)


def test_voxels_of_the_border_are_covered(func):
    (run, *_) = preprocessed(find_runs("bids", "x"), "fmriprep", SPACE)
    files = RunFiles("r", run.bold, run.events, (), None, run.confounds)
    whole = fmriprep_space([run.mask], 5.0).whole()
    assert covered([files], whole).all()
    shifted = replace(whole, grid=Grid(ON.shape, ON.affine + np.eye(4, k=3) * 5))
    assert 0 < covered([files], shifted).sum() < np.prod(ON.shape)


def test_masks_without_common_voxels(func):
    path = func / name(2, "desc-brain_mask.nii.gz")
    save(path, 1 - brain(1), ON.affine)
    with pytest.raises(InputError, match=f"space {SPACE}: mask: expected at least one voxel"):
        fmriprep_space([str(func / name(1, "desc-brain_mask.nii.gz")), str(path)], 5.0)


def test_good_derivatives_have_no_problem_and_need_no_t1(scans):
    for path in Path("bids/sub-01/anat").iterdir():
        path.unlink()
    assert find_problems(Scans(**scans), CONDITIONS) == []
    assert find_problems(Scans(**scans), None, deep=True) == []


def test_missing_folder(scans):
    assert "nowhere: folder: expected fMRIPrep derivatives" in only(
        scans | {"fmriprep_dir": "nowhere"}
    )


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("desc-preproc_bold.nii.gz", r"preprocessed run: expected one sub-01_task-x_run-2_space-"),
        ("desc-brain_mask.nii.gz", "expected a file of fMRIPrep, got no such file"),
        ("desc-confounds_timeseries.tsv", "expected a file of fMRIPrep, got no such file"),
    ],
)
def test_missing_file(scans, func, end, message):
    (func / name(2, end)).unlink()
    assert message in only(scans)


def test_a_space_that_fmriprep_did_not_make_names_those_there_are(scans):
    other = Scans(**scans | {"space": "MNI152NLin6Asym"})
    found = [str(problem) for problem in find_problems(other, CONDITIONS)]
    assert len(found) == 2
    assert f"got ['{name(1, 'desc-preproc_bold.nii.gz')}']" in found[0]


def test_two_resolutions_are_refused(scans):
    write_fmriprep(Path("fmriprep"), res="_res-2")
    found = [str(problem) for problem in find_problems(Scans(**scans), CONDITIONS)]
    assert len(found) == 2
    assert all("expected one sub-01" in text and "_res-2_" in text for text in found)


def test_confounds_with_other_rows(scans, func):
    write_run_confounds(func / name(2, "desc-confounds_timeseries.tsv"), motion(2)[:-1])
    assert "rows: expected 40, one a volume, got 39" in only(scans)


def test_empty_mask(scans, func):
    save(func / name(2, "desc-brain_mask.nii.gz"), 0 * brain(2), ON.affine)
    assert "mask: expected at least one voxel of brain, got none" in only(scans)


def test_truncated_mask(scans, func):
    path = func / name(2, "desc-brain_mask.nii.gz")
    path.write_bytes(path.read_bytes()[:-60])
    assert "truncated" in only(scans)


def test_participants_on_different_grids(scans):
    write_bids(Path("bids"), participants=("02",))
    other = write_fmriprep(Path("fmriprep"), "02")
    assert find_problems(Scans(**scans), CONDITIONS) == []
    for path in other.glob("*.nii.gz"):
        image = nib.load(path)
        save(path, np.asarray(image.dataobj), image.affine + np.eye(4, k=3) * 2)
    message = only(scans)
    assert "sub-02" in message
    assert ": grid: expected (16, 18, 14) voxels of 5 x 5 x 5 mm from (37.5, " in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fmriprep_dir": "f", "space": "native"}, "scans.space: expected one of .*with scans.fmr"),
        ({"space": SPACE}, "scans.space: expected one of .*native.* without scans.fmriprep_dir"),
        (
            {"fmriprep_dir": "f", "bids_dir": None, "space": SPACE},
            "scans.fmriprep_dir: expected null, or scans.bids_dir too",
        ),
        (
            {"fmriprep_dir": "f", "space": SPACE, "slice_reference": 0.5},
            "scans.slice_reference: expected null with scans.fmriprep_dir",
        ),
        (
            {"removed_volumes": 4},
            "scans.removed_volumes: expected 0 without scans.fmriprep_dir.*, got 4",
        ),
        (
            {"space": "native", "a_comp_cor": 5},
            "scans.a_comp_cor: expected 0 without own normalisation, .* got 5",
        ),
    ],
)
def test_who_preprocesses_decides_on_the_space(root, change, message):
    config = values_of(root / "config/config.yaml")
    config["scans"] |= {"bids_dir": "b"} | change
    (problem,) = checks.scans(build_study(config))
    with pytest.raises(InputError, match=message):
        raise problem


def study(root: Path, scans: dict) -> dict:
    """The scans of a study and nothing else."""
    settings = values_of(root / "config/config.yaml")["study"] | {"results_dir": "results-f"}
    return {"study": settings, "scans": scans}


def dry_run(root: Path, config: dict) -> str:
    """What Snakemake would do, in the current folder."""
    Path("mine.yaml").write_text(yaml.safe_dump(config))
    for folder in ("config", "workflow", "src", "resources"):
        Path(folder).symlink_to(root / folder)
    result = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "-s", str(root / "Snakefile")]
        + ["--configfile", "mine.yaml", "--cores", "1"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.mark.slow
def test_the_workflow_starts_from_the_derivatives(root, scans):
    output = dry_run(root, study(root, scans))
    assert "Job 1: Estimate response patterns of sub-01" in output
    # Nothing is moved or registered again: patterns, a page, a rank, the lineage, and 'all'.
    assert re.search(r"\ntotal +5\n", output)


def test_a_plan_stands_in_for_missing_derivatives(root, scans, tmp_path):
    config = study(root, scans | {"bids_dir": "b", "fmriprep_dir": "f"})
    small = Data(n_participants=2, n_runs=2)
    stubbed = with_stubs(build_study(config), tmp_path / "plan", small)["scans"]
    runs = preprocessed(find_runs(stubbed["bids_dir"], "x"), stubbed["fmriprep_dir"], SPACE)
    assert [run.problem for run in runs] == [None] * 4
