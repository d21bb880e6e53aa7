import json
import os
from pathlib import Path

import pytest

from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.guard import (
    Fingerprints,
    changed_plan,
    freshen,
    reasons_in,
    report,
    stale_records,
    unwritable,
)
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.record import sealed

RECORD = "records/extract/actor-01.json"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("raw.mp4", "script.py", "clips.h5"):
        Path(name).write_text(f"content of {name}")
    content = {
        "rule": "extract",
        "wildcards": {},
        "inputs": {"raw.mp4": sha256_file("raw.mp4")},
        "code": {"script.py": sha256_file("script.py")},
        "params": {},
        "versions": {},
        "outputs": {"clips.h5": sha256_file("clips.h5")},
        "git": {},
    }
    write_json(RECORD, sealed(content))
    return tmp_path


def look() -> tuple[dict[str, str], int]:
    fingerprints = Fingerprints("fingerprints.json")
    reasons = stale_records([RECORD], fingerprints)
    fingerprints.write()
    return reasons, fingerprints.n_hashed


def test_an_untouched_study_holds_and_is_hashed_once(study: Path) -> None:
    assert look() == ({}, 3)
    assert look() == ({}, 0)
    assert Path(RECORD).exists()


def test_touched_file_is_hashed_again_but_holds(study: Path) -> None:
    look()
    os.utime("raw.mp4")
    assert look() == ({}, 1)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("raw.mp4", "input raw.mp4 changed"),
        ("script.py", "code script.py changed"),
        ("clips.h5", "output clips.h5 changed"),
    ],
)
def test_new_content_under_the_old_times_is_found(study: Path, path: str, reason: str) -> None:
    look()
    before = os.stat(path)
    content = Path(path).read_text()
    Path(path).write_text(content.swapcase())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(path).st_mtime_ns == before.st_mtime_ns
    assert os.stat(path).st_size == before.st_size
    assert look() == ({RECORD: reason}, 1)
    assert look() == ({RECORD: reason}, 0), "said as long as it does not hold"
    Path(path).write_text(content)
    assert look()[0] == {}, "the edit was taken back"


def test_edited_record_is_found(study: Path) -> None:
    record = json.loads(Path(RECORD).read_text())
    record["params"] = {"radius_mm": 1}
    Path(RECORD).write_text(json.dumps(record))
    assert look()[0] == {RECORD: "the record was edited"}


def test_record_with_other_bytes_of_the_same_content_is_found(study: Path) -> None:
    Path(RECORD).write_text(Path(RECORD).read_text().replace("\n", " ", 1))
    assert look()[0] == {RECORD: "the record was edited"}


def test_record_with_malformed_fields_is_found(study: Path) -> None:
    record = json.loads(Path(RECORD).read_text())
    write_json(RECORD, sealed(record | {"inputs": ["raw.mp4"]}))
    assert look()[0] == {RECORD: "unreadable: list"}


def test_unreadable_record_is_found(study: Path) -> None:
    Path(RECORD).write_text("{")
    assert look()[0][RECORD].startswith("unreadable")


def test_another_version_of_a_package_is_stale_but_not_of_python(study: Path) -> None:
    record = json.loads(Path(RECORD).read_text())
    write_json(RECORD, sealed(record | {"versions": {"python": "3.11.2", "scipy": "1.0"}}))
    fingerprints = Fingerprints("fingerprints.json")
    today = {"python": "3.11.7", "scipy": "1.0", "torch": "2"}
    assert stale_records([RECORD], fingerprints, versions=today) == {}
    reasons = stale_records([RECORD], fingerprints, versions=today | {"scipy": "1.1"})
    assert reasons == {RECORD: "version of scipy changed from 1.0 to 1.1"}
    assert stale_records([RECORD], fingerprints, versions=None) == {}


def test_a_package_that_is_installed_later_makes_nothing_stale(study: Path) -> None:
    record = json.loads(Path(RECORD).read_text())
    versions = {"dipy": "not installed", "scipy": "1.0"}
    write_json(RECORD, sealed(record | {"versions": versions}))
    fingerprints = Fingerprints("fingerprints.json")
    later = {"dipy": "1.12", "scipy": "1.0"}
    assert stale_records([RECORD], fingerprints, versions=later) == {}
    gone = {"dipy": "1.12", "scipy": "not installed"}
    reasons = stale_records([RECORD], fingerprints, versions=gone)
    assert reasons == {RECORD: "version of scipy changed from 1.0 to not installed"}


