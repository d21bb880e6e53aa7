import errno
import getpass
import json
import os
import platform
import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.audit import Auditor
from crossmodal.provenance.guard import stale_reason
from crossmodal.provenance.hashing import sha256_file
from crossmodal.provenance.lineage import record_digest
from crossmodal.provenance.record import (
    config_origin,
    figure_id,
    git_state,
    portable,
    recorded,
    sealed,
)
from crossmodal.provenance.roots import data_paths, located


class Files(list):
    """Stands in for Snakemake's named lists."""

    def __init__(self, **named: str) -> None:
        super().__init__(named.values())
        self.named = named

    def __getattr__(self, name: str) -> str:
        return self.named[name]

    def get(self, name: str, default: object = None) -> object:
        return [self.named[name]] if name in self.named else default


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text("data")
    Path("code.py").write_text("pass")
    os.utime("code.py", (1, 1))
    return SimpleNamespace(
        rule="demo",
        input=Files(data="in.txt", code="code.py"),
        output=Files(result="out.txt", record="record.json"),
        params={
            "folder": str(tmp_path / "deep"),
            "elsewhere": "/Volumes/ada/scans",
            "radius_mm": 9.0,
        },
        wildcards={"sub": "01"},
        log=["demo.log"],
    )


def run(job: Any) -> dict:
    with recorded(job):
        Path("out.txt").write_text("result")
    return json.loads(Path("record.json").read_text())


def test_record_holds_digests_params_and_versions(job: Any) -> None:
    record = run(job)
    assert record["inputs"] == {"in.txt": sha256_file("in.txt")}
    assert record["code"] == {"code.py": sha256_file("code.py")}
    assert record["outputs"] == {"out.txt": sha256_file("out.txt")}
    assert record["params"]["radius_mm"] == 9.0
    assert record["versions"]["numpy"]
    assert record["exit"] == 0


def test_no_path_of_this_machine_in_a_record(job: Any) -> None:
    text = json.dumps(run(job))
    assert str(Path.cwd()) not in text
    assert "ada" not in text
    assert '"deep"' in text


def test_inputs_are_hashed_before_the_work(job: Any) -> None:
    before = sha256_file("in.txt")
    with recorded(job):
        Path("in.txt").write_text("changed while the job ran")
        Path("out.txt").write_text("result")
    assert json.loads(Path("record.json").read_text())["inputs"]["in.txt"] == before


def test_code_saved_while_the_job_started_is_made_again(job: Any) -> None:
    """It may not be what was imported."""
    Path("code.py").write_text("saved after this process began")
    record = run(job)
    assert record["code"] == {"code.py": "saved while the job started"}
    assert stale_reason("record.json", sha256_file) == "code code.py changed"


def test_the_commit_of_a_repository_around_a_tarball_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("theirs.txt").touch()
    git("init")
    git("add", "theirs.txt")
    git("commit", "-m", "theirs")
    Path("unpacked").mkdir()
    monkeypatch.chdir("unpacked")
    Path("Snakefile").touch()
    assert git_state() == {"commit": "unknown", "dirty": None}
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert git_state()["commit"] == "unknown"


def git(*arguments: str) -> None:
    name = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", *name, *arguments], check=True, capture_output=True)


def test_commit_is_that_of_the_start(job: Any) -> None:
    Path("Snakefile").touch()
    git("init")
    git("add", "code.py", "Snakefile")
    git("commit", "-m", "one")
    with recorded(job):
        commit = git_state()["commit"]
        Path("out.txt").write_text("result")
        Path("code.py").write_text("edited while the job runs")
        git("commit", "-am", "two")
    record = json.loads(Path("record.json").read_text())
    assert record["git"] == {"commit": commit, "dirty": False}
    assert git_state()["commit"] != commit
    Path("code.py").write_text("not committed")
    assert run(job)["git"] == {"commit": git_state()["commit"], "dirty": True}


def test_record_says_when_and_on_what_kind_of_machine(job: Any) -> None:
    record = run(job)
    assert record["start"] <= record["end"]
    assert datetime.fromisoformat(record["start"]).utcoffset() == timedelta(0)
    assert record["platform"] == {"machine": platform.machine(), "system": platform.system()}


def test_record_says_what_the_job_used_and_with_which_kernels(job: Any) -> None:
    """Two equal runs need not use the same: the digest of a record leaves it out."""
    record = run(job)
    assert 0 < record["used"]["before_s"] <= record["used"]["user_s"] + record["used"]["system_s"]
    assert record["used"]["peak_mb"] > 10
    assert record["kernels"]["libraries"]
    other = record | {"used": {}, "kernels": {}}
    assert record_digest(other) == record_digest(record)


