"""A brain without signal: the same study, signal set to zero, finds nothing."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from crossmodal.contracts.maps import Maps
from tests.workflow.study import Study

pytestmark = pytest.mark.workflow
GROUP = "results-test/group/planted/features/p_fwe_all.nii.gz"
CHANGED = {"simulate_dataset", "simulate_participant"}


@pytest.fixture(scope="module")
def noise_study(finished_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A copy of the finished study; only the planted signal is switched off."""
    folder = tmp_path_factory.mktemp("noise") / "crossmodal"
    shutil.copytree(finished_study.folder, folder, symlinks=True)
    path = folder / finished_study.config
    values = yaml.safe_load(path.read_text())
    values["simulate"]["brain"]["signal_percent"] = 0.0
    path.write_text(yaml.safe_dump(values))
    return Study(folder, finished_study.config)


def test_nothing_of_the_networks_is_made_again(noise_study: Study) -> None:
    planned = noise_study.planned_rules()
    assert CHANGED & planned
    assert not {"simulate_clips", "extract_clips", "pretrain", "tune"} & planned


def test_pure_noise_gives_nothing(noise_study: Study) -> None:
    noise_study.snakemake(GROUP)
    maps = Maps.read(noise_study.folder / GROUP)
    assert np.nanmin(maps.values) >= 0.05


def test_the_original_study_had_something(finished_study: Study) -> None:
    maps = Maps.read(Path(finished_study.folder, GROUP))
    assert np.nanmin(maps.values) < 0.05
