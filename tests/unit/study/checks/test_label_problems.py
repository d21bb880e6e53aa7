"""Columns of labels: there for every clip, and no label written in two ways."""

from pathlib import Path
from typing import Any

import pytest

from crossmodal.stimuli.words import look_alikes
from crossmodal.study.checks.labels import labels
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.validate import build_study


def config_of(folder: Path, emotions: list[str], actors: list[str]) -> dict[str, Any]:
    """A study of recordings by a table, which trains nothing and compares emotions."""
    rows = ["path\tactor\temotion"]
    for number, (actor, emotion) in enumerate(zip(actors, emotions, strict=True)):
        (folder / f"{number}.wav").touch()
        rows.append(f"{number}.wav\t{actor}\t{emotion}")
    (folder / "clips.tsv").write_text("\n".join(rows), encoding="utf-8")
    stimuli = {"table": str(folder / "clips.tsv"), "modalities": ["audio"]}
    return {
        "study": {"name": "x", "seed": 1},
        "stimuli": stimuli,
        "models": {"labels": ["emotion"]},
    }


@pytest.mark.parametrize("other", ["Happy", "happy  ", "HAPPY", "ｈappy"])
def test_a_label_written_in_two_ways_is_refused(tmp_path: Path, other: str) -> None:
    """Blanks at the ends are none: 'happy  ' is 'happy'."""
    study = build_study(config_of(tmp_path, ["happy", other, "sad"], ["A", "A", "B"]))
    found = list(labels(study))
    if other.strip() == "happy":
        assert found == []
    else:
        (problem,) = found
        assert problem.field == "models.labels: emotion"
        assert ascii(other) in problem.got


def test_a_person_written_in_two_ways_is_refused(tmp_path: Path) -> None:
    study = build_study(config_of(tmp_path, ["happy", "sad", "sad"], ["Anna", "anna", "Bob"]))
    (problem,) = labels(study)
    assert problem.field == "stimuli.actor_column: identity"
    assert problem.got == "'Anna', 'anna'"


def test_the_other_spelling_of_a_chosen_label_is_not_left_out_in_silence(tmp_path: Path) -> None:
    config = config_of(tmp_path, ["happy", "Happy", "sad"], ["A", "A", "B"])
    config["stimuli"]["study"] = {"emotion": ["happy", "sad"]}
    (problem,) = planning_problems(build_study(config))
    assert (problem.field, problem.got) == ("stimuli.study.emotion", "'Happy', 'happy'")


def test_look_alikes() -> None:
    words = [
        "colère",
        "cole\u0300re",
        "no rth",
        "no\u00a0 rth",
        "north",
        "1",
        "01",
        "1.0",
        "Ｎorth",
    ]
    assert look_alikes(words) == [
        ("cole\u0300re", "colère"),
        ("no rth", "no\u00a0 rth"),
        ("north", "Ｎorth"),
    ]
    assert look_alikes(["a", "b", "ä"]) == []
