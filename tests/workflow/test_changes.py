"""Every row of the change table, on a study with the user's own clips and scans."""

from pathlib import Path

import pytest

from tests.workflow.changes import (
    CHANGES,
    FAMILIES,
    FILES,
    GIVEN,
    OUTSIDE,
    OWN,
    Change,
    one_more_table,
    page,
)
from tests.workflow.sandbox import sandbox
from tests.workflow.study import Study

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_exactly_these_rules_run_again(request: pytest.FixtureRequest, change: Change) -> None:
    fixture = {OWN: "own_data_study", FAMILIES: "finished_study", FILES: "file_study"}
    fixture |= {OUTSIDE: "outside_study", GIVEN: "given_study"}
    study = request.getfixturevalue(fixture[change.study])
    with sandbox(study) as box:
        change.apply(box)
        planned = box.study.planned_rules()
    assert planned - {"write_lineage"} == set(change.rules)
    assert ("write_lineage" in planned) == (bool(change.rules) or change.lineage)


def test_one_clip_concerns_one_actor(own_data_study: Study) -> None:
    with sandbox(own_data_study) as box:
        box.rewrite("data/clips/Actor_01/*.mp4", lambda content: content + b"x")
        jobs = own_data_study.planned_jobs()
    assert jobs["extract_clips"] == 1


def test_one_run_concerns_one_participant(own_data_study: Study) -> None:
    with sandbox(own_data_study) as box:
        box.rewrite("data/bids/sub-01/func/*_run-2_bold.nii.gz", lambda content: content + b"x")
        jobs = own_data_study.planned_jobs()
    assert (jobs["estimate_motion"], jobs["estimate_betas"], jobs["searchlight"]) == (1, 1, 1)


def test_one_more_table_leaves_all_other_maps_as_they_are(outside_study: Study) -> None:
    with sandbox(outside_study) as box:
        one_more_table(box)
        jobs = outside_study.planned_jobs()
    assert (jobs["searchlight_of_set"], jobs["group_maps"]) == (3, 1)
    assert "searchlight" not in jobs


def test_the_documented_table_is_this_one(root: Path) -> None:
    assert (root / "docs/change_table.md").read_text() == page()


def test_the_table_is_complete() -> None:
    assert len(CHANGES) >= 30
    assert len({change.name for change in CHANGES}) == len(CHANGES)
