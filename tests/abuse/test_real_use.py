"""A checkout as people use it: two studies at once, questions while a run works, a shared crate.

The studies are two jobs each, the RDMs of a table and the lineage, so that only planning costs.
"""

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossmodal.provenance.hashing import sha256_file
from tests.workflow.interruption import kill_group, start, wait_until
from tests.workflow.study import Study, clone

pytestmark = pytest.mark.workflow
LIMIT_S = 600
MINE, THEIRS = "mine.yaml", "theirs.yaml"
# A job waits while there is a file 'wait-TABLE', and says that it has begun.
GATE = """
import pathlib
import time

pathlib.Path(f"begun-{snakemake.wildcards.name}").touch()
while pathlib.Path(f"wait-{snakemake.wildcards.name}").exists():
    time.sleep(0.1)
"""
# A Slurm that knows one job of this folder until it is cancelled.
SQUEUE = """#!/bin/sh
test ! -e job || echo "77|$PWD|rule_tune"
"""
SCANCEL = """#!/bin/sh
rm -f job
"""


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A finished study; a second one lies in the same checkout, and a Slurm is on PATH."""
    study = clone(tmp_path_factory.mktemp("checkout"), MINE)
    for name in ("mine", "theirs"):
        (study.folder / f"{name}.tsv").write_text("condition\tsize\na\t1\nb\t2\nc\t5\n")
        config = f"study: {{name: {name}}}\nmodels: {{tables: {{{name}: {name}.tsv}}}}\n"
        (study.folder / f"{name}.yaml").write_text(f"{config}figures: null\n")
    script = study.folder / "workflow/scripts/compute_table_rdms.py"
    script.write_text(script.read_text() + GATE)
    programs = study.folder.parent / "programs"
    programs.mkdir()
    program(programs / "squeue", SQUEUE)
    program(programs / "scancel", SCANCEL)
    study.snakemake()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(programs), prepend=":")
        yield study


@pytest.fixture(scope="module")
def working(mine: Study) -> Iterator[subprocess.Popen]:
    """A run of ``mine`` whose job has begun and waits."""
    folder = mine.folder
    (folder / "begun-mine").unlink()
    (folder / "wait-mine").touch()
    (folder / "job").touch()
    with open(folder / "mine.tsv", "a") as table:
        table.write("d\t9\n")
    process = start(mine, folder.parent / "log.txt")
    try:
        wait_until(process, (folder / "begun-mine").exists, LIMIT_S)
        yield process
    finally:
        kill_group(process, 9)


def contents(folder: Path) -> dict[str, str]:
    """Digest of every file of code and results; Snakemake keeps logs of questions, too."""
    own = (".snakemake", "__pycache__")
    files = [path for path in folder.rglob("*") if path.is_file() and not {*own} & {*path.parts}]
    return {str(path): sha256_file(path) for path in files}


LINEAGE = ("lineage", "results-mine/rdms/table/mine.h5")
QUESTIONS = (("why",), ("audit",), LINEAGE, ("watch", "--once"), ("summary",), ("crate",))


def test_a_question_during_a_run_changes_no_file(mine: Study, working: subprocess.Popen) -> None:
    before = contents(mine.folder)
    assert "compute_table_rdms" in mine.snakemake("--dry-run").stdout
    said = {question[0]: mine.crossmodal(*question) for question in QUESTIONS}
    assert contents(mine.folder) == before
    assert "compute_table_rdms" in said["why"].stdout
    assert "0 of 2 jobs done, 1 at work" in said["watch"].stdout
    assert not any("Traceback" in one.stderr for one in said.values())
    assert said["crate"].returncode, "half of it is being made again"
    assert working.poll() is None


def test_two_studies_in_one_checkout(mine: Study, working: subprocess.Popen) -> None:
    assert not (mine.folder / "job").exists(), "an orphan: nobody else was at work then"
    (mine.folder / "job").touch()
    theirs = Study(mine.folder, THEIRS)
    assert "another study runs in this folder" in theirs.snakemake().stdout
    assert (mine.folder / "job").exists(), "it is the live run's, and was cancelled"
    assert theirs.planned_jobs() == {}
    assert "no run is at work" in theirs.crossmodal("watch").stdout
    second = mine.snakemake(check=False)
    assert second.returncode
    assert working.poll() is None


def test_a_question_after_the_run_changes_no_file(mine: Study, working: subprocess.Popen) -> None:
    (mine.folder / "wait-mine").unlink()
    assert working.wait(LIMIT_S) == 0, (mine.folder.parent / "log.txt").read_text()
    assert mine.crossmodal("crate").returncode == 0
    before = contents(mine.folder)
    (mine.folder / "other.yaml").write_text((mine.folder / MINE).read_text() + "# a remark\n")
    other = Study(mine.folder, "other.yaml")
    for question in (("why",), ("audit",), LINEAGE):
        assert "Traceback" not in other.crossmodal(*question).stderr
    (mine.folder / "other.yaml").unlink()
    assert contents(mine.folder) == before
    assert mine.planned_jobs() == {}


def test_a_shared_crate_is_whole(mine: Study) -> None:
    """What it lists is in it, as described; where a record is missing it ends with 1."""
    assert mine.crossmodal("crate").returncode == 0
    crate = mine.folder / "results-mine/crate"
    graph = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    parts = {one["@id"]: one for one in graph if "File" in one["@type"]}
    assert all((crate / name).is_file() for name in parts)
    described = {name: one["sha256"] for name, one in parts.items() if "sha256" in one}
    assert described == {name: sha256_file(crate / name) for name in described}
    records = [path for path in parts if "/provenance/records/" in path]
    assert len(records) == 2
    record = mine.folder / "results-mine/provenance/records/compute_table_rdms/mine.json"
    content = record.read_bytes()
    record.unlink()
    lacking = mine.crossmodal("crate")
    record.write_bytes(content)
    assert lacking.returncode == 1
    assert "compute_table_rdms/mine.json" in lacking.stderr
