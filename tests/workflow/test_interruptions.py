"""Whatever interrupts a study: the rerun gives the bytes of an undisturbed run.

Two studies: one of clips alone, for a quick answer, and one with every rule (`full`). The
undisturbed run is made twice, in folders of different depth, so that the same files also tell
whether two clean runs agree.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import read_record, record_files
from tests.workflow.interruption import (
    kill_group,
    limit_file_size,
    small_disk,
    start,
    wait_until,
)
from tests.workflow.small_study import (
    CONFIG,
    RESULTS,
    differences,
    result_digests,
    small_study,
)
from tests.workflow.study import CORES, Study, clone, environment

pytestmark = pytest.mark.workflow
N_KILLS = 10
SEED = 20210507
LIMIT_S = 3600
RECORDS = f"{RESULTS}/provenance/records"
# Cheap jobs, a large file among them, and all that follows is made again on the full disk.
DELETED = {
    "clips only": ("clips/actor-02.h5", "rdms/labels/categories.h5"),
    "every rule": ("betas/sub-02.h5", "rdms/labels/categories.h5", "figures/contact_sheet.png"),
}


@pytest.fixture(
    scope="module",
    params=["clips only", pytest.param("every rule", marks=pytest.mark.full)],
)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def undisturbed(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """CROSSMODAL_TEST_SMALL_STUDY reuses a finished one (of the kind chosen by -k)."""
    if existing := os.environ.get("CROSSMODAL_TEST_SMALL_STUDY"):
        return Study(Path(existing), CONFIG)
    study = small_study(tmp_path_factory.mktemp("undisturbed"), kind)
    study.snakemake()
    return study


@pytest.fixture(scope="module")
def expected(undisturbed: Study) -> dict[str, str]:
    return result_digests(undisturbed.folder / RESULTS)


@pytest.fixture
def copy(undisturbed: Study, tmp_path: Path) -> Study:
    """A copy of the finished study, times and Snakemake's memory included."""
    folder = tmp_path / "copy"
    shutil.copytree(undisturbed.folder, folder, symlinks=True)
    return Study(folder, undisturbed.config)


def broken_promises(study: Study, deleted: tuple[str, ...] = ()) -> dict[str, str]:
    """Outputs of finished jobs that are missing (but for ``deleted``) or other than recorded.

    Of a job whose record is there, everything must be there: nothing partial counts as complete.
    """
    broken = {}
    known = {f"{RESULTS}/{name}" for name in deleted}
    for path in record_files(study.folder / RESULTS):
        for name, digest in read_record(path)["outputs"].items():
            file = study.folder / name
            if not file.exists() and name not in known:
                broken[name] = "missing"
            elif file.exists() and sha256_file(file) != digest:
                broken[name] = "other bytes"
    return broken


def job_began_since(study: Study, time_s: float) -> bool:
    logs = (study.folder / RESULTS / "logs").rglob("*.log")
    return any(path.stat().st_mtime > time_s for path in logs)


def run_to_the_end(study: Study) -> None:
    study.snakemake()
    assert study.planned_rules() == set()
    assert study.crossmodal("audit").returncode == 0


def test_one_small_study_has_every_rule_of_the_test_study(tmp_path: Path) -> None:
    whole = clone(tmp_path / "whole", CONFIG).planned_rules()
    assert small_study(tmp_path / "small", "every rule").planned_rules() == whole


def test_two_clean_runs_give_the_same_bytes(
    kind: str, expected: dict[str, str], tmp_path: Path
) -> None:
    again = small_study(tmp_path / "a/folder/of/another/depth", kind)
    again.snakemake()
    assert differences(expected, result_digests(again.folder / RESULTS)) == {}


def run_and_kill(study: Study, log: Path, number: int, n_jobs: int, delay_s: float) -> None:
    """Run until ``n_jobs`` are done, go on for ``delay_s``, kill by SIGKILL or SIGTERM in turn."""
    began = time.time()
    process = start(study, log)
    wait_until(process, lambda: len(record_files(study.folder / RESULTS)) >= n_jobs, LIMIT_S)
    if number % 3:  # the others may fall into the planning, too
        wait_until(process, lambda: job_began_since(study, began), LIMIT_S)
    time.sleep(delay_s)
    assert process.poll() in (None, 0), f"failed by itself at kill {number}: see {log}"
    kill_group(process, (signal.SIGKILL, signal.SIGTERM)[number % 2])


