"""aCompCor by config, through the workflow: components are found and are in the model."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from crossmodal.contracts.betas import Betas
from tests.studies import values_of
from tests.workflow.study import Study, clone

pytestmark = pytest.mark.workflow
CONFIG, RESULTS, LABEL = "config/compcor.yaml", "results-compcor", "01"
NAMES = ["a_comp_cor_00", "a_comp_cor_01", "a_comp_cor_02"]
BETAS, MEASURES = f"{RESULTS}/betas/sub-{LABEL}.h5", f"{RESULTS}/quality/sub-{LABEL}.html"


@pytest.fixture(scope="module")
def compcor_study(pristine_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """One participant of the mini-study as if it were the user's own, without clips."""
    study = clone(tmp_path_factory.mktemp("compcor"), CONFIG)
    raw = pristine_study.folder / "results-test/simulated/bids"
    shutil.copytree(raw / f"sub-{LABEL}", study.folder / "data/bids" / f"sub-{LABEL}")
    shutil.copy(raw / "dataset_description.json", study.folder / "data/bids")
    config = values_of(study.folder / "config/test.yaml")
    scans = config["scans"] | {"bids_dir": "data/bids", "a_comp_cor": len(NAMES)}
    scans["glm"] |= {"confounds": NAMES}
    own = {"name": "compcor", "results_dir": RESULTS, "seed": 1}
    (study.folder / CONFIG).write_text(yaml.safe_dump({"study": own, "scans": scans}))
    study.snakemake(BETAS, MEASURES)
    return study


def confounds(study: Study) -> list[pd.DataFrame]:
    folder = study.folder / f"{RESULTS}/derivatives/sub-{LABEL}/func"
    paths = sorted(folder.glob("*_desc-confounds_timeseries.tsv"))
    return [pd.read_csv(path, sep="\t", na_values="n/a") for path in paths]


def test_components_stand_beside_what_motion_found(compcor_study: Study) -> None:
    tables = confounds(compcor_study)
    assert len(tables) == 2
    for table in tables:
        found = table[NAMES].to_numpy()
        np.testing.assert_allclose(found.T @ found, np.eye(len(NAMES)), atol=1e-5)
        assert {"trans_x", "rot_z", "framewise_displacement", "std_dvars"} < set(table.columns)


def test_they_are_in_the_model(pristine_study: Study, compcor_study: Study) -> None:
    """Similar patterns (three columns more where 72 trials leave few), and no more noise is left.

    The variance is that of whitened residuals: where the components take autocorrelated noise
    out, less of the rest is predicted from the volume before, so that it need not fall.
    """
    with_them = Betas.read(compcor_study.folder / BETAS)
    without = Betas.read(Path(pristine_study.folder, f"results-test/betas/sub-{LABEL}.h5"))
    both = with_them.mask & without.mask
    one, other = (each.betas[..., both[each.mask]].ravel() for each in (with_them, without))
    assert 0.7 < np.corrcoef(one, other)[0, 1] < 0.999
    noise = [each.residual_variance[:, both[each.mask]].mean() for each in (with_them, without)]
    np.testing.assert_allclose(noise[0], noise[1], rtol=0.05)


def test_nothing_is_left_to_do(compcor_study: Study) -> None:
    output = compcor_study.snakemake(BETAS, MEASURES, "--dry-run").stdout
    assert "Nothing to be done" in output
