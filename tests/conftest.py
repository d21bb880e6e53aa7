"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.scheduling import FilesInOrder, place

ROOT = Path(__file__).parents[1]
# The same examples every time, however loaded the machine; FUZZ=1 looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("fuzz", derandomize=False, deadline=None)
settings.load_profile("fuzz" if os.environ.get("FUZZ") else "same")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesInOrder | None:
    """`--dist loadscope` means files here, in the order of tests/scheduling.py."""
    if config.getoption("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False
    return FilesInOrder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In workers alone: a single process keeps the order of files."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=place)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real data beside the checkout; tests that need it skip where it is absent."""
    path = ROOT.parent / "shared"
    if not (path / "data").is_dir():
        pytest.skip("needs ../shared/data (real clips and scans), which is not here")
    return path
