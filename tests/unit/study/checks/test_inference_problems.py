"""Everything that a config asks of the inference in vain is found before any work."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from crossmodal.contracts.errors import InputError
from crossmodal.study.checks import scans
from crossmodal.study.checks.data import find_problems
from crossmodal.study.checks.inference import inference, inference_names
from crossmodal.study.checks.place import elsewhere
from crossmodal.study.validate import build_study
from tests.studies import config_problems, values_of


@pytest.fixture
def config(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(root)
    return values_of("config/config.yaml")


def inference_problems(values: dict[str, Any]) -> list[InputError]:
    study = build_study(values)
    return [*inference(study), *inference_names(study)]


def n_participants(values: dict[str, Any]) -> int | None:
    return scans.n_participants(build_study(values))


def results_problems(values: dict[str, Any]) -> list[InputError]:
    return list(elsewhere(build_study(values)))


def changed(config: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    config = deepcopy(config)
    *blocks, last = path.split(".")
    block = config
    for name in blocks:
        block = block[name]
    block[last] = value
    return config


@pytest.mark.parametrize("given", ["./results", "results/", "results//x", "results/."])
def test_results_folder_in_a_longer_form_is_refused(config: dict[str, Any], given: str) -> None:
    problems = config_problems(changed(config, "study.results_dir", given))
    short = Path(given).as_posix()
    assert [str(problem) for problem in problems] == [
        f"mine.yaml: study.results_dir: expected '{short}', got '{given}'"
    ]


def test_weights_that_are_not_there_are_named(config: dict[str, Any], tmp_path: Path) -> None:
    path = str(tmp_path / "faces.pth")
    weights = changed(config, "families.mrpn.weights.video", path)
    assert [str(problem) for problem in config_problems(weights)] == [
        f"{path}: families.mrpn.weights.video: expected a file of weights, got no such file"
    ]
    Path(path).touch()
    assert config_problems(weights) == []


@pytest.mark.parametrize("given", ["/data/results", "../results", "."])
def test_results_folder_elsewhere_is_refused(config: dict[str, Any], given: str) -> None:
    problems = results_problems(changed(config, "study.results_dir", given))
    assert [problem.expected for problem in problems] == ["a folder below the work dir"]
    assert results_problems(changed(config, "study.results_dir", "out/results")) == []


@pytest.mark.parametrize("name", ["config", "test", "ravdess", "voices", "localizer", "clips"])
def test_shipped_configs_have_no_problem(root: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(root)
    assert inference_problems(values_of(f"config/{name}.yaml")) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("figures.map_layers.visual", "visual_conv99", "map_layers.visual: expected one of"),
        ("figures.map_layers.auditory", "visual_dense", "map_layers.auditory: expected one of"),
        ("roi.inference.paired_layers", ["dense"], "paired_layers: .* got 'dense'"),
        ("roi.figure.layers", ["visual_conv"], "roi.figure.layers: .* got 'visual_conv'"),
        ("roi.figure.source", "worst", "roi.figure.source: .* got worst"),
        ("roi.hierarchy", {"visual": ["V1", "MT"]}, "roi.hierarchy.visual: .* got 'MT'"),
        ("roi.spheres", "nowhere.tsv", "roi.spheres: .* no such file"),
        ("roi.atlas", {"image": "a.nii", "labels": "b.tsv"}, "roi.atlas.image: .* a.nii"),
        ("group.atlas", {"image": "a.nii", "labels": "b.tsv"}, "group.atlas.labels: .* b.tsv"),
        ("group.test", "condition_permutation", "expected sign_flip, which tests 8 participants"),
        ("group.alpha", 0.001, "got 8, with which the smallest p .* is 0.00391"),
        ("group.n_permutations", 20, "expected enough for p < 0.05, got 8, .* is 0.05"),
        ("group.prevalence", {"models": ["labels/all"]}, "prevalence.models: .* 'labels/all'"),
        (
            "group.prevalence",
            {"models": ["labels/categories"], "layers": ["dense"]},
            "prevalence.layers: .* 'dense'",
        ),
        ("searchlight.comparison", "partial_spearman", "controls: expected some for a partial"),
        ("searchlight.controls", ["low_level/clips"], "controls: .* none for others"),
        ("searchlight.controls", ["low/clips"], "controls: expected some of .* 'low/clips'"),
    ],
)
def test_impossible_wishes_are_named(config, path: str, value: object, message: str) -> None:
    problems = " | ".join(map(str, inference_problems(changed(config, path, value))))
    assert re.search(message, problems), problems


def test_one_participant_is_too_few_for_maps_and_regions(config) -> None:
    config = changed(config, "simulate.brain.n_participants", 1)
    config = changed(config, "group.prevalence", {"models": ["labels/categories"]})
    fields = [problem.field for problem in inference_problems(config)]
    assert fields == ["roi", "participants", "group.prevalence"]


def test_comparison_that_cannot_be_permuted(root: Path, monkeypatch) -> None:
    monkeypatch.chdir(root)
    config = values_of("config/localizer.yaml")
    config["searchlight"]["comparison"] = "tau_a"
    config["scans"]["bids_dir"], config["simulate"] = None, {"brain": {"n_participants": 1}}
    problems = inference_problems(config)
    assert "one that can be permuted" in str(problems[0])


@pytest.mark.parametrize("comparison", ["cosine", "whitened_cosine"])
def test_cosine_of_a_regions_biased_distances_is_never_tested_against_zero(config, comparison):
    config["roi"]["inference"]["comparison"] = comparison
    message = f"roi.inference.comparison: .* crossnobis .* got {comparison} of correlation"
    for problems in (inference_problems(config), config_problems(config)):
        assert re.search(message, " | ".join(map(str, problems)))
    config["roi"]["patterns"]["distance"] = "crossnobis"
    assert "roi.inference.comparison" not in [one.field for one in inference_problems(config)]


@pytest.mark.parametrize("comparison", ["cosine", "whitened_cosine"])
@pytest.mark.parametrize("distance", ["correlation", "squared_euclidean", "mahalanobis"])
def test_cosine_of_biased_distances_is_never_tested_against_zero(config, comparison, distance):
    config["searchlight"] |= {"comparison": comparison, "distance": distance}
    message = f"searchlight.comparison: .* crossnobis .* got {comparison} of {distance} distances"
    for problems in (inference_problems(config), config_problems(config)):
        assert re.search(message, " | ".join(map(str, problems)))


def test_cosine_is_tested_where_it_is_unbiased_or_permuted(config) -> None:
    config["searchlight"] |= {"comparison": "whitened_cosine", "distance": "crossnobis"}
    assert inference_problems(config) == []
    config["searchlight"]["distance"] = "correlation"
    config["group"]["test"] = "condition_permutation"
    config["simulate"]["brain"]["n_participants"] = 1
    assert "searchlight.comparison" not in [one.field for one in inference_problems(config)]


def test_permuted_conditions_have_no_other_statistics_and_a_reachable_level(config) -> None:
    config["group"] |= {"test": "condition_permutation", "statistics": ["tfce"], "smoothing_mm": 6}
    config["group"]["n_permutations"] = 20
    config["simulate"]["brain"]["n_participants"] = 1
    problems = " | ".join(map(str, inference_problems(config)))
    assert re.search(r"group.statistics: expected none with .* got \['tfce'\]", problems)
    assert re.search("group.smoothing_mm: expected 0 with .* got 6", problems)
    assert re.search("group.n_permutations: .* p < 0.05, got 20, .* is 0.05", problems)


def test_prevalence_that_could_never_be_found(config) -> None:
    asked = {"models": ["labels/categories"], "n_combinations": 20}
    problems = inference_problems(changed(config, "group.prevalence", asked))
    assert re.search("enough for p < 0.05, got 100 and 20, .* p = 0.05 at best", str(problems[0]))


def test_prevalence_permutes_conditions_too(config) -> None:
    config = changed(config, "group.prevalence", {"models": ["labels/categories"]})
    config = changed(config, "searchlight.comparison", "tau_a")
    assert "one that can be permuted" in " ".join(map(str, inference_problems(config)))


def test_participants_are_counted_where_they_can_be(config, tmp_path: Path) -> None:
    assert n_participants(config) == 8
    assert n_participants({"study": {"name": "x"}}) is None
    assert n_participants(changed(config, "scans.bids_dir", str(tmp_path / "none"))) is None


def test_check_reports_them(config, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(changed(config, "figures.map_layers.visual", "conv1")))
    assert [problem.field for problem in find_problems([path])] == ["figures.map_layers.visual"]
