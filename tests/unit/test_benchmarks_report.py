import json
import sys
from pathlib import Path

import pytest
from benchmarks import group, report, run


def test_claims_are_judged_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS_DIR", tmp_path)
    rows = [
        {"claim": "a", "value": 2, "unit": "s", "goal": 1, "better": "lower"},
        {"claim": "b", "value": 2, "unit": "x", "goal": 1, "better": "higher"},
    ]
    report.report("demo", rows)
    assert [row["met"] for row in json.loads((tmp_path / "demo.json").read_text())] == [False, True]


def test_a_row_without_goal_is_told_and_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "RESULTS_DIR", tmp_path)
    row = {"claim": "a", "value": 2, "unit": "s", "goal": None, "better": "lower"}
    report.report("demo", [row])
    (stored,) = json.loads((tmp_path / "demo.json").read_text())
    assert (stored["goal"], stored["met"]) == (None, None)


def test_better_is_lower_or_higher() -> None:
    with pytest.raises(ValueError, match="expected 'lower' or 'higher', got 'smaller'"):
        report.claim("a", 1, "s", 1, "smaller")


def test_a_named_benchmark_runs_without_options_of_the_runner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(sys, "argv", ["run", "group"])
    monkeypatch.setattr(group, "main", lambda: seen.append(list(sys.argv)))
    assert run.main(["group"]) == 0
    assert seen == [["benchmarks.group"]]


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture) -> None:
    assert run.main(["speed"]) == 2
    assert "no benchmark 'speed'; there are: " in capsys.readouterr().err
