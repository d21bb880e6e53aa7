"""Unique and shared variance, gradients along regions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls
from scipy.stats import false_discovery_control, permutation_test, spearmanr

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.inference.regions.gradient import best_depth, order_correlation
from crossmodal.inference.regions.model_tests import ModelTable
from crossmodal.inference.regions.rows import Rows
from crossmodal.inference.regions.structure import gradients, variance_table
from crossmodal.inference.regions.variance import (
    commonality,
    held_out_r2,
    partition,
    sign_flip_p,
    subsets,
)

N = 20
PAIRS = N * (N - 1) // 2
IDS = tuple(f"clip-{i:02d}" for i in range(N))


def independent(n, seed=0):
    """Orthonormal centred rows: models that share nothing."""
    rows = np.random.default_rng(seed).standard_normal((n + 1, PAIRS))
    rows[0] = 1
    return np.linalg.qr(rows.T)[0].T[1:]


def test_held_out_r2_is_that_of_a_plain_fit():
    rng = np.random.default_rng(0)
    models = Rows.of(rng.random((4, PAIRS)), "pearson").unit.astype(np.float64)
    brain = Rows.of(models[:2].sum(axis=0) + 0.05 * rng.standard_normal((6, PAIRS)), "pearson")
    brain = brain.unit.astype(np.float64)
    ours = held_out_r2(models @ models.T, models @ brain.T, np.ones(6))
    for i in range(6):
        weights = nnls(models.T, np.delete(brain, i, axis=0).mean(axis=0))[0]
        expected = 1 - ((brain[i] - weights @ models) ** 2).sum() / (brain[i] ** 2).sum()
        np.testing.assert_allclose(ours[i], expected, atol=1e-4)  # the ridge of 1e-6


def test_no_models_explain_nothing():
    np.testing.assert_array_equal(held_out_r2(np.zeros((0, 0)), np.zeros((0, 4)), np.ones(4)), 0)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(0, 1000))
def test_parts_add_up_to_the_total(n_groups, seed):
    names = list("abcd")[:n_groups]
    values = np.random.default_rng(seed).random(2**n_groups)
    r2 = {s: np.array([v]) for s, v in zip(subsets(names), values, strict=True)}
    r2[()] = np.zeros(1)
    parts = commonality(r2, names)
    np.testing.assert_allclose(sum(parts.values()), r2[tuple(names)])
    np.testing.assert_allclose(parts[("a",)], r2[tuple(names)] - r2[tuple(names[1:])])


def test_two_groups_share_what_the_textbook_says():
    r2 = {(): 0.0, ("a",): 0.5, ("b",): 0.4, ("a", "b"): 0.6}
    parts = commonality({k: np.array([v]) for k, v in r2.items()}, ["a", "b"])
    np.testing.assert_allclose([*parts.values()], [[0.2], [0.1], [0.3]])


def test_unique_and_shared_variance_are_found():
    only_a, only_b, both, unrelated = independent(4)
    groups = {"a": np.stack([only_a, both]), "b": np.stack([only_b, both]), "c": unrelated[None]}
    signal = np.sqrt([0.3, 0.2, 0.4])
    clean = signal @ np.stack([only_a, only_b, both])
    brain = np.stack([clean + np.sqrt(0.1) * x for x in independent(8, 7)])
    parts = {name: values.mean() for name, values in partition(groups, brain, "pearson").items()}
    assert parts["a"] == pytest.approx(0.3, abs=0.1)
    assert parts["b"] == pytest.approx(0.2, abs=0.1)
    assert parts["a & b"] == pytest.approx(0.4, abs=0.1)
    assert abs(parts["c"]) < 0.02
    assert abs(parts["b & c"]) < 0.05
    assert parts["total"] == pytest.approx(0.9, abs=0.1)


def test_held_out_variance_of_pure_noise_is_not_positive():
    rng = np.random.default_rng(0)
    parts = partition({"a": rng.random((5, PAIRS))}, rng.random((8, PAIRS)), "spearman")
    assert parts["total"].mean() < 0.02


def test_two_participants_cannot_be_held_out():
    with pytest.raises(InputError, match="participants: expected 3 or more to hold out, got 2"):
        partition({"a": np.ones((1, PAIRS))}, np.ones((2, PAIRS)), "pearson")


def test_the_sign_flip_p_is_scipys():
    values = np.random.default_rng(0).normal(0.4, 1, 7)
    expected = permutation_test(
        (values,), np.mean, permutation_type="samples", alternative="greater", n_resamples=1000
    )
    np.testing.assert_allclose(sign_flip_p(values, seed=0), expected.pvalue)


def test_depth_and_order():
    similarities = np.zeros((2, 3, 5))
    for region, layer in enumerate((0, 2, 4)):
        similarities[0, region, layer] = 1  # deeper and deeper
        similarities[1, region, 4 - layer] = 1  # the reverse
    depth = best_depth(similarities)
    np.testing.assert_allclose(depth, [[0, 0.5, 1], [1, 0.5, 0]])
    np.testing.assert_allclose(order_correlation(depth), [1, -1])
    np.testing.assert_array_equal(order_correlation(np.ones((2, 3))), 0)


def test_order_correlation_is_spearmans():
    depth = np.round(np.random.default_rng(0).random((6, 4)), 1)
    expected = [spearmanr(row, np.arange(4))[0] for row in depth]
    np.testing.assert_allclose(order_correlation(depth), expected)


def singles(hierarchy_layers):
    """Participants whose best layer in each region is given."""
    rows = [
        {"model": "net", "regime": "emotion", "source": "ensemble", "arm": arm, "layer": layer,
         "region": region, "participant": f"{p:02d}",
         "similarity": float(arm == "visual" and layer == f"v{best}")}
        for p in range(5)
        for region, best in hierarchy_layers.items()
        for arm, layers in (("visual", ("v0", "v1", "v2")), ("auditory", ("a0",)))
        for layer in layers
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_a_planted_gradient_is_found():
    table = gradients(
        singles({"V1": 0, "FFA": 1, "TPJ": 2}),
        {"visual": ["V1", "FFA", "TPJ"], "auditory": ["V1", "TPJ"]},
        seed=1,
    )
    assert set(table.arm) == {"visual"}  # one layer has no gradient
    test = table[table.region == "all"].iloc[0]
    assert test.order_correlation == pytest.approx(1)
    assert (test.p, test.n_participants) == (1 / 32, 5)
    assert table[table.region != "all"].depth.tolist() == [0.0, 0.5, 1.0]


def test_gradient_tests_are_corrected_over_the_arms_and_sets_of_one_source():
    first = singles({"V1": 0, "FFA": 1, "TPJ": 2})
    second = singles({"V1": 2, "FFA": 1, "TPJ": 0}).assign(regime="identity")
    other = second.assign(source="untrained")
    table = gradients(pd.concat([first, second, other]), {"visual": ["V1", "FFA", "TPJ"]}, seed=1)
    tested = table[table.region == "all"]
    assert tested.p.tolist() == [1 / 32, 1, 1]
    np.testing.assert_allclose(tested.p_fdr, [2 / 32, 1, 1])
    assert table.p_fdr[table.region != "all"].isna().all()


def test_networks_without_several_layers_have_an_empty_gradient_table():
    table = gradients(singles({"V1": 0, "TPJ": 1}), {}, seed=1)
    assert table.empty
    assert {"p", "p_fdr"} <= set(table)


def test_an_unknown_region_of_the_hierarchy_is_named():
    with pytest.raises(InputError, match=r"roi.hierarchy.visual: expected out of .* \['MT'\]"):
        gradients(singles({"V1": 0}), {"visual": ["V1", "MT"]}, seed=1)


def test_the_table_names_arms_controls_and_total():
    rng = np.random.default_rng(0)
    arms = ("visual", "visual", "auditory")
    network = ModelRDMs(
        rng.random((3, PAIRS)), IDS, ("a", "b", "c"), arms, ("ensemble",) * 3, "net", "emotion"
    )
    control = ModelRDMs(
        rng.random((2, PAIRS)), IDS, ("f0", "lum"), ("auditory", "visual"), ("clips",) * 2,
        "low_level", "clips",
    )  # fmt: skip
    models = ModelTable.gather([network, control], ["ensemble"], IDS)
    brain = RoiRDMs(
        network.dissimilarities[0] + 0.1 * rng.random((6, 1, PAIRS)), IDS,
        tuple("123456"), ("FFA",), np.full((6, 1), 30), "correlation",
    )  # fmt: skip
    table = variance_table(brain, models, "spearman", seed=1)
    assert len(table) == 2**3 - 1 + 1
    parts = ["visual", "auditory", "clip_features", "total"]
    assert table.part.iloc[[0, 1, 2, -1]].tolist() == parts
    assert table.part[table.r2[:-1].idxmax()] == "visual"
    assert table[table.part == "visual"].p.item() == 1 / 64
    without = variance_table(brain, ModelTable.gather([control], ["clips"], IDS), "spearman", 1)
    assert without.empty
    assert list(without) == list(table)


def test_own_models_of_each_participant_explain_only_that_participant():
    rng = np.random.default_rng(3)
    own = rng.standard_normal((6, 1, PAIRS))
    common = independent(1)
    data = own[:, 0] + 0.3 * rng.standard_normal((6, PAIRS))
    parts = partition({"visual": common}, data, "pearson", {"trial_order": own})
    assert set(parts) == {"visual", "trial_order", "visual & trial_order", "total"}
    assert parts["trial_order"].min() > 0.8
    swapped = partition({"visual": common}, data, "pearson", {"trial_order": own[::-1]})
    assert swapped["trial_order"].max() < 0.05


def test_own_models_equal_for_all_are_common_models():
    rng = np.random.default_rng(4)
    models, data = rng.random((3, PAIRS)), rng.random((5, PAIRS))
    common = partition({"a": models[:2], "b": models[2:]}, data, "spearman")
    own = {"b": np.tile(models[2:], (5, 1, 1))}
    parts = partition({"a": models[:2]}, data, "spearman", own)
    for name, values in common.items():
        np.testing.assert_allclose(parts[name], values, atol=1e-10)


def timing(participants: str = "123456") -> ModelRDMs:
    rows = np.random.default_rng(5).random((len(participants), PAIRS))
    n = len(participants)
    return ModelRDMs(
        rows, IDS, ("time",) * n, ("timing",) * n, tuple(f"sub-{p}" for p in participants),
        "timing", "participants",
    )  # fmt: skip


def test_what_only_the_order_of_trials_explains_is_no_part_of_the_clips_features():
    """Planted: every participant's RDM is that of their own order of trials."""
    rng, arms = np.random.default_rng(0), ("visual", "auditory")
    network = ModelRDMs(
        rng.random((2, PAIRS)), IDS, ("a", "b"), arms, ("ensemble",) * 2, "net", "emotion"
    )
    features = ModelRDMs(
        rng.random((2, PAIRS)), IDS, ("f0", "lum"), arms, ("clips",) * 2, "low_level", "clips"
    )
    models = ModelTable.gather([network, features], ["ensemble"], IDS)
    brain = RoiRDMs(
        timing().dissimilarities[:, None], IDS, tuple("123456"), ("V1",),
        np.full((6, 1), 30), "correlation",
    )  # fmt: skip
    table = variance_table(brain, models, "spearman", seed=1, timing=timing()).set_index("part")
    assert len(table) == 2**4 - 1 + 1
    assert table.r2["trial_order"] > 0.9
    assert table.p["trial_order"] == 1 / 64
    assert abs(table.r2["clip_features"]) < 0.05
    assert table.p["clip_features"] > 0.05
    # Three tests of unique parts; the order of trials does not count as one of theirs.
    asked = table.loc[["visual", "auditory", "clip_features"]]
    np.testing.assert_allclose(asked.p_fdr, false_discovery_control(asked.p))
    assert table.p_fdr["trial_order"] == table.p["trial_order"]
    with pytest.raises(InputError, match="'sub-6'"):
        variance_table(brain, models, "spearman", seed=1, timing=timing("12345"))