def test_absolute_file_of_a_config_key_is_found(study: Path) -> None:
    atlas = study / "atlas.nii.gz"
    atlas.write_text("labels")
    fingerprints = Fingerprints("fingerprints.json", {"roi.atlas.image": str(atlas)})
    assert fingerprints.digest("<roi.atlas.image>/atlas.nii.gz") == sha256_file(atlas)


def test_files_that_are_gone_are_left_to_snakemake(study: Path) -> None:
    Path("clips.h5").unlink()
    Path("raw.mp4").unlink()
    assert look()[0] == {}


def test_damaged_fingerprints_are_made_again(study: Path) -> None:
    look()
    Path("fingerprints.json").write_text("{")
    assert look() == ({}, 3)


def test_freshen_gives_all_results_one_time(study: Path) -> None:
    os.utime("clips.h5", (0, 0))
    assert freshen([RECORD]) == 2
    assert os.stat("clips.h5").st_mtime_ns == os.stat(RECORD).st_mtime_ns
    assert os.stat("clips.h5").st_mtime_ns >= os.stat("raw.mp4").st_mtime_ns


def test_report_names_jobs_and_reasons() -> None:
    assert report({}, 0) == []
    assert report({}, 5) == ["guard: 5 file(s) hashed, all results hold"]
    lines = report({f"records/a/{i}.json": "input x changed" for i in range(12)}, 3)
    assert "12 result(s)" in lines[0]
    assert "a/0: input x changed" in lines[1]
    assert "2 more" in lines[-2]


def test_reasons_can_be_read_from_the_report() -> None:
    reasons = {f"records/a/{i}.json": f"code {i}.py changed" for i in range(12)}
    text = "\n".join(["Building DAG", *report(reasons, 3, shown=12), "Job 3: guard it"])
    assert reasons_in(text) == {f"a/{i}": f"code {i}.py changed" for i in range(12)}


def test_data_roots_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "a.nii.gz").write_text("x")
    fingerprints = Fingerprints(tmp_path / "f.json", {"scans.bids_dir": str(tmp_path)})
    assert fingerprints.digest("<scans.bids_dir>/a.nii.gz") == sha256_file(tmp_path / "a.nii.gz")
    assert fingerprints.digest("<scans.bids_dir>/b.nii.gz") is None


RECORDED = {"params": {"seed": 1}, "inputs": {"a.h5": "x"}, "code": {"b.py": "y"}}


@pytest.mark.parametrize(
    ("params", "inputs", "reason"),
    [
        ({"seed": 1}, ["a.h5", "b.py"], None),
        ({"seed": 2}, ["a.h5", "b.py"], "param seed changed"),
        ({"seed": 1, "radius_mm": 9}, ["a.h5", "b.py"], "param radius_mm changed"),
        ({}, ["a.h5", "b.py"], "param seed changed"),
        ({"seed": 1}, ["a.h5", "b.py", "c.h5"], "input c.h5 is new or gone"),
        ({"seed": 1}, ["b.py"], "input a.h5 is new or gone"),
    ],
)
def test_a_job_that_is_planned_otherwise_today_is_found(params, inputs, reason) -> None:
    assert changed_plan(RECORDED, params, inputs) == reason


def test_unwritable_folder_is_a_problem_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unwritable(tmp_path / "results/of/a/study") is None
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "read-only" in str(unwritable(tmp_path / "results"))


def digests(folder: Path) -> dict[str, str]:
    return {str(path): sha256_file(path) for path in folder.rglob("*") if path.is_file()}


def test_looking_changes_no_file(study: Path) -> None:
    Path("raw.mp4").write_text("other")
    before = digests(study)
    reasons = stale_records([RECORD], Fingerprints("fingerprints.json"))
    assert reasons == {RECORD: "input raw.mp4 changed"}
    assert digests(study) == before