def test_record_says_which_config_file_said_what(
    job: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-mine.yaml"
    outside.write_text("b: 1\n")
    Path("base.yaml").write_text("a: 1\n")
    said = {"base.yaml": ["a"], str(outside): ["b"], "command line": ["c.d"]}
    monkeypatch.setenv("CROSSMODAL_CONFIG", config_origin(said, ["base.yaml", str(outside)]))
    name = f"<outside>/{outside.name}"
    assert run(job)["config"] == {
        "files": {"base.yaml": sha256_file("base.yaml"), name: sha256_file(outside)},
        "said": {"base.yaml": ["a"], name: ["b"], "command line": ["c.d"]},
    }
    monkeypatch.delenv("CROSSMODAL_CONFIG")
    assert run(job)["config"] == {}


def test_every_absolute_path_of_a_config_is_a_root(tmp_path: Path) -> None:
    config = {
        "stimuli": {"clips_dir": "../clips", "face": {"weights": "/nets/s3fd.pth"}},
        "roi": {"atlas": {"image": "/a/labels.nii.gz", "labels": "resources/labels.tsv"}},
        "models": {"tables": {"mine": "/b/labels.nii.gz"}},
    }
    assert data_paths(config) == {
        "stimuli.clips_dir": "../clips",
        "stimuli.face.weights": "/nets/s3fd.pth",
        "roi.atlas.image": "/a/labels.nii.gz",
        "models.tables.mine": "/b/labels.nii.gz",
    }


def test_absolute_files_of_one_name_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    roots = {"roi.atlas.image": "/a/labels.nii.gz", "models.tables.mine": "/b/labels.nii.gz"}
    monkeypatch.setenv("CROSSMODAL_DATA_ROOTS", json.dumps(roots))
    assert portable("/a/labels.nii.gz") == "<roi.atlas.image>/labels.nii.gz"
    assert portable("/b/labels.nii.gz") == "<models.tables.mine>/labels.nii.gz"
    for path in ("<models.tables.mine>/labels.nii.gz", "<models.tables.mine>/."):
        assert Auditor(roots).locate(path) == Path("/b/labels.nii.gz")


def test_file_named_like_the_folder_it_lies_in_is_found(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    roots = {"stimuli.clips_dir": str(tmp_path / "clips")}
    assert located("<stimuli.clips_dir>/clips", roots) == tmp_path / "clips/clips"
    assert located("results/clips", roots) == Path("results/clips")


def test_seal_finds_an_edit(job: Any) -> None:
    record = run(job)
    assert sealed(record)["seal"] == record["seal"]
    record["params"]["radius_mm"] = 12.0
    assert sealed(record)["seal"] != record["seal"]


def test_input_error_is_one_line_and_leaves_no_record(
    job: Any, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit, match="1"), recorded(job):
        raise InputError("a.mp4", "audio", "a stream", "none")
    assert "a.mp4: audio: expected a stream, got none" in Path("demo.log").read_text()
    assert "Traceback" not in capsys.readouterr().err
    assert not Path("record.json").exists()


def test_other_errors_are_raised_and_logged(job: Any) -> None:
    with pytest.raises(ZeroDivisionError, match="boom"), recorded(job):
        raise ZeroDivisionError("boom")
    assert "Traceback" in Path("demo.log").read_text()


def test_failed_job_leaves_a_record_until_it_succeeds(job: Any) -> None:
    with pytest.raises(OSError, match="/Volumes/ada"), recorded(job):
        raise OSError("/Volumes/ada/scans is gone")
    text = Path("record.json.failed").read_text()
    failed = json.loads(text)
    assert (failed["exit"], failed["outputs"]) == (1, {})
    assert failed["inputs"] == {"in.txt": sha256_file("in.txt")}
    assert "ada" not in text
    run(job)
    assert not Path("record.json.failed").exists()


def test_full_disk_does_not_hide_the_error(job: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, content: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("crossmodal.provenance.record.write_json", full)
    with pytest.raises(ZeroDivisionError, match="boom"), recorded(job):
        raise ZeroDivisionError("boom")


def test_seeds_are_named(job: Any) -> None:
    job.params |= {"study_seed": 7, "family": {"split_seed": 1, "seeds": [1]}}
    job.wildcards = {"seed": "3", "sub": "01"}
    assert run(job)["seeds"] == {"study_seed": 7, "split_seed": 1, "seed": "3"}


def test_no_user_or_host_in_a_record(job: Any) -> None:
    words = set(re.findall(r"[\w.-]+", json.dumps(run(job))))
    assert not words & {platform.node(), getpass.getuser()}


def test_figure_id_follows_inputs_code_and_params(job: Any) -> None:
    first = figure_id(job)
    assert figure_id(job) == first
    Path("code.py").write_text("other")
    second = figure_id(job)
    job.params = {"radius_mm": 10.0}
    assert len({first, second, figure_id(job)}) == 3


def test_data_roots_are_named_not_located(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSMODAL_DATA_ROOTS", json.dumps({"scans.bids_dir": "/data/mine"}))
    assert portable("/data/mine/sub-01/x.nii.gz") == "<scans.bids_dir>/sub-01/x.nii.gz"
    assert portable("/somewhere/else/y.txt") == "<outside>/y.txt"
    assert portable("results/z.txt") == "results/z.txt"


def test_data_behind_a_symbolic_link_are_named_in_both_forms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "disk/clips/deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "disk/clips")
    (tmp_path / "store").mkdir()
    (tmp_path / "disk/clips/deep/y.mp4").symlink_to(tmp_path / "store/0123")
    for root in ("link", "disk/clips"):
        roots = json.dumps({"stimuli.clips_dir": str(tmp_path / root)})
        monkeypatch.setenv("CROSSMODAL_DATA_ROOTS", roots)
        for path in ("link/deep/y.mp4", "disk/clips/deep/y.mp4"):
            assert portable(str(tmp_path / path)) == "<stimuli.clips_dir>/deep/y.mp4"
        assert portable(str(tmp_path / "link")) == "<stimuli.clips_dir>/."
