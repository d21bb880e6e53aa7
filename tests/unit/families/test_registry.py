"""What every family of the registry must give, beside its training."""

import math
from importlib import import_module

import pytest

from crossmodal.families.cost import Facts
from crossmodal.families.registry import FAMILIES, Families
from crossmodal.plan.work import WORK

SHORT = Facts(20, 60, 2.0, 25.0, ("video", "audio"), 64)
LONG = Facts(20, 60, 4.0, 25.0, ("video", "audio"), 64)
NAMES = sorted(FAMILIES)
# What a family cannot do without; others have defaults.
NETWORK = {"source": "onnx", "path": "a.onnx", "input": "face_rgb", "layers": [*"abcdef", "g.*"]}
NEEDED = {"external": {"networks": {"mine": NETWORK}}}
TRAINED = sorted(set(NAMES) - {"external"})  # whose cost is in others' files


@pytest.mark.parametrize("name", NAMES)
def test_its_rules_and_checks_are_there(root, name: str) -> None:
    family, needed = FAMILIES[name], NEEDED.get(name, {})
    block = family.config(**needed)
    assert (root / "workflow/rules" / family.rules).is_file()
    if family.data_checks:
        assert callable(import_module(family.data_checks).problems)
    for key in family.weights(block):
        value = block
        for part in key.split("."):
            value = getattr(value, part)
    layers = family.layers(block)
    assert len(set(layers)) == len(layers) > 5
    assert dict(Families(**{name: needed})) == {name: block}
    assert (block.n_seeds, block.threads) >= (1, 1)
    assert block.accelerator == ("auto" if name in TRAINED else "cpu")
    assert block.regimes


@pytest.mark.parametrize("name", TRAINED)
def test_its_cost_grows_with_clips_and_seeds_and_is_what_the_plan_reads(name: str) -> None:
    family = FAMILIES[name]
    one, more = family.config(), family.config(n_seeds=4)
    cost = family.cost(one, SHORT)
    assert all(math.isfinite(value) and value >= 0 for value in cost.values())
    read = {term for work in WORK.values() for term in (*work.seconds, *work.memory)}
    assert read & set(cost)
    if name != "cross_channel":  # which takes as many frames of long clips
        longer = family.cost(one, LONG)
        assert any(longer[key] > 1.5 * value for key, value in cost.items() if value)
    forward = next(key for key in cost if "forward" in key)
    assert family.cost(more, SHORT)[forward] == pytest.approx(
        4 / one.n_seeds * cost[forward], rel=1e-9
    )
