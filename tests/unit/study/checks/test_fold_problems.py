"""Folds that cannot be made are found by names and config, with the remedy."""

import re
from pathlib import Path
from typing import Any

import pytest

from crossmodal.stimuli.naming import parse_grid
from crossmodal.stimuli.selection import Selection
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.checks.family_files import family_problems
from crossmodal.study.checks.folds import fold_problems
from crossmodal.study.checks.run import contradictions
from crossmodal.study.validate import build_study
from tests.studies import values_of


@pytest.fixture
def config(root: Path) -> dict[str, Any]:
    """The mini-study: the clips are simulated, so names alone are known."""
    return values_of(root / "config/config.yaml")


def messages(config: dict[str, Any]) -> list[str]:
    study = build_study(config)
    chosen = clip_selection(study)[1]
    assert chosen is not None
    return [str(problem) for problem in fold_problems(study, chosen)]


@pytest.mark.parametrize("name", ["config", "test", "mrpn_mini"])
def test_shipped_configs_have_their_folds(root: Path, name: str) -> None:
    assert messages(values_of(root / f"config/{name}.yaml")) == []


def test_the_real_voices_have_their_folds(root: Path, shared: Path, monkeypatch) -> None:
    config = values_of(root / "config/voices.yaml")
    config["stimuli"]["clips_dir"] = str(shared / "data/ravdess_speech_16k")
    assert messages(config) == []
    config["voices"]["n_folds"] = 21
    (message,) = messages(config)
    assert "voices.n_folds: expected at least 21 actors for 21 folds, got 20" in message
    config["voices"]["n_folds"] = 2
    config["stimuli"]["voices"] = {"actor": ["01", "02", "03"]}
    found = messages(config)
    assert any("svm: expected at least 4 training actors (strong, fold 0)" in m for m in found)
    assert any("presets.published: expected at least 2 training actors" in m for m in found)
    assert not any("presets.tuned" in m for m in found)


def test_two_actors_are_enough_with_as_many_clips_as_folds(config: dict[str, Any]) -> None:
    config["families"]["cross_channel"]["regimes"] = ["emotion", "identity"]
    config["stimuli"]["study"]["actors"] = ["01", "02"]
    assert messages(config) == []
    config["families"]["cross_channel"]["n_folds"] = 5
    (message,) = messages(config)
    assert message.startswith("stimuli.study: emotion: expected at least 5 clips of every class")
    assert (
        "(another families.cross_channel.n_folds than 5, more clips, or no 'emotion' in" in message
    )
    assert message.endswith("got 4 of 'angry'")


def test_one_actor_has_no_identities_to_tell_apart(config: dict[str, Any]) -> None:
    config["stimuli"]["study"]["actors"] = ["01"]
    config["families"]["cross_channel"] |= {"regimes": ["emotion", "identity"], "n_folds": 2}
    found = messages(config)
    assert "emotion in the validation part of fold 0: expected at least 2 clips" in found[0]
    assert "identity: expected clips of at least 2 classes" in found[1]
    assert found[1].endswith("got only ['01']")


def test_a_pool_with_other_classes_is_found(config: dict[str, Any]) -> None:
    config["stimuli"]["pool"]["emotions"] = ["neutral", "happy"]
    (message,) = messages(config)
    assert "stimuli.pool: emotion: expected the study set's labels ['angry'" in message


def test_recordings_without_an_actor_are_refused_where_folds_need_one(config) -> None:
    names = [parse_grid(f"grid/{folder}/bbaf2n.mpg") for folder in ("s1", "clips")]
    (problem,) = fold_problems(build_study(config), Selection(tuple(names), ()))
    assert (problem.file, problem.field) == ("grid/clips/bbaf2n.mpg", "actor")
    assert problem.got == "none, for 1 clips of which this is the first"
    assert fold_problems(build_study({"study": config["study"]}), Selection(tuple(names), ())) == []


def test_actors_can_be_held_out_of_study_and_pool(config: dict[str, Any]) -> None:
    config["stimuli"] |= {"test_actors": ["02", "05"]}
    config["stimuli"]["pool"] |= {"exclude": "stimuli", "intensities": ["normal", "strong"]}
    config["families"] = {"cross_channel": {"regimes": ["emotion", "gender"]}}
    config["simulate"]["clips"]["emotions"] += ["sad"]  # clips of the study's actors for the pool
    config["stimuli"]["pool"]["emotions"] += ["sad"]
    study = build_study(config)
    problems, chosen = clip_selection(study)
    assert problems == []
    assert {"02", "05"} < set(chosen.study_actors)
    assert "03" in chosen.pool_actors
    assert not {"02", "05"} & set(chosen.pool_actors)


@pytest.mark.parametrize(
    ("actors", "regimes", "complaint"),
    [
        (
            ["02", "12"],
            ["emotion"],
            "stimuli.test_actors: expected actors of the study: .*got '12'",
        ),
        (
            ["02"],
            ["identity"],
            r"classes of identity others have too.*\['02'\], of these actors only",
        ),
    ],
)
def test_actors_that_cannot_be_held_out_are_found(config, actors, regimes, complaint) -> None:
    config["stimuli"]["test_actors"] = actors
    config["families"] = {"cross_channel": {"regimes": regimes}}
    study = build_study(config)
    problems, chosen = clip_selection(study)
    found = "\n".join(map(str, problems or fold_problems(study, chosen)))
    assert re.search(complaint, found), found


def test_the_table_of_voices_holds_out_none(root: Path, monkeypatch) -> None:
    monkeypatch.chdir(root)
    config = values_of(root / "config/voices.yaml")
    config["stimuli"]["test_actors"] = ["02"]
    (problem,) = contradictions(build_study(config))
    assert problem.field == "stimuli.test_actors"
    assert problem.expected.startswith("null with voices")


@pytest.mark.parametrize(
    ("actors", "complaint"),
    [
        (["01", "02"], None),
        (["01", "03"], "at least 2 others of each gender, one to train on.*1 male: .'05'."),
    ],
)
def test_mrpn_holds_out_actors_where_others_of_their_gender_are_left(
    config: dict[str, Any], actors: list[str], complaint: str | None
) -> None:
    config["stimuli"]["test_actors"] = actors
    config["figures"]["regimes"] = config["families"]["cross_channel"]["regimes"] = ["emotion"]
    study = build_study(config)
    assert contradictions(study) == []
    found = [str(problem) for problem in family_problems(study)]
    assert (complaint is None and found == []) or re.search(complaint, "\n".join(found))
