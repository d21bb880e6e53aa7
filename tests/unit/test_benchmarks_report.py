import json
from pathlib import Path

import pytest
from benchmarks import report


def test_claims_are_judged_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS_DIR", tmp_path)
    rows = [
        {"claim": "a", "value": 2, "unit": "s", "goal": 1, "better": "lower"},
        {"claim": "b", "value": 2, "unit": "x", "goal": 1, "better": "higher"},
    ]
    report.report("demo", rows)
    assert [row["met"] for row in json.loads((tmp_path / "demo.json").read_text())] == [False, True]


def test_better_is_lower_or_higher() -> None:
    with pytest.raises(ValueError, match="expected 'lower' or 'higher', got 'smaller'"):
        report.claim("a", 1, "s", 1, "smaller")
