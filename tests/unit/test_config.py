from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from snakemake.utils import update_config

from crossmodal.commands.keys import first_comments, page
from crossmodal.commands.planning import planning_problems
from crossmodal.commands.problems import find_problems
from crossmodal.contracts.config import (
    canonical,
    config_problems,
    consistency_problems,
    load_config,
    suggestion,
    validate_config,
)
from crossmodal.contracts.errors import InputError
from crossmodal.network.augmentation import Augmentation
from crossmodal.network.cross_channel_config import CrossChannelConfig
from crossmodal.network.fit import FitConfig

SCHEMA = "config/config.schema.yaml"


def configs(root: Path) -> list[Path]:
    return [path for path in sorted((root / "config").glob("*.yaml")) if "schema" not in path.name]


def test_every_shipped_config_is_valid(root: Path) -> None:
    assert len(configs(root)) >= 1
    for path in configs(root):
        assert config_problems(load_config(path), root / SCHEMA, path) == []


@pytest.mark.parametrize("preset", ["published", "tuned"])
def test_presets_are_valid_on_top_of_a_study(root: Path, preset: str) -> None:
    config = load_config(root / "config/config.yaml")
    update_config(config, load_config(root / f"config/presets/{preset}.yaml"))
    assert config_problems(config, root / SCHEMA) == []
    assert config["families"]["cross_channel"]["preset"] == preset


def auditory_settings(fit: dict, network: dict) -> dict[str, Any]:
    """Every setting of the auditory arm's training, defaults included, none of pictures."""
    settings = asdict(FitConfig(**fit)) | asdict(CrossChannelConfig(**network))
    pictures = {"shift_px", "flip", "brightness", "frame_noise"}
    settings["augmentation"] = {
        key: value
        for key, value in asdict(Augmentation(**settings["augmentation"])).items()
        if key not in pictures
    }
    del settings["dropout_visual"]
    return settings


@pytest.mark.parametrize(
    ("preset", "differ"), [("published", set()), ("tuned", {"batch_norm_momentum"})]
)
def test_the_voices_are_heard_with_the_presets_settings(
    root: Path, preset: str, differ: set[str]
) -> None:
    """The table of voices speaks of the presets; only running statistics may follow slower."""
    voices = load_config(root / "config/voices.yaml")["voices"]["presets"][preset]
    family = load_config(root / f"config/presets/{preset}.yaml")["families"]["cross_channel"]
    assert voices["mel"] == family["mel"]
    used = auditory_settings(voices["fit"], voices["network"])
    stated = auditory_settings(family["pretrain"]["auditory"], family["network"])
    assert {key for key in used if used[key] != stated[key]} == differ


@pytest.mark.parametrize("stage", ["pretrain", "tune"])
def test_the_voices_regimes_have_the_settings_of_the_preset_they_name(
    root: Path, stage: str
) -> None:
    used = load_config(root / "config/voices.yaml")["families"]["cross_channel"]
    path = root / f"config/presets/{used['preset']}.yaml"
    stated = load_config(path)["families"]["cross_channel"]
    assert used["mel"] == stated["mel"]
    fits = [
        family["tune"] if stage == "tune" else family["pretrain"]["auditory"]
        for family in (used, stated)
    ]
    assert auditory_settings(fits[0], used["network"]) == auditory_settings(
        fits[1], stated["network"]
    )


def test_unknown_key_is_refused_with_a_suggestion(root: Path) -> None:
    config = load_config(root / "config/config.yaml")
    config["searchlight"]["raduis_mm"] = 9
    with pytest.raises(InputError, match=r"did you mean 'radius_mm'\?\), got unknown key 'raduis"):
        validate_config(config, root / SCHEMA)


def test_all_problems_are_reported_at_once(root: Path) -> None:
    config = load_config(root / "config/config.yaml")
    config["study"]["seed"] = "one"
    config["sim"] = {}
    del config["study"]["name"]
    messages = [str(problem) for problem in config_problems(config, root / SCHEMA, "my.yaml")]
    assert len(messages) == 3
    assert all(message.startswith("my.yaml: ") for message in messages)


def test_every_key_has_a_description(root: Path) -> None:
    undocumented = []

    def visit(schema: dict, path: str) -> None:
        for key, child in schema.get("properties", {}).items():
            if "description" not in child:
                undocumented.append(f"{path}{key}")
            visit(child, f"{path}{key}.")

    visit(load_config(root / SCHEMA), "")
    assert undocumented == []


def test_every_object_refuses_unknown_keys(root: Path) -> None:
    def visit(schema: dict, path: str) -> list[str]:
        children = schema.get("properties", {})
        open_ended = bool(children) and schema.get("additionalProperties") is not False
        return [path] * open_ended + [
            bad for key, child in children.items() for bad in visit(child, f"{path}.{key}")
        ]

    assert visit(load_config(root / SCHEMA), "top") == []


def test_suggestion_without_a_close_match_lists_what_is_known() -> None:
    assert suggestion("zzz", ["b", "a"]) == "one of ['a', 'b']"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a config file, got no such file"):
        load_config(tmp_path / "no.yaml")


@pytest.mark.parametrize("text", ["a: [", "!!python/object/apply:os.getcwd []"])
def test_bad_yaml_and_tags_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="syntax: expected YAML"):
        load_config(path)


def test_not_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(yaml.safe_dump([1]))
    with pytest.raises(InputError, match="expected a mapping of config keys, got list"):
        load_config(path)


