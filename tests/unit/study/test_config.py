"""The typed study: what configs are refused for, what is filled in, what is generated."""

import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from crossmodal import cli
from crossmodal.commands.config import generated
from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.contracts.settings import plain, stated
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.fit import FitConfig
from crossmodal.rsa.comparisons import METHODS
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.distances import DISTANCES
from crossmodal.study.checks.data import find_problems
from crossmodal.study.checks.families import families
from crossmodal.study.describe import key_rows, schema
from crossmodal.study.overlay import load_layers
from crossmodal.study.study import Study
from crossmodal.study.validate import build_study, load_study, suggestion, type_at
from tests.studies import config_problems, values_of


def configs(root: Path) -> list[Path]:
    return [path for path in sorted((root / "config").glob("*.yaml")) if "schema" not in path.name]


def problems(values: dict[str, Any]) -> list[str]:
    """What is refused, each as one line."""
    return [str(one) for one in problems_of(lambda: build_study(values))]


def test_every_shipped_config_is_valid(root: Path) -> None:
    assert len(configs(root)) >= 1
    for path in configs(root):
        load_study(path)


@pytest.mark.parametrize("preset", ["published", "tuned"])
def test_presets_are_valid_on_top_of_a_study(root: Path, preset: str) -> None:
    study = load_study(root / "config/config.yaml", root / f"config/presets/{preset}.yaml")
    assert study.families.cross_channel.preset == preset


def auditory_settings(fit: dict, network: dict) -> dict[str, Any]:
    """Every setting of the auditory arm's training, defaults included, none of pictures."""
    settings = asdict(FitConfig(**fit)) | asdict(CrossChannelConfig(**network))
    pictures = {"shift_px", "flip", "brightness", "frame_noise"}
    settings["augmentation"] = {
        key: value for key, value in settings["augmentation"].items() if key not in pictures
    }
    del settings["dropout_visual"]
    return settings


def preset_of(root: Path, name: str) -> dict[str, Any]:
    """The network's block of a study with a preset."""
    return plain(load_study(root / "config/config.yaml", root / f"config/presets/{name}.yaml"))[
        "families"
    ]["cross_channel"]


@pytest.mark.parametrize(
    ("preset", "differ"), [("published", set()), ("tuned", {"batch_norm_momentum"})]
)
def test_the_voices_are_heard_with_the_presets_settings(
    root: Path, preset: str, differ: set[str]
) -> None:
    """The table of voices speaks of the presets; only running statistics may follow slower."""
    voices = values_of(root / "config/voices.yaml")["voices"]["presets"][preset]
    family = preset_of(root, preset)
    assert voices["mel"] == family["mel"]
    used = auditory_settings(voices["fit"], voices["network"])
    stated = auditory_settings(family["pretrain"]["auditory"], family["network"])
    assert {key for key in used if used[key] != stated[key]} == differ


@pytest.mark.parametrize("stage", ["pretrain", "tune"])
def test_the_voices_regimes_have_the_settings_of_the_preset_they_name(
    root: Path, stage: str
) -> None:
    used = values_of(root / "config/voices.yaml")["families"]["cross_channel"]
    stated = preset_of(root, used["preset"])
    assert used["mel"] == stated["mel"]
    fits = [
        family["tune"] if stage == "tune" else family["pretrain"]["auditory"]
        for family in (used, stated)
    ]
    assert auditory_settings(fits[0], used["network"]) == auditory_settings(
        fits[1], stated["network"]
    )


def test_unknown_key_is_refused_with_a_suggestion(root: Path) -> None:
    values = values_of(root / "config/config.yaml")
    values["searchlight"]["raduis_mm"] = 9
    (found,) = problems(values)
    assert "did you mean 'radius_mm'?), got unknown key 'raduis_mm'" in found


def test_all_problems_are_reported_at_once_and_each_once(root: Path) -> None:
    values = values_of(root / "config/config.yaml")
    values["study"]["seed"] = "one"
    values["sim"] = {}
    del values["study"]["name"]
    assert problems(values) == [
        "config: study: expected key 'name', got no such key",
        "config: study.seed: expected type integer, got 'one'",
        "config: top level: key: expected a known key (did you mean 'stimuli'?), "
        "got unknown key 'sim'",
    ]


def test_a_misspelt_required_key_is_one_problem() -> None:
    (found,) = problems({"study": {"nmae": "x"}})
    assert "did you mean 'name'?), got unknown key 'nmae'" in found


