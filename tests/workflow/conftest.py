"""Finished studies, each run once for all workflow tests.

Of several workers (`-n 2`) the first that needs a study makes it; the others wait, and each works
on a copy of its own. The order of tests/scheduling.py keeps them from waiting for each other.
"""

import os
from pathlib import Path

import pytest

from tests.workflow import file_study as file_rdms
from tests.workflow import outside, own_data
from tests.workflow.changes import CONFIG
from tests.workflow.study import Study, clone, copied, made_once


@pytest.fixture(scope="session")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of studies that all workers of this session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def pristine_study(studies: Path) -> Study:
    """config/test.yaml, run to the end in a scratch clone; nobody changes it.

    While working on tests, CROSSMODAL_TEST_STUDY may name a finished clone to use instead.
    """
    if existing := os.environ.get("CROSSMODAL_TEST_STUDY"):
        return Study(Path(existing), "config/test.yaml")
    return made_once(studies / "finished", _finished)


def _finished(folder: Path) -> Study:
    study = clone(folder, "config/test.yaml")
    study.snakemake()
    return study


@pytest.fixture(scope="session")
def finished_study(pristine_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """This worker's copy of the finished study."""
    return copied(pristine_study, tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def own_data_study(
    pristine_study: Study, studies: Path, tmp_path_factory: pytest.TempPathFactory
) -> Study:
    """A study whose clips and scans are the user's own; CROSSMODAL_TEST_OWN_STUDY reuses one."""
    if existing := os.environ.get("CROSSMODAL_TEST_OWN_STUDY"):
        made = Study(Path(existing), CONFIG)
    else:
        made = made_once(
            studies / "own", lambda folder: own_data.own_data_study(folder, pristine_study)
        )
    return copied(made, tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="session")
def file_study(studies: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of RDMs from files alone."""
    made = made_once(studies / "files", file_rdms.file_study)
    return copied(made, tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def outside_study(studies: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of betas and regions that other programs left."""
    made = made_once(studies / "outside", outside.outside_study)
    return copied(made, tmp_path_factory.mktemp("outside"))


@pytest.fixture(scope="session")
def given_study(studies: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A group test of maps that another program left."""
    made = made_once(studies / "given", outside.given_study)
    return copied(made, tmp_path_factory.mktemp("given"))
