"""The plan counts the jobs of the published study without its data."""

from pathlib import Path

import pytest

from crossmodal.commands.plan import count_jobs
from crossmodal.contracts.config import load_config
from crossmodal.plan.dimensions import Data

pytestmark = pytest.mark.workflow


def test_job_counts_of_the_published_study(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    jobs = count_jobs(load_config("config/ravdess.yaml"), Data())
    assert jobs["extract_clips"] == 24
    assert jobs["tune"] == 40
    assert jobs["estimate_motion"] == 43 * 6
    assert jobs["searchlight"] == 43
    assert not [rule for rule in jobs if rule.startswith("simulate")]