def test_a_problem_names_the_file_that_said_it(tmp_path: Path) -> None:
    base, top = tmp_path / "base.yaml", tmp_path / "top.yaml"
    base.write_text("study: {name: x, seed: -1}\nscans: {task: a, glm: {noise: red}}\n")
    top.write_text("extends: base.yaml\nscans: {glm: {motion_regressors: 7}}\n")
    found = problems_of(lambda: load_study(top))
    assert [(one.field, Path(one.file).name) for one in found] == [
        ("scans.glm.motion_regressors", "top.yaml"),
        ("scans.glm.noise", "base.yaml"),
        ("study.seed", "base.yaml"),
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scans": {"task": 1}}, "scans.task: expected type string or null, got 1"),
        ({"scans": {"task": "x", "a_comp_cor": True}}, "expected type integer, got True"),
        ({"scans": {"task": "x", "participants": "01"}}, "expected type list or null, got '01'"),
        ({"scans": ["x"]}, r"scans: expected type mapping or null, got \['x'\]"),
        ({"searchlight": {"radius_mm": 0}}, "radius_mm: expected more than 0, got 0"),
        ({"searchlight": {"distance": "x"}}, "distance: expected one of .'correlation', "),
        ({"searchlight": {"controls": ["a"]}}, "controls: expected a model set such as"),
        ({"group": {"alpha": 0.7}}, "group.alpha: expected at most 0.5, got 0.7"),
        ({"stimuli": {"modalities": []}}, "modalities: expected at least one item"),
        ({"stimuli": {"modalities": ["audio", "audio"]}}, "modalities: expected no item twice"),
        ({"models": {"tables": {"a b": "x"}}}, "tables: key: expected letters, digits and und"),
        ({"models": {"source": "seed"}}, "models.source: expected ensemble, best, untrained,"),
        ({"simulate": {"clips": {"width_px": 65}}}, "width_px: expected a multiple of 2, got 65"),
        ({"families": {"mrpn": {"network": {"aggregator": "transformer", "aggregated_units": 30}}}},
         "families.mrpn.network.aggregated_units: expected a multiple of 4 heads, got 30"),
        ({"families": {"mrpn": {"inputs": {"noise_snr_db": {"x": 1}}}}},
         "inputs.noise_snr_db.x: expected one of .'video', 'audio'., got 'x'"),
        ({"study": {"name": "a/b"}}, "study.name: expected 1 to 100 letters, none of them /"),
        ({"scans": {"task": "a*"}}, "scans.task: expected letters and digits"),
        ({"scans": {"task": "x", "conditions": ["a", "a"]}}, "conditions: expected no item twice"),
        ({"scans": {"task": "x", "contrasts": {"c": {}}}}, "contrasts.c: expected at least one"),
        ({"families": {"mrpn": {"network": {"width": 1e9}}}}, "network.width: expected at most 10"),
        ({"voices": {"presets": {"svm": {}}}}, "presets: key: expected small letters, digits"),
    ],
)  # fmt: skip
def test_wrong_values(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build_study({"study": {"name": "x"}} | values)


def test_a_list_of_wrong_items_is_one_problem_for_each(tmp_path: Path) -> None:
    values = {"study": {"name": "x"}, "stimuli": {"modalities": [None, "smell"]}}
    assert [one.split(":")[1] for one in problems(values)] == [
        " stimuli.modalities.0",
        " stimuli.modalities.1",
    ]


def test_a_column_of_labels_is_named_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("study: {name: x}\nstimuli: {study: {colour: 3}}\n")
    (found,) = problems_of(lambda: load_study(path))
    assert found.field == "stimuli.study.colour"
    assert "YAML made the number 3 of `3` in line 2" in found.got


def test_null_switches_simulation_and_families_off() -> None:
    """So that a file can say it on top of another."""
    study = build_study({"study": {"name": "x"}, "simulate": None, "families": None})
    assert study == build_study({"study": {"name": "x"}})
    assert not study.families
    assert study.simulate.clips is None


def test_whole_numbers_may_look_like_fractions() -> None:
    study = build_study({"study": {"name": "x"}, "group": {"n_permutations": 1e4}})
    assert study.group.n_permutations == 10_000
    assert isinstance(study.group.n_permutations, int)


def test_text_of_the_command_line_may_look_like_a_number() -> None:
    layers = load_layers([], {"study": {"name": "007"}, "scans": {"task": "12"}})
    assert build_study(layers).scans.task == "12"


def test_a_job_s_config_refuses_what_the_file_would() -> None:
    with pytest.raises(InputError, match="SearchlightConfig: radius_mm: expected more than 0"):
        SearchlightConfig(radius_mm=0)
    with pytest.raises(InputError, match="FitConfig: optimiser: expected one of"):
        FitConfig(optimiser="sgd")
    with pytest.raises(InputError, match="Augmentation: shift_px: expected at least 0, got -1"):
        FitConfig(augmentation={"shift_px": -1})


def test_params_make_the_same_config_again(root: Path) -> None:
    study = load_study(root / "config/config.yaml")
    assert Study(**plain(study)) == study
    assert stated(FitConfig(n_epochs=3), always=("batch_size",)) == {
        "batch_size": 16,
        "n_epochs": 3,
    }


def test_blocks_that_are_left_out_follow_from_others() -> None:
    study = build_study({"study": {"name": "x"}, "stimuli": {}, "scans": {"task": "a"}})
    assert (study.study.results_dir, study.stimuli.face.detector) == ("results-x", "dlib")
    assert (study.scans.analysis_voxel_mm, study.scans.normalise.voxel_mm) == (3.0, 2.0)
    native = build_study({"study": {"name": "x"}, "scans": {"task": "a", "space": "native"}}).scans
    assert (native.analysis_voxel_mm, native.normalise, native.coregister) == (None, None, None)
    heard = build_study({"study": {"name": "x"}, "stimuli": {"modalities": ["audio"]}})
    assert heard.stimuli.face is None


def test_choices_are_those_of_the_functions() -> None:
    assert set(type_at(("searchlight", "distance")).__args__) == set(DISTANCES)
    assert set(type_at(("searchlight", "comparison")).__args__) == set(METHODS)


def test_every_key_has_a_description() -> None:
    assert [path for path, key in key_rows(Study) if not key.meaning] == []


def test_every_object_of_the_schema_refuses_unknown_keys() -> None:
    made = schema()
    sets = {"StudySet", "Pool", "Voices"}  # whose further keys are columns of labels
    for name, content in [("Study", made), *made["$defs"].items()]:
        assert (content["additionalProperties"] is False) == (name not in sets)


def test_the_schema_has_every_default(root: Path) -> None:
    fit = schema()["$defs"]["FitConfig"]["properties"]
    assert {name: item.get("default") for name, item in fit.items()} == plain(FitConfig()) | {
        "augmentation": None
    }


def test_the_generated_files_are_up_to_date(root: Path) -> None:
    """Else: ``crossmodal config write``."""
    for path, text in generated(root / "config").items():
        assert (root / path).read_text() == text, path


def test_suggestion_without_a_close_match_lists_what_is_known() -> None:
    assert suggestion("zzz", ["b", "a"]) == "one of ['a', 'b']"


def test_order_of_keys_is_no_difference() -> None:
    one = {"study": {"name": "x"}, "models": {"tables": {"b": "1", "a": "2"}}}
    assert list(build_study(one).models.tables) == ["a", "b"]


def test_the_full_config_says_where_each_value_comes_from(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    files = ["config/config.yaml", "config/presets/tuned.yaml"]
    assert cli.main(["config", "show", *files]) == 0
    shown = capsys.readouterr().out
    for line in (
        "preset: tuned  # config/presets/tuned.yaml",
        "name: mini  # config/config.yaml",
        "cluster_p: 0.001  # default",
    ):
        assert line in shown
    again = yaml.safe_load(shown)
    assert build_study(again) == build_study(load_layers(files))


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
        (
            lambda c: (
                [c["families"].pop(name) for name in ("cross_channel", "affect3d")],
                c["families"]["mrpn"]["train"].update(train_extractors=False),
                c["stimuli"].update(pool=None),
            ),
            "mrpn.train.train_extractors: expected true, or a pool .* of video and audio, got Fal",
        ),
    ],
)
def test_blocks_that_contradict_each_other(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict], Any], message: str
) -> None:
    monkeypatch.chdir(root)
    values = values_of(root / "config/config.yaml")
    change(values)
    found = config_problems(values)
    assert re.search(message, " | ".join(map(str, found)))


