"""A calibration study that was stopped goes on where it was."""

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks.calibration import store
from benchmarks.calibration.page import binomial_interval, text, verdict
from benchmarks.calibration.t_maps import section

FOREVER = float("inf")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the studies that were simulated."""
    numbers: list[int] = []

    def simulate(noise: object, seed: int, number: int) -> dict[str, float]:
        numbers.append(number)
        return {"test": float(number % 2)}

    monkeypatch.setattr(store, "PARTS", {"demo": (simulate, 1.0)})
    return numbers


def test_it_goes_on_after_a_kill(tmp_path: Path, counted: list[int]) -> None:
    path = tmp_path / "demo.jsonl"
    store.run_part("demo", None, path, 3, 0, FOREVER)
    with path.open("a") as file:
        file.write('{"test": 0')  # a line that a kill cut off
    store.run_part("demo", None, path, 5, 0, FOREVER)
    assert counted == [0, 1, 2, 3, 4]
    assert store.table(path)["test"].tolist() == [0, 1, 0, 1, 0]
    assert [json.loads(line)["test"] for line in path.read_text().splitlines()] == [0, 1, 0, 1, 0]


def test_it_stops_when_its_time_is_over(tmp_path: Path, counted: list[int]) -> None:
    store.run_part("demo", None, tmp_path / "demo.jsonl", 3, 0, stop_s=0.0)
    assert counted == []
    assert store.table(tmp_path / "demo.jsonl") == {}


def test_verdicts_follow_the_binomial_interval() -> None:
    low, high = binomial_interval(1000)
    assert (low, high) == (0.037, 0.064)
    hits = np.zeros(1000)
    for n, expected in ((36, "below"), (37, "yes"), (64, "yes"), (65, "ABOVE")):
        hits[:] = np.arange(1000) < n
        assert verdict("max_t, one layer", hits) == expected


def test_the_page_tells_every_test_and_its_studies() -> None:
    power = {f"{name}, d = {d}": np.ones(3) for name in ("max_t", "tfce", "cluster_mass")
             for d in (0.0, 0.5, 1.0, 1.5, 2.0)}  # fmt: skip
    errors = {"max_t, one layer": np.array([0.0, 1.0]), "prevalence, global null": np.zeros(4)}
    page = text(errors, {"crossnobis": np.array([-0.1, 0.1])}, power)
    assert "| max-T, one layer | 2 | 5.0 | 50.0 |" in page
    assert "| prevalence, global null | 4 | 5.0 | 0.0 |" in page
    assert "| crossnobis | 0.0000 |" in page


def test_the_section_on_t_maps_has_a_row_a_run_and_model() -> None:
    rates = {"0.5 s | 480 | 0.9 | 0% | fast": np.array([0.04, 0.06])}
    assert section(rates).rstrip().endswith("| 0.5 s | 480 | 0.9 | 0% | fast | 5.0 | 1.0 |")
