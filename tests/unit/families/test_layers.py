"""RDMs of a family's layers from every source, with networks whose RDMs are known."""

import numpy as np
import pytest
import torch
from torch import nn

from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.families.layers import (
    Networks,
    arm_of,
    best_seed,
    family_rdms,
    kind_of,
    layer_table,
)

LAYERS = ("visual_conv1", "crossmodal_dense")
PLANE = {"crossmodal_dense": "euclidean"}


def network(value: float) -> nn.Module:
    made = nn.Linear(1, 1)
    with torch.no_grad():
        made.weight.fill_(value)
    return made


def rdms_of(one: nn.Module) -> tuple[tuple[str, ...], np.ndarray]:
    """Three pairs of two layers, the value of the network's weight and its double."""
    value = float(one.weight.detach())
    return LAYERS, np.array([[value] * 3, [2 * value] * 3])


def made(best: int, kept: list[int] | None = None) -> ModelRDMs:
    seeds = {seed: lambda seed=seed: network(seed + 1) for seed in (3, 4, 6)}
    controls = {"untrained": map(network, (10, 20)), "pool": map(network, (30, 60))}
    networks = Networks(seeds, controls, best, kept)
    return family_rdms(networks, rdms_of, ("a", "b", "c"), "mine", "emotion", PLANE)


def first_layer(rdms: ModelRDMs) -> dict[str, float]:
    return {s: rdms.select(s).dissimilarities[0, 0] for s in dict.fromkeys(rdms.sources)}


def test_every_source_is_what_it_says() -> None:
    expected = {"seed-3": 4, "seed-4": 5, "seed-6": 7, "ensemble": 16 / 3}
    expected |= {"best": 5, "untrained": 15, "pool": 45}
    rdms = made(best=4)
    assert first_layer(rdms) == pytest.approx(expected)
    assert list(dict.fromkeys(rdms.sources)) == list(expected)
    second = rdms.select("best")
    assert second.layers == LAYERS
    assert second.arms == ("visual", "cross_modal")
    assert second.measures == ("correlation", "euclidean")
    np.testing.assert_array_equal(second.dissimilarities, [[5] * 3, [10] * 3])


def test_best_follows_the_seed_and_the_ensemble_those_that_learnt() -> None:
    assert first_layer(made(best=6))["best"] == 7
    kept = first_layer(made(best=3, kept=[3, 6]))
    assert kept["ensemble"] == pytest.approx(5.5)
    assert kept["seed-4"] == 5


def test_the_best_seed_has_the_highest_score() -> None:
    scores = {0: 0.3, 2: 0.9, 5: 0.9, 7: 0.95}
    assert best_seed(scores) == 7
    assert best_seed(scores, [5, 2, 0]) == 2  # the first of equals
    assert best_seed(scores, [0]) == 0


def test_names_and_the_table_of_a_forward_pass() -> None:
    assert [arm_of(layer) for layer in LAYERS] == ["visual", "cross_modal"]
    assert [kind_of(layer) for layer in LAYERS] == ["conv", "dense"]
    activations = zip(LAYERS, (torch.zeros(2, 3, 4, 5), torch.ones(2, 7)), strict=True)
    frame = layer_table(activations, dict(zip(LAYERS, (9, 4), strict=True)).get).frame
    assert frame["shape"].tolist() == ["3x4x5", "7"]
    assert frame.n_weights.tolist() == [9, 4]
