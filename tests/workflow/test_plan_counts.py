"""The plan counts the jobs of the published study without its data."""

from pathlib import Path

import pytest

from crossmodal.commands.plan import count_jobs
from crossmodal.plan.dimensions import Data
from crossmodal.study.validate import load_study

pytestmark = pytest.mark.workflow


def test_job_counts_of_the_published_study(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    jobs = count_jobs(load_study("config/ravdess.yaml"), Data())
    assert jobs["extract_clips"] == 24
    assert jobs["tune"] == 40
    assert jobs["estimate_motion"] == 43 * 6
    assert jobs["searchlight"] == 43
    assert not [rule for rule in jobs if rule.startswith("simulate")]


@pytest.mark.parametrize(
    ("name", "n_actors", "n_variants"), [("mrpn_ravdess", 24, 9), ("mrpn_cremad", 91, 4)]
)
def test_job_counts_of_the_published_tables_of_mrpn(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, n_actors: int, n_variants: int
) -> None:
    monkeypatch.chdir(root)
    jobs = count_jobs(load_study(f"config/{name}.yaml"), Data())
    assert jobs == {
        "select_stimuli": 1,
        "extract_clips": n_actors,
        "draw_contact_sheet": 1,
        "mrpn_train": n_variants,
        "mrpn_tables": 1,
        "mrpn_rdms": 1,
        "draw_mrpn": 1,
        "write_lineage": 1,
    }
