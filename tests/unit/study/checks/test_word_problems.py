"""Every word of the config that selects nothing is an error with the words there are."""

from pathlib import Path

import pytest

from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.checks.words import words
from crossmodal.study.validate import build_study, load_study
from tests.studies import values_of


@pytest.mark.parametrize("name", ["config", "test", "ravdess", "mrpn_mini", "voices", "localizer"])
def test_shipped_configs_name_nothing_unknown(root: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(root)
    study = load_study(f"config/{name}.yaml")
    assert list(words(study)) == []
    if study.stimuli and study.stimuli.clips_dir is None:
        assert clip_selection(study)[0] == []


@pytest.mark.parametrize(
    ("path", "value", "field", "expected", "got"),
    [
        ("roi.sources", ["ensemble", "untraind"], "roi.sources", "'untrained'", "'untraind'"),
        ("models.source", "seed-2", "models.source", "'seed-1'", "'seed-2'"),
        ("models.similarity.source", "x", "models.similarity.source", "'pool'", "'x'"),
        ("scans.participants", ["01", "sub-02"], "scans.participants", "'08'", "'sub-02'"),
        ("simulate.brain.missing_runs", {"09": [1]}, "simulate.brain.missing_runs", "'08'", "'09'"),
        ("simulate.brain.orientations", {"2": "LAS"}, "simulate.brain.orientations", "'02'", "'2'"),
        ("simulate.brain.missing_runs", {"07": [9]}, "simulate.brain.missing_runs.07", "1", "'9'"),
        ("simulate.brain.planted", {"V7": "visual"}, "simulate.brain.planted", "'V1'", "'V7'"),
    ],
)
def test_a_word_that_selects_nothing_is_named(
    root: Path, monkeypatch, path: str, value: object, field: str, expected: str, got: str
) -> None:
    monkeypatch.chdir(root)
    config = values_of("config/config.yaml")
    *blocks, last = path.split(".")
    block = config
    for key in blocks:
        block = block[key]
    block[last] = value
    (problem,) = words(build_study(config))
    assert (problem.field, problem.got) == (field, got)
    assert expected in problem.expected


def test_words_for_simulated_clips_are_checked_too(root: Path) -> None:
    config = values_of(root / "config/config.yaml")
    config["stimuli"]["study"]["emotions"] = ["neutral", "happy", "sad", "anger"]
    config["stimuli"]["pool"]["intensities"] = ["strong", "high"]
    assert [problem.got for problem in clip_selection(build_study(config))[0]] == [
        "'sad', which none has",
        "'anger', which none has",
        "'high', which none has",
    ]
    config["stimuli"]["naming"] = "grid"
    assert clip_selection(build_study(config))[0][0].got == "'grid', while clips are simulated"
