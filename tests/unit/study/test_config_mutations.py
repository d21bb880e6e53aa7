"""Every one-key change of every shipped config gets an answer, and the commands agree on it.

The functions are those that ``check``, ``plan``, ``summary`` and the Snakefile call; some changes
go through the real commands, Snakemake's dry run included (tests/workflow/test_config_examples.py).
"""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.contracts.settings import plain
from crossmodal.plan.dimensions import Data, dimensions, simulated_data
from crossmodal.plan.stubs import with_stubs
from crossmodal.study.checks.run import BY_CONFIG, contradictions
from crossmodal.study.overlay import load_values
from crossmodal.study.validate import build_study

CONFIGS = sorted(
    path for path in (Path(__file__).parents[3] / "config").glob("*.yaml")
    if "schema" not in path.name
)  # fmt: skip
EXAMPLES = sorted((Path(__file__).parents[3] / "config/examples").glob("*.yaml"))
ODD = (None, [], {}, "word", -1, 0.5, True, [None], {"x": None}, [["x"]])  # of some wrong type
PARTS = 12  # each shipped config is seen whole in the full tests, a part of it otherwise


def paths_of(values: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in values.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from paths_of(value, (*path, key))


def mutations(values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One key deleted, misspelt, or of another value."""
    for path in list(paths_of(values)):
        *blocks, last = path
        for change in ("delete", "misspell", *range(len(ODD))):
            changed = deepcopy(values)
            block = changed
            for key in blocks:
                block = block[key]
            old = block.pop(last)
            if change == "misspell":
                block[f"{last}x"] = old
            elif change != "delete":
                block[last] = deepcopy(ODD[change])
            yield f"{change} {'.'.join(path)}", changed


def answer(values: dict[str, Any], folder: Path) -> str:
    """'runs' or 'refused'; anything but an InputError is a traceback that a user would see."""
    if found := problems_of(lambda: build_study(values)):
        assert len({str(one) for one in found}) == len(found)
        return "refused"
    study = build_study(values)
    if contradictions(study):
        return "refused"
    again = build_study(plain(study))  # what plan writes for Snakemake
    assert again == study
    simulated = study.simulate.clips or study.simulate.brain
    dimensions(study, simulated_data(study) if simulated else Data(n_conditions=12))
    assert build_study(with_stubs(study, folder, Data(n_participants=1, n_runs=1)))
    return "runs"


def every_change(path: Path, folder: Path, start: int, step: int) -> None:
    for full in (False, True):
        values = load_values([path])
        values = plain(build_study(values)) if full else values
        for number, (name, changed) in enumerate(mutations(values)):
            if number % step == start:
                try:
                    answer(changed, folder)
                except InputError:
                    raise
                except Exception as error:
                    raise AssertionError(f"{path.name}, {name}: {error!r}") from error


@pytest.mark.parametrize("path", [*CONFIGS, *EXAMPLES], ids=lambda path: path.stem)
def test_every_change_of_one_key_gets_an_answer(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setattr("crossmodal.plan.stubs.stub_ravdess", lambda folder: folder)
    monkeypatch.setattr("crossmodal.plan.stubs.stub_cremad", lambda folder: folder)
    every_change(path, tmp_path, len(path.stem) % PARTS, PARTS)


@pytest.mark.full
@pytest.mark.parametrize("path", [*CONFIGS, *EXAMPLES], ids=lambda path: path.stem)
def test_all_changes_of_one_key_get_an_answer(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.chdir(root)
    every_change(path, tmp_path, 0, 1)


@pytest.mark.parametrize(
    ("config", "key", "expected"),
    [  # each of these ended in a traceback once
        ("config", "scans.glm", "runs"),
        ("config", "scans.glm.high_pass_s", "runs"),
        ("config", "scans.glm.motion_regressors", "runs"),
        ("config", "models.source", "runs"),
        ("config", "models", "runs"),
        ("localizer", "models", "refused"),
        ("config", "searchlight", "refused"),
        ("config", "scans", "refused"),
        ("config", "stimuli", "refused"),
        ("config", "simulate.clips", "refused"),
        ("config", "simulate.brain", "refused"),
        ("voices", "voices.presets", "refused"),
        ("config", "figures", "runs"),
        ("config", "study.name", "refused"),
    ],
)
def test_deleted_keys(root: Path, tmp_path: Path, monkeypatch, config, key, expected) -> None:
    monkeypatch.chdir(root)
    values = plain(build_study(load_values([f"config/{config}.yaml"])))
    *blocks, last = key.split(".")
    block = values
    for name in blocks:
        block = block[name]
    del block[last]
    assert answer(values, tmp_path) == expected


def test_the_checks_are_those_of_the_stages() -> None:
    names = [check.__name__ for check in BY_CONFIG]
    assert names == ["given_maps_alone", "clips", "scans", "families", "inference", "words"]
