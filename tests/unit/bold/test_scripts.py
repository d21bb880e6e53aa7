"""The scripts of the scans stage, run as Snakemake runs them, from raw runs to patterns."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from snakemake.iocontainers import InputFiles, OutputFiles, Wildcards

from crossmodal.bold.align.spaces import Space
from crossmodal.bold.align.transform_files import write_affines, write_warp
from crossmodal.bold.align.warp import Warp
from crossmodal.bold.model.compcor import component_names
from crossmodal.bold.model.confounds import MEASURED, MOTION, read_confounds
from crossmodal.bold.model.patterns import RunFiles, run_series
from crossmodal.bold.read.bids import find_runs
from crossmodal.bold.read.derivatives import dataset_description
from crossmodal.bold.read.images import Grid, read_volume
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.maps import Maps
from tests.unit.bold_data import CONDITIONS, grid, noise_series, save, write_bids
from tests.unit.script_job import named

GLM = {"noise": "white", "motion_regressors": 6}


@pytest.fixture
def workdir(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_bids(Path("bids"), runs=("1",))
    return tmp_path


def execute(root, script, given, made, params, **wildcards):
    """Run one script with the given paths, params and wildcards."""
    job = SimpleNamespace(
        rule=script,
        wildcards=Wildcards(fromdict=wildcards),
        input=named(InputFiles, given),
        output=named(OutputFiles, made | {"record": f"records/{script}.json"}),
        params=SimpleNamespace(**params, items=params.items),
        log=[],
        threads=1,
    )
    runpy.run_path(str(root / f"workflow/scripts/{script}.py"), init_globals={"snakemake": job})
    assert json.loads(Path(f"records/{script}.json").read_text())["exit"] == 0


READING = {"slice_reference": None, "trust_affine": None, "removed_volumes": 0}


def motion(root, bold, first):
    made = {"motion": "xfm.txt", "confounds": "confounds.tsv", "mean": "boldref.nii.gz"}
    made |= {"quality": "signal.h5", "motion_json": "m.json", "mean_json": "r.json"}
    made["confounds_json"] = "c.json"
    params = {"motion": {"sampling_mm": 10.0, "max_iterations": 5}, "trust_affine": None}
    params["skip_volumes"] = 0
    execute(root, "estimate_motion", {"bold": bold, "first": first}, made, params)


def test_native_space_from_raw_to_patterns_and_contrasts(root, workdir):
    (run,) = find_runs("bids", "x")
    motion(root, run.bold, run.bold)
    assert read_volume("boldref.nii.gz")[1].same_as(grid())
    described = json.loads(Path("m.json").read_text())
    assert described["RawSources"][0] == "sub-01/func/sub-01_task-x_run-1_bold.nii.gz"
    assert described["Options"]["sampling_mm"] == 10.0
    given = {
        "bold": [run.bold],
        "events": [run.events],
        "sidecars": list(run.sidecars),
        "motion": ["xfm.txt"],
        "confounds": ["confounds.tsv"],
        "mean": "boldref.nii.gz",
        "warp": [],
        "coregistration": [],
    }
    events = {"condition_column": "trial_type"}
    params = {"runs": [run.run_id], "voxel_mm": 4.0, "events": events, "glm": GLM}
    params["reading"] = READING
    patterns = params | {"conditions": list(CONDITIONS)}
    execute(root, "estimate_betas", given, {"betas": "betas.h5"}, patterns)
    betas = Betas.read("betas.h5")
    assert (betas.condition_ids, betas.space) == (CONDITIONS, "native")
    assert np.isfinite(betas.betas).all()
    contrasts = params | {"contrasts": {"ab": {"a": 1, "b": -1}}, "smoothing_mm": 6.0}
    execute(root, "map_contrasts", given, {"maps": ["ab.nii.gz"]}, contrasts)
    assert Maps.read("ab.nii.gz").names == ("ab",)
    seen = given | {"betas": "betas.h5", "signal": ["signal.h5"], "t1w": [], "brain": []}
    made = {"page": "sub-01.html", "measures": "sub-01.json"}
    execute(root, "report_quality", seen, made, patterns | {"quality": {}}, sub="01")
    assert json.loads(Path("sub-01.json").read_text())["n_voxels"] == betas.mask.sum()
    made = {"page": "all.html", "table": "all.tsv"}
    execute(root, "rank_quality", {"measures": ["sub-01.json"]}, made, {"quality": {}})
    header, first = (line.split("\t") for line in Path("all.tsv").read_text().splitlines())
    assert header[:2] == ["participant", "rank"]
    assert first[:2] == ["01", "1"]


def test_aCompCor_columns_are_added_to_the_measured_ones(root, workdir):
    (run,) = find_runs("bids", "x")
    motion(root, run.bold, run.bold)
    write_affines("coreg.txt", np.eye(4)[None])
    still = Warp(np.zeros((2, 2, 2, 3), np.float32), Grid((2, 2, 2), 50 * np.eye(4)))
    write_warp("warp.nii.gz", still)
    given = {"bold": run.bold, "sidecars": list(run.sidecars), "motion": "xfm.txt"}
    given |= {"measured": "confounds.tsv", "coregistration": "coreg.txt", "warp": "warp.nii.gz"}
    params = {"n_components": 3, "high_pass_s": 60.0, "trust_affine": None}
    made = {"confounds": "all.tsv", "sidecar": "all.json"}
    execute(root, "extract_compcor", given, made, params)
    assert json.loads(Path("all.json").read_text())["a_comp_cor_02"]["Method"] == "aCompCor"
    firsts = [Path(name).read_text().splitlines()[1] for name in ("confounds.tsv", "all.tsv")]
    assert firsts[0].endswith("\tn/a\tn/a\tn/a")
    assert firsts[1].startswith(firsts[0])
    before = read_confounds("confounds.tsv", (*MOTION, *MEASURED), 40)
    after = read_confounds("all.tsv", (*MOTION, *MEASURED, *component_names(3)), 40)
    np.testing.assert_allclose(after[:, :8], before, rtol=1e-6)
    np.testing.assert_allclose(after[:, 8:].T @ after[:, 8:], np.eye(3), atol=1e-6)


def test_slices_are_timed_before_they_are_moved(root, workdir):
    (run,) = find_runs("bids", "x")
    sidecar = json.loads(Path("bids/task-x_bold.json").read_text())
    times = np.linspace(0, 1.9, 24)
    Path("bids/task-x_bold.json").write_text(json.dumps(sidecar | {"SliceTiming": list(times)}))
    on = grid()
    wave = 10 * np.sin(2 * np.pi * 0.04 * (2.0 * np.arange(40) + times[:, None]))
    data = np.broadcast_to(500 + wave, (*on.shape[:2], 24, 40)).astype(np.float32)
    save(Path(run.bold), data, on.affine)
    files = RunFiles("r", run.bold, run.events, run.sidecars, None, "", slice_reference=0.5)
    space = Space("native", on, np.ones(on.shape, bool), lambda points: points)
    found = run_series(files, space)
    expected = 500 + 10 * np.sin(2 * np.pi * 0.04 * (2.0 * np.arange(40) + 1.0))
    np.testing.assert_allclose(
        found[4:-4], np.broadcast_to(expected[4:-4, None], (32, space.mask.sum())), atol=0.3
    )


def test_runs_of_different_grids_stop_the_motion_estimate(root, workdir):
    (run,) = find_runs("bids", "x")
    other = grid(shape=(26, 30, 20))
    save(Path("other.nii.gz"), noise_series(other, 4), other.affine)
    with pytest.raises(SystemExit):
        motion(root, run.bold, "other.nii.gz")
    assert not Path("xfm.txt").exists()


def test_derivatives_name_their_maker_and_source(root, workdir):
    Path("bids/dataset_description.json").write_text('{"Name": "t", "DatasetDOI": "doi:10.1/x"}')
    given = {"source": ["bids/dataset_description.json"]}
    made = {"description": "dataset_description.json", "readme": "README.md"}
    made["ignored"] = ".bidsignore"
    execute(root, "describe_derivatives", given, made, {"source_url": None, "more_ignored": []})
    found = json.loads(Path("dataset_description.json").read_text())
    assert found["SourceDatasets"] == [{"DOI": "doi:10.1/x"}]
    assert found["GeneratedBy"][0]["Name"] == "crossmodal"
    assert found["DatasetType"] == "derivative"


def test_a_source_without_reference_is_left_out():
    assert "SourceDatasets" not in dataset_description({}, None)
    described = dataset_description({"Name": "t"}, "../raw")
    assert described["SourceDatasets"] == [{"URL": "../raw"}]
