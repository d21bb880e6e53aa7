"""The scripts of the scans stage, run as Snakemake runs them, from raw runs to patterns."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from bold_data import CONDITIONS, grid, noise_series, save, write_bids
from snakemake.iocontainers import InputFiles, OutputFiles

from crossmodal.bold.bids import find_runs
from crossmodal.bold.derivatives import dataset_description
from crossmodal.bold.images import read_volume
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.maps import Maps

GLM = {"noise": "white", "motion_regressors": 6}


@pytest.fixture
def workdir(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_bids(Path("bids"), runs=("1",))
    return tmp_path


def named(kind, paths):
    """Snakemake's list of paths, with names for single paths and for lists."""
    files = kind()
    for name, value in paths.items():
        start = len(files)
        files.extend(value if isinstance(value, list) else [value])
        files._set_name(name, start, end=len(files) if isinstance(value, list) else None)
    return files


def execute(root, script, given, made, params):
    """Run one script with the given paths and params."""
    job = SimpleNamespace(
        rule=script,
        wildcards={},
        input=named(InputFiles, given),
        output=named(OutputFiles, made | {"record": f"records/{script}.json"}),
        params=SimpleNamespace(**params, items=params.items),
        log=[],
        threads=1,
    )
    runpy.run_path(str(root / f"workflow/scripts/{script}.py"), init_globals={"snakemake": job})
    assert json.loads(Path(f"records/{script}.json").read_text())["exit"] == 0


def motion(root, bold, first):
    made = {"motion": "xfm.txt", "confounds": "confounds.tsv", "mean": "boldref.nii.gz"}
    params = {"motion": {"sampling_mm": 10.0, "max_iterations": 5}}
    execute(root, "estimate_motion", {"bold": bold, "first": first}, made, params)


def test_native_space_from_raw_to_patterns_and_contrasts(root, workdir):
    (run,) = find_runs("bids", "x")
    motion(root, run.bold, run.bold)
    assert read_volume("boldref.nii.gz")[1].same_as(grid())
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
    patterns = params | {"conditions": list(CONDITIONS)}
    execute(root, "estimate_betas", given, {"betas": "betas.h5"}, patterns)
    betas = Betas.read("betas.h5")
    assert (betas.condition_ids, betas.space) == (CONDITIONS, "native")
    assert np.isfinite(betas.betas).all()
    contrasts = params | {"contrasts": {"ab": {"a": 1, "b": -1}}, "smoothing_mm": 6.0}
    execute(root, "map_contrasts", given, {"maps": ["ab.nii.gz"]}, contrasts)
    assert Maps.read("ab.nii.gz").names == ("ab",)


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
    made = {"description": "dataset_description.json", "ignored": ".bidsignore"}
    execute(root, "describe_derivatives", given, made, {"source_url": None})
    found = json.loads(Path("dataset_description.json").read_text())
    assert found["SourceDatasets"] == [{"DOI": "doi:10.1/x"}]
    assert found["GeneratedBy"][0]["Name"] == "crossmodal"
    assert found["DatasetType"] == "derivative"


def test_a_source_without_reference_is_left_out():
    assert "SourceDatasets" not in dataset_description({}, None)
    described = dataset_description({"Name": "t"}, "../raw")
    assert described["SourceDatasets"] == [{"URL": "../raw"}]