def test_killed_ten_times_at_random_moments(
    kind: str, expected: dict[str, str], tmp_path: Path
) -> None:
    study, log = small_study(tmp_path, kind), tmp_path / "log.txt"
    rng = random.Random(SEED)
    n_jobs = sum(name.startswith("provenance/records/") for name in expected)
    # The last jobs could end before the signal comes.
    moments = sorted(rng.choices(range(n_jobs - min(5, n_jobs // 3)), k=N_KILLS))
    for number, moment in enumerate(moments):
        run_and_kill(study, log, number, moment, rng.uniform(0, 6))
        assert broken_promises(study) == {}, f"after kill {number}, at {moment} jobs"
        if len(record_files(study.folder / RESULTS)) == n_jobs:
            shutil.rmtree(study.folder / RESULTS)  # faster than the signal: killed in a new life
    run_to_the_end(study)
    assert differences(expected, result_digests(study.folder / RESULTS)) == {}


def delete_some(study: Study, kind: str) -> None:
    for name in DELETED[kind]:
        (study.folder / RESULTS / name).unlink()


def test_disk_that_fills_up(
    kind: str, undisturbed: Study, expected: dict[str, str], tmp_path: Path
) -> None:
    """A tmpfs on the results folder, with room for a part of what has to be made again."""
    study = Study(tmp_path / "copy", undisturbed.config)
    ignore = shutil.ignore_patterns(RESULTS)
    shutil.copytree(undisturbed.folder, study.folder, symlinks=True, ignore=ignore)
    with small_disk(study.folder / RESULTS, 2000) as remount:
        shutil.copytree(undisturbed.folder / RESULTS, study.folder / RESULTS, dirs_exist_ok=True)
        delete_some(study, kind)
        remount(f"size={used_mb(study.folder / RESULTS) + 1}m")
        failed = study.snakemake(check=False)
        assert failed.returncode
        assert "No space left on device" in failed.stdout
        assert broken_promises(study, DELETED[kind]) == {}
        remount("size=2000m")
        run_to_the_end(study)
        assert differences(expected, result_digests(study.folder / RESULTS)) == {}


def test_a_question_during_a_run_changes_nothing_and_a_second_run_is_refused(
    copy: Study, tmp_path: Path
) -> None:
    """With an edit under way, so that the guard has something to say each time."""
    script = copy.folder / "src/crossmodal/stimuli/crops.py"
    script.write_text(script.read_text() + "# edited\n")
    before = contents(copy.folder / RESULTS)
    assert "crops.py changed" in copy.crossmodal("why").stdout
    assert contents(copy.folder / RESULTS) == before
    began, process = time.time(), start(copy, tmp_path / "log.txt")
    wait_until(process, lambda: job_began_since(copy, began), LIMIT_S)
    assert "extract_clips" in copy.crossmodal("why").stdout
    assert "at work" in copy.crossmodal("watch", "--once").stdout
    second = copy.snakemake(check=False)
    assert second.returncode
    assert "no other run at work" in re.sub(r"\W+", " ", second.stdout)
    assert process.wait(LIMIT_S) == 0
    assert "jobs done; no run is at work" in copy.crossmodal("watch").stdout
    assert broken_promises(copy) == {}
    run_to_the_end(copy)


def contents(folder: Path) -> dict[str, str]:
    return {str(path): sha256_file(path) for path in folder.rglob("*") if path.is_file()}


def used_mb(folder: Path) -> int:
    usage = shutil.disk_usage(folder)
    return usage.used // 2**20 + 1


def test_files_that_cannot_be_written_to_the_end(
    kind: str, copy: Study, expected: dict[str, str], tmp_path: Path
) -> None:
    """Needs no right to mount: a limit on the size of files cuts the larger ones short."""
    delete_some(copy, kind)
    process = start(copy, tmp_path / "log.txt", limit_file_size(500_000))
    assert process.wait(LIMIT_S)
    assert "File too large" in (tmp_path / "log.txt").read_text()
    assert broken_promises(copy, DELETED[kind]) == {}
    run_to_the_end(copy)
    assert differences(expected, result_digests(copy.folder / RESULTS)) == {}


def folders(top: Path) -> list[Path]:
    return [top, *(path for path in top.rglob("*") if path.is_dir())]


@pytest.fixture
def read_only(kind: str, copy: Study) -> Iterator[Study]:
    """The copy with one result to be made again, in folders in which nothing can be written."""
    delete_some(copy, kind)
    folders = [
        copy.folder / RESULTS,
        *(p for p in (copy.folder / RESULTS).rglob("*") if p.is_dir()),
    ]
    modes = {folder: folder.stat().st_mode for folder in folders}
    for folder in modes:
        folder.chmod(0o555)
    yield copy
    for folder, mode in modes.items():
        folder.chmod(mode)


def test_read_only_results_folder(read_only: Study, expected: dict[str, str]) -> None:
    results = read_only.folder / RESULTS
    before = result_digests(results)
    with_right = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    without = with_right if os.geteuid() == 0 else []  # permissions do not bind root
    if without and shutil.which("setpriv") is None:
        pytest.skip("root needs setpriv (util-linux) to be bound by permissions")
    command = [*without, "snakemake", "--configfile", read_only.config, "--cores", CORES]
    variables = environment() | {"COLUMNS": "300"}  # problems are rows of a table
    failed = subprocess.run(
        command, cwd=read_only.folder, env=variables, capture_output=True, text=True
    )
    assert failed.returncode
    for said in ("a folder to write in", "it is read-only"):
        assert said in failed.stdout + failed.stderr
    assert result_digests(results) == before
    for folder in folders(results):
        folder.chmod(0o755)
    run_to_the_end(read_only)
    assert differences(expected, result_digests(results)) == {}
