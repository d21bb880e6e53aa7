"""Bad input stops a real run before any work, and what is finished stays."""

from pathlib import Path

import pytest

from crossmodal.provenance.hashing import sha256_file
from tests.workflow.sandbox import sandbox
from tests.workflow.study import Study

pytestmark = pytest.mark.workflow
RESULTS = ("clips", "network", "rdms", "betas", "searchlight", "group", "figures")


def digests(study: Study) -> dict[Path, str]:
    """Of everything that jobs made, but for records, logs and times."""
    folder = study.folder / "results-own"
    paths = [path for name in RESULTS for path in sorted((folder / name).rglob("*"))]
    return {path: sha256_file(path) for path in paths if path.is_file()}


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("data/clips/Actor_07/*.mp4", "Actor_07"),
        ("data/bids/sub-02/func/*_bold.nii.gz", "sub-02"),
    ],
)
def test_a_cut_file_stops_the_run_and_costs_nothing(
    own_data_study: Study, file: str, named: str
) -> None:
    before = digests(own_data_study)
    assert len(before) > 50
    with sandbox(own_data_study) as box:
        box.rewrite(file, lambda content: content[: len(content) // 2])
        run = own_data_study.snakemake(check=False)
    assert run.returncode != 0
    assert named in run.stdout
    assert "Finished job" not in run.stdout
    assert digests(own_data_study) == before
    assert not own_data_study.planned_rules()
