"""A job that was stopped finds its checkpoints again; one with anything changed does not."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from crossmodal.provenance import record
from crossmodal.provenance.resume import checkpoint_dir, resumable
from tests.unit.provenance.test_record import Files


class Killed(BaseException):
    pass


def save_code(text):
    """As long before this process began."""
    Path("code.py").write_text(text)
    os.utime("code.py", (1, 1))


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_text("data")
    save_code("pass")
    return SimpleNamespace(
        rule="demo",
        input=Files(data="in.txt", code="code.py"),
        output=Files(result="out.txt", record="record.json"),
        params={"checkpoints": "checkpoints", "n_epochs": 5},
        wildcards={"seed": "0"},
        log=["demo.log"],
    )


def stopped(job):
    """The folder of a job that is killed after its first epoch, and what it had found there."""
    job.params = Params(job.params)
    seen = []
    with pytest.raises(Killed):
        train_a_bit(resumable(job), seen)
    return seen


def train_a_bit(place, seen):
    with place as folder:
        seen += [folder, sorted(path.name for path in folder.glob("*"))]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "fold-0.safetensors").write_text("weights")
        raise Killed


class Params(dict):
    """Stands in for Snakemake's params: by name and as a mapping."""

    def __getattr__(self, name):
        return self[name]


def test_a_job_that_comes_back_later_at_another_commit_goes_on(job, monkeypatch):
    first, before = stopped(job)
    assert not before
    monkeypatch.setattr(record, "_now", lambda: "2031-01-01T00:00:00+00:00")
    monkeypatch.setattr(record, "git_state", lambda: {"commit": "another", "dirty": True})
    monkeypatch.setattr(record, "config_files", lambda: {"files": {"config.yaml": "other spaces"}})
    again, found = stopped(job)
    assert again == first
    assert found == ["fold-0.safetensors"]


@pytest.mark.parametrize("change", ["input", "code", "params", "versions"])
def test_a_changed_job_starts_afresh(job, monkeypatch, change):
    first, _ = stopped(job)
    if change == "input":
        Path("in.txt").write_text("other data")
    elif change == "code":
        save_code("pass  # changed")
    elif change == "params":
        job.params["n_epochs"] = 6
    else:
        monkeypatch.setattr(record, "package_versions", lambda: {"torch": "99"})
    again, found = stopped(job)
    assert again != first
    assert not found


def test_checkpoints_vanish_with_success_only(tmp_path):
    seen = []
    with pytest.raises(Killed):
        train_a_bit(checkpoint_dir(tmp_path / "job", "a" * 64), seen)
    assert seen[0].exists()
    with checkpoint_dir(tmp_path / "job", "b" * 64) as other:
        assert other != seen[0]
    assert not (tmp_path / "job").exists()


def test_every_job_with_checkpoints_is_resumable(root):
    rules = [path.read_text() for path in (root / "workflow/rules").glob("*.smk")]
    scripts = [path.read_text() for path in (root / "workflow/scripts").glob("*.py")]
    n_resumable = sum("with resumable(snakemake)" in text for text in scripts)
    assert n_resumable == sum(text.count("checkpoints=f") for text in rules)
