"""Studies for tests: a shipped config's full values, changed, and what the checks say of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.contracts.settings import plain
from crossmodal.study.checks.run import planning_problems
from crossmodal.study.overlay import Layers
from crossmodal.study.validate import build_study, load_study, located


def values_of(path: str | Path) -> dict[str, Any]:
    """A config's values with all defaults filled in."""
    return plain(load_study(path))


def config_problems(values: Mapping[str, Any], source: str = "mine.yaml") -> list[InputError]:
    """Everything that stops a config from being planned, blamed on one file."""
    layers = Layers(dict(values), dict.fromkeys(values, source), (source,))
    found: list[InputError] = []

    def check() -> None:
        found.extend(located(planning_problems(build_study(layers)), layers))

    return problems_of(check) or found
