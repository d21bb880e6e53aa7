"""Every word of the config that selects nothing is an error with the words there are."""

from copy import deepcopy
from pathlib import Path

import pytest

from crossmodal.commands.clip_selection import clip_selection
from crossmodal.commands.word_problems import word_problems
from crossmodal.contracts.config import load_config


@pytest.mark.parametrize("name", ["config", "test", "ravdess", "mrpn_mini", "voices", "localizer"])
def test_shipped_configs_name_nothing_unknown(root: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(root)
    config = load_config(f"config/{name}.yaml")
    assert word_problems(config) == []
    if (config.get("stimuli") or {}).get("clips_dir", "") is None:
        assert clip_selection(config)[0] == []


@pytest.mark.parametrize(
    ("path", "value", "field", "expected", "got"),
    [
        ("roi.sources", ["ensemble", "untraind"], "roi.sources", "'untrained'", "'untraind'"),
        ("models.source", "seed-2", "models.source", "'seed-1'", "'seed-2'"),
        ("models.similarity.source", "x", "models.similarity.source", "'pool'", "'x'"),
        ("scans.participants", ["01", "sub-02"], "scans.participants", "'08'", "'sub-02'"),
        ("simulate.brain.missing_runs", {"09": [1]}, "simulate.brain.missing_runs", "'08'", "'09'"),
        ("simulate.brain.orientations", {"2": "LAS"}, "simulate.brain.orientations", "'02'", "'2'"),
        ("simulate.brain.planted", {"V7": "visual"}, "simulate.brain.planted", "'V1'", "'V7'"),
    ],
)
def test_a_word_that_selects_nothing_is_named(
    root: Path, monkeypatch, path: str, value: object, field: str, expected: str, got: str
) -> None:
    monkeypatch.chdir(root)
    config = deepcopy(load_config("config/config.yaml"))
    *blocks, last = path.split(".")
    block = config
    for key in blocks:
        block = block[key]
    block[last] = value
    (problem,) = word_problems(config)
    assert (problem.field, problem.got) == (field, got)
    assert expected in problem.expected


def test_words_for_simulated_clips_are_checked_too(root: Path) -> None:
    config = load_config(root / "config/config.yaml")
    config["stimuli"]["study"]["emotions"] = ["neutral", "happy", "sad", "anger"]
    config["stimuli"]["pool"]["intensities"] = ["high"]
    assert [problem.got for problem in clip_selection(config)[0]] == [
        "'sad', which none has",
        "'anger', which none has",
        "'high', which none has",
    ]
    config["stimuli"]["naming"] = "grid"
    assert clip_selection(config)[0][0].got == "'grid', while clips are simulated"