def test_order_of_keys_is_no_difference() -> None:
    one, two = {"b": [{"d": 1, "c": 2}], "a": 3}, {"a": 3, "b": [{"c": 2, "d": 1}]}
    assert repr(canonical(one)) == repr(canonical(two))
    assert canonical([2, 1]) == [2, 1]


def test_the_documented_keys_are_those_of_the_schema(root: Path) -> None:
    written = (root / "config/README.md").read_text()
    assert written == page(load_config(root / SCHEMA), first_comments(root / "config"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("simulate"), "stimuli.clips_dir: expected a folder"),
        (lambda c: c["simulate"].pop("brain"), "scans.bids_dir: expected a folder"),
        (lambda c: c["stimuli"].update(pool=None), "stimuli.pool: expected a pool"),
        (
            lambda c: c["families"]["cross_channel"].update(regimes=["emotion"]),
            "figures.regimes: expected some of \\['emotion'\\], got identity",
        ),
        (
            lambda c: c["families"]["mrpn"].update(compare_with_published="RAVDESS"),
            "mrpn.compare_with_published: expected null or the collection of simulated clips",
        ),
        (
            lambda c: (
                c["families"]["mrpn"].update(compare_with_published="CREMA-D"),
                c["stimuli"].update(clips_dir="clips"),
            ),
            "mrpn.compare_with_published: expected null or the collection of stimuli.naming rav",
        ),
        (
            lambda c: (c["simulate"].pop("clips"), c["stimuli"].update(clips_dir="clips")),
            r"affect3d.labels: expected 'frames' or 'circumplex' \(there is no .* got 'simulated'",
        ),
        (
            lambda c: (c["families"].pop("cross_channel"), c["stimuli"].update(pool=None)),
            "stimuli.pool: expected a pool to train affect3d on",
        ),
        (
            lambda c: (
                c["families"]["mrpn"]["variants"].append("n2_transformer"),
                c["families"]["mrpn"]["network"].update(aggregated_units=30),
            ),
            "mrpn.network.aggregated_units: expected a multiple of 4, .* got 30",
        ),
    ],
)
def test_blocks_that_contradict_each_other(root: Path, change: object, message: str) -> None:
    config = load_config(root / "config/config.yaml")
    change(config)
    with pytest.raises(InputError, match=message):
        validate_config(config, root / SCHEMA)


@pytest.fixture
def with_seen_actors(root: Path) -> dict:
    """All three families, and a pool that has the study's actors."""
    config = load_config(root / "config/test.yaml")
    config["stimuli"]["pool"]["exclude"] = "stimuli"
    return config


def pool_problems(root: Path, config: dict) -> list[str]:
    problems = config_problems(config, root / SCHEMA, "mine.yaml")
    return [str(problem) for problem in problems]


def test_actors_tested_on_are_never_in_the_pool(root: Path, with_seen_actors: dict) -> None:
    expected = "mine.yaml: stimuli.pool.exclude: expected 'actors': the study's must be new to "
    config = with_seen_actors
    assert pool_problems(root, config) == [
        expected + "families.mrpn and families.affect3d, got 'stimuli'"
    ]
    family = config["families"].pop("affect3d")
    assert pool_problems(root, config) == [expected + "families.mrpn, got 'stimuli'"]
    config["families"]["mrpn"]["weights"] = {"video": "a.pth", "audio": None}
    assert pool_problems(root, config) == [expected + "families.mrpn, got 'stimuli'"]
    config["families"] = {"affect3d": family}
    assert pool_problems(root, config) == [expected + "families.affect3d, got 'stimuli'"]


def test_a_pool_that_no_family_learns_people_from_may_have_all_actors(
    root: Path, with_seen_actors: dict
) -> None:
    config, families = with_seen_actors, with_seen_actors["families"]
    del families["affect3d"]
    families["mrpn"]["weights"] = {"video": "a.pth", "audio": "b.pth"}
    assert pool_problems(root, config) == []
    families["mrpn"]["weights"]["video"] = None
    families["mrpn"]["inputs"]["modalities"] = ["audio"]
    assert pool_problems(root, config) == []
    del families["mrpn"]
    assert pool_problems(root, config) == []


def test_a_pool_says_nothing_of_actors_where_it_leaves_them_out(
    root: Path, with_seen_actors: dict
) -> None:
    del with_seen_actors["stimuli"]["pool"]["exclude"]
    assert pool_problems(root, with_seen_actors) == []
    del with_seen_actors["families"]["cross_channel"], with_seen_actors["families"]["affect3d"]
    with_seen_actors["figures"]["regimes"] = []
    with_seen_actors["stimuli"]["pool"] = None
    assert pool_problems(root, with_seen_actors) == []


def test_seen_actors_are_refused_by_check_and_before_planning(
    root: Path, with_seen_actors: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(with_seen_actors))
    for problems in (find_problems(path), planning_problems(with_seen_actors, path)):
        assert [problem.field for problem in problems] == ["stimuli.pool.exclude"]


def test_a_family_without_its_line_in_the_registry_is_named(root: Path) -> None:
    config = load_config(root / "config/test.yaml")
    config["families"]["mine"] = config["families"]["affect3d"]
    messages = [str(problem) for problem in consistency_problems(config, "mine.yaml")]
    assert messages == [
        "mine.yaml: families.mine: expected a line in crossmodal.contracts.families, which has "
        "['cross_channel', 'mrpn', 'affect3d'], got none"
    ]
