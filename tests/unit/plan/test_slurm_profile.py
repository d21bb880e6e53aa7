"""profiles/slurm asks for what was measured, and its groups are small jobs without gaps."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from crossmodal.plan.costs import Costs, read_costs
from crossmodal.plan.dimensions import Data, dimensions, simulated_data
from crossmodal.plan.estimate import CORES_PER_GPU
from crossmodal.plan.work import work_of
from crossmodal.study.checks.data import data_problems
from crossmodal.study.overlay import Layers
from crossmodal.study.validate import build_study, load_study
from tests.slurm.test_slurm_study import small_config

SNAKEMAKES_MB = 400
SMALL_S = 15


@pytest.fixture(scope="module")
def profile(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "profiles/slurm/config.yaml").read_text())


@pytest.fixture(scope="module")
def costs(root: Path) -> Costs:
    return read_costs(root / "resources/costs.tsv")


@pytest.fixture(scope="module")
def mini(root: Path) -> dict[str, float]:
    config = load_study(root / "config/config.yaml")
    return dimensions(config, simulated_data(config))


def asked(profile: dict[str, Any], rule: str, resource: str, attempt: int = 1) -> float:
    """What a rule asks for where its inputs are empty.

    The profile must say so: its defaults count only for rules that name no resources.
    """
    text = str(profile["set-resources"][rule][resource])
    return eval(text, {"attempt": attempt, "input": SimpleNamespace(size_mb=0)})  # noqa: S307


def rules_of(root: Path) -> dict[str, str]:
    """Every rule's text, without the trivial ones that run on the login node."""
    rules = {}
    for path in sorted((root / "workflow/rules").glob("*.smk")):
        for block in re.split(r"\n(?=[ ]*rule \w+:)", path.read_text())[1:]:
            name = re.match(r"\s*rule (\w+):", block)[1]
            if "localrule: True" not in block:
                rules[name] = block
    return rules


def test_every_rule_names_memory_and_time(root: Path, profile: dict[str, Any]) -> None:
    submitted = rules_of(root)
    assert len(submitted) > 40
    listed = profile["set-resources"]
    assert [rule for rule in submitted if not {"mem_mb", "runtime"} <= listed[rule].keys()] == []


def test_memory_is_more_than_was_measured(
    root: Path, profile: dict[str, Any], costs: Costs, mini: dict[str, float]
) -> None:
    for rule in costs.keys() & rules_of(root).keys():
        cost = costs[rule]
        measured_mb = cost["memory"].at(work_of(rule).amount("memory", mini))
        assert asked(profile, rule, "mem_mb") >= 1.25 * measured_mb + SNAKEMAKES_MB, rule


def test_memory_and_time_grow_with_every_attempt(profile: dict[str, Any]) -> None:
    for rule in profile["set-resources"]:
        for resource in ("mem_mb", "runtime"):
            once, thrice = (asked(profile, rule, resource, attempt) for attempt in (1, 3))
            assert thrice == 3 * once, rule


def test_time_is_three_times_the_plan_for_the_published_study(
    root: Path, profile: dict[str, Any], costs: Costs
) -> None:
    """With voices of all RAVDESS's speech as well, which that study leaves out."""
    data = Data(n_voices=1440)
    configs = (load_study(root / f"config/{name}.yaml") for name in ("voices", "ravdess"))
    voices, ravdess = (dimensions(config, data) for config in configs)
    published = voices | ravdess
    for rule in costs.keys() & rules_of(root).keys():
        work = work_of(rule)
        if rule.startswith("simulate"):
            continue
        seconds = costs[rule]["seconds"].at(work.amount("seconds", published))
        minutes = seconds / 60 / (CORES_PER_GPU if work.gpu else 1)
        assert asked(profile, rule, "runtime") >= 3 * minutes, rule


def test_grouped_jobs_are_small_and_take_turns(
    profile: dict[str, Any], costs: Costs, mini: dict[str, float]
) -> None:
    for rule, group in profile["groups"].items():
        assert profile["set-resources"][rule]["turn"] == 1, rule
        assert any(entry.startswith(f"{group}=") for entry in profile["group-components"])
        if rule in costs:
            seconds = costs[rule]["seconds"].at(work_of(rule).amount("seconds", mini))
            assert seconds < SMALL_S, rule
    assert profile["resources"] == ["turn=1"]
    assert profile["set-resource-scopes"] == ["turn=local"]


def test_rules_that_may_use_a_gpu_ask_for_one(root: Path) -> None:
    for rule, block in rules_of(root).items():
        trains = re.search('accelerator|"machine"|_FAMILY,|mrpn_family', block) is not None
        assert trains == ("gpu=" in block), rule


def test_only_gpu_partitions_take_gpu_jobs(root: Path) -> None:
    partitions = yaml.safe_load((root / "profiles/slurm/partitions.yaml").read_text())["partitions"]
    assert [name for name, limits in partitions.items() if limits.get("max_gpu")] == ["gpu"]


def test_the_part_of_the_study_that_runs_on_slurm_may_run(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    config = small_config()
    assert data_problems(build_study(config), Layers(config)) == []
