"""The smallest complete study, run once for all workflow tests."""

import os
from pathlib import Path

import pytest

from tests.workflow import own_data
from tests.workflow.changes import CONFIG
from tests.workflow.study import Study, clone


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """config/test.yaml, run to the end in a scratch clone.

    While working on tests, CROSSMODAL_TEST_STUDY may name a finished clone to use instead.
    """
    if existing := os.environ.get("CROSSMODAL_TEST_STUDY"):
        return Study(Path(existing), "config/test.yaml")
    study = clone(tmp_path_factory.mktemp("study"), "config/test.yaml")
    study.snakemake()
    return study


@pytest.fixture(scope="session")
def own_data_study(finished_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study whose clips and scans are the user's own; CROSSMODAL_TEST_OWN_STUDY reuses one."""
    if existing := os.environ.get("CROSSMODAL_TEST_OWN_STUDY"):
        return Study(Path(existing), CONFIG)
    return own_data.own_data_study(tmp_path_factory.mktemp("own"), finished_study)
