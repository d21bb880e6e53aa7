"""Which of pytest-xdist's workers gets which test, and in what order: `make test` on two cores.

All tests of one file go to one worker, as with `--dist loadfile`, but for files whose tests share
only what every worker has a copy of. Tests that run Snakemake come first: the first file makes the
study that most others need, and the next three, which the other worker takes meanwhile, do not wait
for it; single unit tests fill up.
(`--dist loadgroup` does this with marks; in pytest-xdist 3.8 with pytest 9.2 it ignores them.)
"""

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

FIRST = (
    "test_units", "test_interruptions", "test_real_input", "test_voices", "test_noise",
    "test_bad_input", "test_how_to_pages", "test_compcor", "test_planning",
)  # fmt: skip
# Every test of these files may go to any worker: they share no study but those of
# tests/workflow/conftest.py.
SPREAD = ("test_study", "test_changes")


class FilesInOrder(LoadScopeScheduling):
    """A worker's next piece of work is the next file, or the next test of a file of SPREAD."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if PurePosixPath(file).stem in SPREAD else file


def place(item: pytest.Item) -> int:
    """The sort key of a test: workflow tests in the order of FIRST, then the others."""
    stem = item.path.stem
    if item.get_closest_marker("workflow") is None:
        return len(FIRST) + 2
    return FIRST.index(stem) if stem in FIRST else len(FIRST) + (stem in SPREAD)
