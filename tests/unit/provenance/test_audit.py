"""A hand-made study of three files, then one byte changed in each kind of file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crossmodal.commands.audit import audited
from crossmodal.contracts.atomic import write_json
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.audit import Auditor, read_sidecar
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import read_lineage, read_record, sidecar
from crossmodal.provenance.record import sealed


def write_record(rule: str, inputs: list[str], outputs: list[str]) -> str:
    path = f"results/provenance/records/{rule}/all.json"
    content = {
        "rule": rule,
        "wildcards": {},
        "inputs": {file: sha256_file(file) for file in inputs},
        "code": {"script.py": sha256_file("script.py")},
        "params": {},
        "versions": {},
        "outputs": {file: sha256_file(file) for file in outputs},
        "git": {"commit": "unknown", "dirty": None},
        "start": "2026-01-01T00:00:00",
        "end": "2026-01-01T00:00:01",
    }
    write_json(path, sealed(content))
    return path


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """raw.mp4 -> clips.h5 -> (temp.h5 -> ) figure.png, with its sidecar."""
    monkeypatch.chdir(tmp_path)
    files = ("data/raw.mp4", "script.py", "results/clips.h5", "results/t/temp.h5",
             "results/figures/fig.png")  # fmt: skip
    for name in files:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"content of {name}")
    records = [
        write_record("extract", ["data/raw.mp4"], ["results/clips.h5"]),
        write_record("activate", ["results/clips.h5"], ["results/t/temp.h5"]),
        write_record("draw", ["results/t/temp.h5"], ["results/figures/fig.png"]),
    ]
    content = sidecar(read_lineage(records), "fig", ["results/figures/fig.png"], ["results/t/"])
    write_json("results/figures/fig.prov.json", sealed(content))
    Path("results/t/temp.h5").unlink()
    return Path("results/figures/fig.prov.json")


def test_an_untouched_study_is_verified(study: Path) -> None:
    verdict = Auditor().audit(study)
    assert verdict.verified
    assert (verdict.n_jobs, verdict.n_files) == (3, 5)


def test_sidecar_holds_the_raw_bytes(study: Path) -> None:
    content = read_sidecar(study)
    assert content["raw_inputs"] == {"data/raw.mp4": sha256_file("data/raw.mp4")}
    assert [job["rule"] for job in content["jobs"]] == ["draw", "activate", "extract"]


@pytest.mark.parametrize(
    ("path", "kind", "rule"),
    [
        ("data/raw.mp4", "raw input", "extract"),
        ("results/clips.h5", "output", "extract"),
        ("results/figures/fig.png", "figure", "draw"),
        ("script.py", "code", "draw"),
    ],
)
def test_one_changed_byte_is_found_and_named(study: Path, path: str, kind: str, rule: str) -> None:
    with open(path, "ab") as file:
        file.write(b"x")
    findings = Auditor().audit(study).findings
    assert (path, kind, rule) in {(f.path, f.kind, f.rule) for f in findings}


def edit_json(path: str, change: Callable[[dict], None]) -> None:
    content = json.loads(Path(path).read_text())
    change(content)
    Path(path).write_text(json.dumps(content))


def test_edited_record_is_found(study: Path) -> None:
    path = "results/provenance/records/extract/all.json"
    edit_json(path, lambda record: record.update(end="2026-01-01T00:00:02"))
    (finding,) = Auditor().audit(study).findings
    assert (finding.path, finding.kind, finding.rule) == (path, "record edited", "extract")


def test_edited_sidecar_is_found(study: Path) -> None:
    edit_json(str(study), lambda content: content.update(figure="other"))
    (finding,) = Auditor().audit(study).findings
    assert (finding.path, finding.kind) == (str(study), "sidecar edited")


def one_space_for_a_newline(path: str | Path) -> None:
    """The same JSON in other bytes."""
    text = Path(path).read_text()
    Path(path).write_text(text.replace("\n", " ", 1))
    assert json.loads(Path(path).read_text()) == json.loads(text)


def test_other_bytes_of_the_same_content_are_found(study: Path) -> None:
    record = "results/provenance/records/extract/all.json"
    for path, kind in ((study, "sidecar edited"), (record, "record edited")):
        before = Path(path).read_bytes()
        one_space_for_a_newline(path)
        (finding,) = Auditor().audit(study).findings
        assert (finding.path, finding.kind) == (str(path), kind)
        assert finding.expected != finding.got
        Path(path).write_bytes(before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda job: job.update(inpots=job.pop("inputs")), "fields: .* no \\['inputs'"),
        (lambda job: job.update(outputs=[]), "outputs: expected dict, got list"),
        (lambda job: job["code"].update({"script.py": 1}), "code: expected a digest for each file"),
        (lambda job: job.update(record=None), "record: expected str, got NoneType"),
    ],
)
def test_malformed_job_in_a_sidecar(
    study: Path, change: Callable[[dict], object], message: str
) -> None:
    edit_json(str(study), lambda content: change(content["jobs"][1]))
    with pytest.raises(InputError, match=message):
        read_sidecar(study)


def test_every_letter_of_a_sidecar_and_a_record_counts(study: Path) -> None:
    """One byte changed anywhere is a finding or one clear error, never another exception."""
    for path in (study, Path("results/provenance/records/draw/all.json")):
        before = path.read_bytes()
        for at in range(0, len(before), 7):
            path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
            assert not audited(Auditor(), study).verified, (path, at)
        path.write_bytes(before)


def test_unreadable_record_is_a_finding(study: Path) -> None:
    Path("results/provenance/records/draw/all.json").write_text("{")
    (finding,) = Auditor().audit(study).findings
    assert finding.kind == "record"


def test_record_newer_than_the_figure_is_found(study: Path) -> None:
    Path("results/clips.h5").write_text("new")
    write_record("extract", ["data/raw.mp4"], ["results/clips.h5"])
    kinds = {finding.kind for finding in Auditor().audit(study).findings}
    assert "record newer than the figure" in kinds


def test_deleted_intermediate_is_found_but_not_a_temporary_one(study: Path) -> None:
    Path("results/clips.h5").unlink()
    (finding,) = Auditor().audit(study).findings
    assert (finding.path, finding.got) == ("results/clips.h5", "no such file")


def test_data_outside_the_work_dir_is_found_by_its_config_key(tmp_path: Path) -> None:
    auditor = Auditor({"stimuli.clips_dir": str(tmp_path)})
    assert auditor.locate("<stimuli.clips_dir>/a/b.mp4") == tmp_path / "a/b.mp4"


def test_no_such_figure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a figure of this study, got no such sidecar"):
        read_sidecar(tmp_path / "fig9.prov.json")


def test_malformed_sidecar(tmp_path: Path) -> None:
    (tmp_path / "a.prov.json").write_text("{")
    with pytest.raises(InputError, match="sidecar: expected JSON"):
        read_sidecar(tmp_path / "a.prov.json")
    (tmp_path / "a.prov.json").write_text("{}")
    with pytest.raises(InputError, match="fields: expected .* got no \\['figure'"):
        read_sidecar(tmp_path / "a.prov.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "a JSON record"), ("[]", "a JSON object, got list"), ("{}", "got no \\['rule'")],
)
def test_malformed_record(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(InputError, match=message):
        read_record(tmp_path / "r.json")


def test_lineage_of_a_file_that_the_study_did_not_make(study: Path) -> None:
    lineage = read_lineage(sorted(Path("results").rglob("records/*/*.json")))
    with pytest.raises(InputError, match="expected a file made by this study, got no record"):
        lineage.upstream("holiday.jpg")


def test_two_records_of_one_output(study: Path) -> None:
    write_record("again", [], ["results/clips.h5"])
    with pytest.raises(InputError, match="made twice"):
        read_lineage(sorted(Path("results").rglob("records/*/*.json")))