@pytest.fixture
def with_seen_actors(root: Path) -> dict:
    """All three families, and a pool that has the study's actors."""
    config = values_of(root / "config/test.yaml")
    config["stimuli"]["pool"]["exclude"] = "stimuli"
    return config


def pool_problems(root: Path, config: dict) -> list[str]:
    return [str(problem) for problem in families(build_study(config))]


def test_actors_tested_on_are_never_in_the_pool(root: Path, with_seen_actors: dict) -> None:
    expected = "config: stimuli.pool.exclude: expected 'actors': the study's must be new to "
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
    families["mrpn"] |= {"variants": ["audio_t"], "rdm_variant": "audio_t"}
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
    with_seen_actors["families"]["mrpn"]["train"]["train_extractors"] = True
    assert pool_problems(root, with_seen_actors) == []


def test_seen_actors_are_refused_by_check_and_before_planning(
    root: Path, with_seen_actors: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(with_seen_actors))
    for found in (find_problems([path]), config_problems(with_seen_actors)):
        assert [problem.field for problem in found] == ["stimuli.pool.exclude"]


def test_a_family_without_its_line_in_the_registry_is_named(root: Path) -> None:
    values = values_of(root / "config/test.yaml")
    values["families"]["mine"] = values["families"]["affect3d"]
    assert problems(values) == [
        "config: families: key: expected one of ['affect3d', 'cross_channel', 'external', 'mrpn'], "
        "got unknown key 'mine'"
    ]
