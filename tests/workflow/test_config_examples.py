"""The example configs, on small data of their own: no problem, a plan, Snakemake's dry run."""

from pathlib import Path

import pytest

from crossmodal.commands.plan import count_jobs
from crossmodal.contracts.settings import plain
from crossmodal.plan.dimensions import Data
from crossmodal.plan.stubs import stub_bids, stub_ravdess
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.validate import build_study, load_study

pytestmark = pytest.mark.workflow
LINES = {"scans": 15, "both": 25}


@pytest.mark.parametrize("name", LINES)
def test_an_example_can_be_planned(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = root / f"config/examples/{name}.yaml"
    lines = [line.strip() for line in path.read_text().splitlines()]
    assert len([line for line in lines if line and line[0] != "#"]) <= LINES[name]
    monkeypatch.chdir(root)
    values = plain(load_study(path))
    data = Data(n_participants=12, n_runs=2)
    bids = stub_bids(tmp_path / "bids", data, values["scans"]["task"])
    values["scans"]["bids_dir"] = str(bids)
    if values["stimuli"]:
        values["stimuli"]["clips_dir"] = str(stub_ravdess(tmp_path / "clips"))
    else:
        for events in bids.rglob("*_events.tsv"):
            events.write_text("onset\tduration\ttrial_type\n1\t1\ta\n9\t1\tb\n17\t1\tc\n")
        table = tmp_path / "models.tsv"
        table.write_text("condition\tsize\na\t1\nb\t2\nc\t5\n")
        values["models"]["tables"]["mine"] = str(table)
    study = build_study(values)
    assert planning_problems(study) == []
    jobs = count_jobs(study, data)
    assert jobs["searchlight"] == 12
    assert jobs["group_maps"] == {"scans": 1, "both": 3}[name]
