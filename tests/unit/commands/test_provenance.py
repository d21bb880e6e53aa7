"""lineage, audit, why and crate, asked of a small study made by the real figure scripts."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml

from crossmodal import cli
from crossmodal.commands.audit import scratch_study
from crossmodal.commands.lineage import find
from crossmodal.commands.why import parse_jobs, parse_rules
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.embedded import embedded_ids
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import read_lineage, record_files, study_records
from crossmodal.provenance.record import sealed
from crossmodal.rsa.config import SearchlightConfig
from tests.unit import report_study

FIGURE = "results/figures/fig2_rdms"
CODE = ("Snakefile", "workflow", "src", "config", "profiles", "resources")


@pytest.fixture(scope="module")
def finished(tmp_path_factory, root: Path) -> Path:
    """The study's folder, with links to the code."""
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in CODE:
            Path(name).symlink_to(root / name)
        report_study.write_study(root)
        Path("study.yaml").write_text(yaml.safe_dump(report_study.CONFIG))
    return folder


@pytest.fixture
def study(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the work dir."""
    shutil.copytree(finished, tmp_path / "study", symlinks=True)
    monkeypatch.chdir(tmp_path / "study")
    return tmp_path / "study"


def crossmodal(*arguments: str) -> int:
    return cli.main([*arguments, "--config", "study.yaml"])


def figure_id() -> str:
    return json.loads(Path(f"{FIGURE}.prov.json").read_text())["figure_id"]


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_figure_id_is_in_every_format(study: Path, suffix: str) -> None:
    assert embedded_ids(f"{FIGURE}.{suffix}") == [figure_id()]


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_renamed_copy_leads_back(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture, suffix: str
) -> None:
    found = tmp_path / f"slide 3.{suffix}"
    shutil.copy(f"{FIGURE}.{suffix}", found)
    assert crossmodal("lineage", str(found)) == 0
    text = capsys.readouterr().out
    assert f"has the bytes of {FIGURE}.{suffix}" in text
    assert "draw_rdms" in text


def test_changed_copy_leads_back_by_its_id(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    found = tmp_path / "old version.png"
    found.write_bytes(Path(f"{FIGURE}.png").read_bytes() + b"edited")
    assert crossmodal("lineage", str(found)) == 0
    assert f"carries the id {figure_id()} of {FIGURE}.pdf" in capsys.readouterr().out


def test_slide_deck_leads_to_all_its_figures(study: Path, tmp_path: Path) -> None:
    deck = tmp_path / "talk.pptx"
    with zipfile.ZipFile(deck, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(f"{FIGURE}.png", "ppt/media/image1.png")
        archive.write("results/figures/fig1_architecture.png", "ppt/media/image2.png")
        archive.writestr("ppt/slide1.xml", "<slide/>")
    results = Path("results")
    found = find(read_lineage(record_files(results)), results, str(deck))
    assert {path for path, _ in found} == {f"{FIGURE}.pdf", "results/figures/fig1_architecture.pdf"}


def test_the_id_alone_leads_back(study: Path, capsys: pytest.CaptureFixture) -> None:
    assert crossmodal("lineage", figure_id()) == 0
    assert FIGURE in capsys.readouterr().out


def test_figure_of_another_study_is_refused(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    found = tmp_path / "a.svg"
    found.write_text("<desc>crossmodal figure_id 0123456789abcdef</desc>")
    assert crossmodal("lineage", str(found)) == 2
    assert "got the id 0123456789abcdef, of no figure that is there now" in capsys.readouterr().err


def test_file_that_the_study_did_not_make_is_refused(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    Path("holiday.jpg").write_bytes(b"sun")
    for name in ("holiday.jpg", "results/figures/fig9.pdf"):
        assert crossmodal("lineage", name) == 2
        assert "expected a file made by this study, got no record of it" in capsys.readouterr().err


def test_missing_record_is_a_doubt_and_a_malformed_one_an_error(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    record = Path("results/provenance/records/draw_rdms/all.json")
    record.write_text("{")
    assert crossmodal("lineage", f"{FIGURE}.pdf") == 2
    assert "all.json: record: expected a JSON record" in capsys.readouterr().err
    record.unlink()
    assert crossmodal("audit", "fig2_rdms") == 1
    assert (
        "since rule draw_rdms: expected a readable record, got no such file"
        in capsys.readouterr().out
    )
    assert crossmodal("lineage", f"{FIGURE}.pdf") == 2
    assert "got no record of it" in capsys.readouterr().err


def test_lineage_says_which_file_of_the_chain_changed(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    assert crossmodal("lineage", f"{FIGURE}.pdf") == 0
    assert "changed" not in capsys.readouterr().out
    with open("results/stimuli/study.tsv", "a") as table:
        table.write("x")
    Path("results/rdms/cross_channel/emotion.h5").unlink()
    assert crossmodal("lineage", f"{FIGURE}.pdf") == 0
    lines = capsys.readouterr().out.splitlines()
    (edited,) = (line for line in lines if "study.tsv" in line)
    assert f"changed: {sha256_file('results/stimuli/study.tsv')[:12]} now" in edited
    assert any(line.endswith("gone") for line in lines if "emotion.h5" in line)
    assert "2 file(s) of this chain are not what was recorded" in lines[-1]


def test_half_written_record_of_a_killed_job_is_no_record(study: Path) -> None:
    before = record_files("results")
    Path("results/provenance/records/draw_rdms/.tmp-host-1-all.json").write_text("{")
    assert record_files("results") == before


def test_audit_answers_in_json_figure_by_figure(study: Path, capsys: pytest.CaptureFixture) -> None:
    capsys.readouterr()
    assert crossmodal("audit", "--json") == 0
    assert [entry["verified"] for entry in json.loads(capsys.readouterr().out)] == [True] * 3
    with open(f"{FIGURE}.png", "ab") as file:
        file.write(b"x")
    assert crossmodal("audit", "--json", f"{FIGURE}.png", "fig1_architecture") == 1
    doubted, fine = json.loads(capsys.readouterr().out)
    assert fine["verified"]
    finding = doubted["findings"][0]
    assert (finding["path"], finding["rule"]) == (f"{FIGURE}.png", "draw_rdms")
    assert len(finding["expected"]) == len(finding["got"]) == 64
    assert finding["expected"] != finding["got"]


def test_unreadable_or_missing_sidecar_is_a_doubt_of_that_figure_alone(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    capsys.readouterr()
    Path(f"{FIGURE}.prov.json").write_text("{")
    Path("results/figures/fig1_architecture.prov.json").unlink()
    assert crossmodal("audit", "--json") == 1
    architecture, rdms, similarity = json.loads(capsys.readouterr().out)
    assert architecture["findings"][0]["got"] == "no such sidecar"
    assert rdms["findings"][0]["kind"] == "sidecar"
    assert similarity["verified"]


def test_figure_that_is_wholly_gone_is_missed(study: Path, capsys: pytest.CaptureFixture) -> None:
    for path in Path("results/figures").glob("fig2_rdms.*"):
        path.unlink()
    assert crossmodal("audit") == 1
    assert "fig2_rdms unknown: in doubt" in capsys.readouterr().out


def test_sidecar_sealed_anew_is_found(study: Path, capsys: pytest.CaptureFixture) -> None:
    """Someone leaves a job out and computes the seal again."""
    path = Path(f"{FIGURE}.prov.json")
    content = json.loads(path.read_text())
    write_json(path, sealed(content | {"raw_inputs": {}}))
    capsys.readouterr()
    assert crossmodal("audit", "--json", "fig2_rdms") == 1
    (finding,) = json.loads(capsys.readouterr().out)[0]["findings"]
    assert (finding["path"], finding["kind"]) == (str(path), "sidecar")
    Path("results/provenance/records/write_lineage/all.json").unlink()
    assert crossmodal("audit", "fig1_architecture") == 1
    missing = "write_lineage/all.json: record, since rule write_lineage: expected a readable record"
    assert missing in capsys.readouterr().out


def test_audit_of_a_figure_that_is_not_there(study: Path, capsys: pytest.CaptureFixture) -> None:
    assert crossmodal("audit", "fig9") == 2
    assert "expected a figure, table or map of this study, got fig9" in capsys.readouterr().err
    shutil.rmtree("results/figures")
    Path("results/provenance/records/write_lineage/all.json").unlink()
    assert crossmodal("audit") == 2
    assert "figures: expected at least one, got none" in capsys.readouterr().err


def test_crate_of_records_of_another_study_is_refused(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    config = yaml.safe_load(Path("study.yaml").read_text())
    shutil.copytree("results", "results-mine")
    config["study"]["results_dir"] = "results-mine"
    Path("study.yaml").write_text(yaml.safe_dump(config))
    assert crossmodal("crate") == 2
    text = capsys.readouterr().err
    assert "study.results_dir: expected the config of the results in results-mine" in text


def test_crate_of_results_of_another_name_is_refused(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    """Two studies that share a results folder."""
    config = yaml.safe_load(Path("study.yaml").read_text())
    config["study"]["name"] = "theirs"
    Path("study.yaml").write_text(yaml.safe_dump(config))
    assert crossmodal("crate") == 2
    text = capsys.readouterr().err
    assert "study.name: expected the config of the results in results" in text
    assert "got 'synthetic' there, 'theirs' here" in text
    assert not Path("results/crate").exists()


def test_crate_goes_out_with_the_config_that_made_it(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    """Every value counts, also a default that is said now; nothing else of the file does."""
    name_code_in_records()
    config = yaml.safe_load(Path("study.yaml").read_text())
    config["study"]["seed"] = 77
    config["searchlight"]["min_voxels"] = 21
    Path("study.yaml").write_text(yaml.safe_dump(config))
    assert crossmodal("crate") == 2
    text = capsys.readouterr().err
    assert "study.yaml: searchlight.min_voxels, study.seed: expected the config of" in text
    assert "7 there, 77 here" in text
    assert not Path("results/crate").exists()
    same = report_study.CONFIG | {"searchlight": dict(report_study.CONFIG["searchlight"])}
    same["searchlight"]["min_voxels"] = SearchlightConfig().min_voxels
    Path("study.yaml").write_text("# a remark\n" + yaml.safe_dump(same))
    assert crossmodal("crate") == 0


def test_results_of_an_earlier_version_are_one_line(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    """Its last record says no config, and it has no seals."""
    last = Path("results/provenance/records/write_lineage/all.json")
    record = json.loads(last.read_text())
    del record["params"]["config"]
    record["outputs"] = {
        path: digest for path, digest in record["outputs"].items() if "seals" not in path
    }
    write_json(last, sealed(record))
    Path("results/provenance/seals.json").unlink(missing_ok=True)
    assert crossmodal("crate") == 2
    assert "all.json: config: expected the config that made" in capsys.readouterr().err
    crossmodal("audit")
    assert "seals.json): these were not audited" in capsys.readouterr().out
    assert crossmodal("audit", "--json") in (0, 1)
    json.loads(capsys.readouterr().out)


def test_crate_that_lacks_a_file_is_refused(study: Path, capsys: pytest.CaptureFixture) -> None:
    name_code_in_records()
    Path(f"{FIGURE}.png").unlink()
    assert crossmodal("crate") == 1
    assert f"{FIGURE}.png: crate: expected every file" in capsys.readouterr().err


def test_crate_of_a_study_that_has_not_ended_is_refused(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    Path("results/provenance/records/write_lineage/all.json").unlink()
    assert crossmodal("crate") == 1
    assert "a study that has run to its end" in capsys.readouterr().err


def name_code_in_records() -> None:
    """The records of the small study name no code, and a crate holds the code."""
    for path in record_files("results"):  # the one that lists the others is the last
        record = json.loads(path.read_text())
        script = f"workflow/scripts/{record['rule']}.py"
        inputs = {name: sha256_file(name) for name in record["inputs"]}
        write_json(path, sealed(record | {"inputs": inputs, "code": {script: sha256_file(script)}}))


@pytest.mark.parametrize("instance", ["a", "z"])  # read before and after the study's own record
def test_crate_leaves_out_results_of_an_older_config(study: Path, instance: str) -> None:
    name_code_in_records()
    Path("results/figures/old.png").write_bytes(b"old")
    old = json.loads(Path("results/provenance/records/draw_rdms/all.json").read_text())
    old |= {"outputs": {"results/figures/old.png": "0" * 64}}
    old |= {"code": {"workflow/scripts/draw_rdms.py": "1" * 64}}
    write_json(f"results/provenance/records/draw_rdms/{instance}.json", sealed(old))
    assert crossmodal("crate") == 0
    text = Path("results/crate/ro-crate-metadata.json").read_text()
    assert "results/figures/fig2_rdms.png" in text
    assert "old.png" not in text
    assert f"draw_rdms/{instance}.json" not in text
    assert not Path("results/crate/results/figures/old.png").exists()


def test_crate_that_lacks_a_record_is_refused(study: Path, capsys: pytest.CaptureFixture) -> None:
    """It would be shared as a whole; before, it was written without that figure's job."""
    Path("results/provenance/records/draw_rdms/all.json").unlink()
    assert crossmodal("crate") == 1
    said = capsys.readouterr().err
    assert "1 missing, such as results/provenance/records/draw_rdms/all.json" in said
    assert not Path("results/crate").exists()


def test_crate_of_a_study_that_has_not_ended_counts_all_records(study: Path) -> None:
    Path("results/provenance/records/write_lineage/all.json").unlink()
    assert study_records("results") == record_files("results")


def test_scratch_copy_finds_data_at_the_paths_of_the_records(study: Path, tmp_path: Path) -> None:
    for name in ("data/clips/a.mp4", "../shared/bids/b.nii.gz", "table.tsv"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    data = ["data/clips", "../shared/bids", "table.tsv", "data/clips/a.mp4", "<scans.bids_dir>/x"]
    scratch = scratch_study(tmp_path / "scratch", data)
    for name in ("data/clips/a.mp4", "../shared/bids/b.nii.gz", "table.tsv"):
        assert (scratch / name).read_text() == name
    assert (scratch / "../shared").resolve().is_relative_to(tmp_path / "scratch")
    assert not (scratch / "results").exists()


def test_reasons_are_read_from_a_dry_run() -> None:
    text = """
[Sun Nov 22 12:00:00 2026]
Job 3: Draw RDMs of the upper layers
Reason: Missing output files: results/figures/fig2_rdms.pdf

[Sun Nov 22 12:00:00 2026]
rule all:
    input: results/figures/fig2_rdms.pdf
    reason: Input files updated by another job: results/figures/fig2_rdms.pdf
"""
    assert parse_jobs(text) == [
        {
            "job": "Draw RDMs of the upper layers",
            "reason": "Missing output files: results/figures/fig2_rdms.pdf",
        },
        {
            "job": "all",
            "reason": "Input files updated by another job: results/figures/fig2_rdms.pdf",
        },
    ]


GUARDED = """
guard: 5 result(s) do not match their record and will be made again
guard:   draw_rdms/all: code src/crossmodal/figures/rdm_panels.py changed
guard:   extract/actor-01: input a.mp4 changed
guard:   extract/actor-02: code src/x.py changed
guard:   extract/actor-03: code src/x.py changed
guard:   extract/actor-04: param height_px changed
guard:   extract/actor-05: version of av changed from 1 to 2
guard: 3 file(s) hashed
Job stats:
job          count
---------  -------
draw_rdms        1
extract          5
tune             4
all              1
total           11


Job 3: Draw RDMs of the upper layers
Reason: Forced execution
Job 4: Draw layers
Reason: Missing output files: results/x.pdf
Job stats:
job          count
---------  -------
draw_rdms        1
extract          5
tune             4
all              1
total           11

Reasons:
    (check individual jobs above for details)
    forced:
        draw_rdms, extract
    input files updated by another job:
        all, tune
This was a dry-run (flag -n). The order of jobs does not reflect the order of execution.
"""


def test_why_has_one_row_a_rule_and_names_no_bookkeeping() -> None:
    assert parse_rules(GUARDED) == [
        {
            "rule": "draw_rdms",
            "jobs": "1",
            "reason": "code src/crossmodal/figures/rdm_panels.py changed",
        },
        {
            "rule": "extract",
            "jobs": "5",
            "reason": "code src/x.py changed; input a.mp4 changed; param height_px changed; "
            "and 1 more reasons",
        },
        {"rule": "tune", "jobs": "4", "reason": "what it reads is made again"},
    ]


def test_why_verbose_lists_every_job_once() -> None:
    jobs = parse_jobs(GUARDED)
    assert [job["job"] for job in jobs] == [
        "draw_rdms/all", *(f"extract/actor-0{i}" for i in range(1, 6)), "Draw layers"
    ]  # fmt: skip


def test_a_study_that_cannot_be_planned_is_one_clear_error(
    study: Path, capsys: pytest.CaptureFixture
) -> None:
    config = yaml.safe_load(Path("study.yaml").read_text())
    Path("study.yaml").write_text(yaml.safe_dump(config | {"colour": "red"}))
    assert crossmodal("why") == 2
    assert "plan: expected a study that can be planned" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["report", "crate"])
def test_a_read_only_results_folder_is_one_line(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, command: str
) -> None:
    access = os.access  # root may write everywhere
    monkeypatch.setattr(os, "access", lambda path, mode: mode & os.W_OK == 0 and access(path, mode))
    assert crossmodal(command) == 2
    said = capsys.readouterr().err
    assert "results: results: expected a folder to write in, got it is read-only" in said
    assert said.count("\n") == 1
