"""Condition-label permutation of one participant, and prevalence over several."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import spearmanr
from tqdm import tqdm

from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.inference.maps.condition_permutation import (
    condition_orders,
    is_exact,
    permute_conditions,
    permuted_comparison,
    permuted_maps,
    smallest_p,
)
from crossmodal.inference.maps.group import GroupConfig
from crossmodal.inference.maps.prevalence import largest_refuted, prevalence, prevalence_of_layers
from crossmodal.inference.maps.prevalence_maps import PrevalenceConfig, prevalence_maps
from crossmodal.inference.maps.single import single_result
from crossmodal.rsa.comparisons import prepare
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.layout import arrange
from crossmodal.rsa.models import reordered
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.tiles import tile_rdms

CONFIG = GroupConfig(2000, "greater", 0.05, "condition_permutation")


def test_orders_are_all_orders_when_few():
    orders = condition_orders(4, 24, 0)
    assert sorted(map(tuple, orders)) == sorted(permutations(range(4)))
    assert orders[0].tolist() == [0, 1, 2, 3]


def test_orders_are_drawn_when_many():
    orders = condition_orders(12, 300, 0)
    assert not is_exact(12, 300)
    assert orders[0].tolist() == list(range(12))
    np.testing.assert_array_equal(np.sort(orders, axis=1)[50], np.arange(12))


def test_permutation_equals_brute_force():
    rng = np.random.default_rng(0)
    mask = rng.random((4, 4, 4)) < 0.9
    betas = rng.normal(size=(1, 5, int(mask.sum())))
    models = rng.normal(size=(2, 10))
    around = spheres(mask, np.eye(4), 1.5)
    patterns = arrange(betas, "correlation", np.float64)
    orders = condition_orders(5, 120, 0)
    result = permute_conditions(patterns, around, models, "spearman", orders, min_voxels=5)
    rdms = tile_rdms(patterns, around, 0)[0][: len(around)]
    big = around.sizes >= 5
    for m in range(2):
        r = np.array(
            [
                [spearmanr(rdm, reordered(models[m : m + 1], o)[0]).statistic for rdm in rdms[big]]
                for o in orders
            ]
        )
        np.testing.assert_allclose(result.observed[m][big], r[0], atol=1e-12)
        np.testing.assert_allclose(result.mean[m][big], r.mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(result.sd[m][big], r.std(axis=0), atol=1e-12)
        np.testing.assert_allclose(result.maxima[m], r.max(axis=1), atol=1e-12)
        assert np.isnan(result.observed[m][~big]).all()


def single(effect: float, n: int = 10) -> tuple[Betas, ModelRDMs]:
    """Two categories of conditions; they differ in one corner by ``effect``."""
    rng = np.random.default_rng(1)
    mask = np.ones((8, 8, 6), dtype=bool)
    betas = rng.normal(size=(1, n, *mask.shape)).astype(np.float32)
    pattern = rng.normal(size=(3, 3, 3)).astype(np.float32)
    category = np.arange(n) % 2
    betas[0, category == 1, :3, :3, :3] += effect * pattern
    ids = tuple(f"block{i}" for i in range(n))
    rows, columns = np.triu_indices(n, 1)
    model = (category[rows] != category[columns]).astype(float)
    variance = np.ones((1, mask.sum()), dtype=np.float32)
    return (
        Betas(
            betas.reshape(1, n, -1), mask, np.diag([3.0, 3, 3, 1]), ids, ("1",), variance, "native"
        ),
        ModelRDMs(model[None], ids, ("category",), ("",), ("table",), "table", "blocks"),
    )


def test_planted_categories_are_found_where_they_are():
    result = single_result(*single(3.0), SearchlightConfig(6.0, 10), CONFIG, seed=0)
    p = result.maps["p_fwe"].volume("category")
    assert p[1, 1, 1] < 0.05
    assert p[5:, 5:].min() > 0.05
    assert result.facts["test"] == "condition_permutation"
    assert not result.clusters.empty


def test_too_few_conditions_for_alpha():
    with pytest.raises(InputError, match="expected enough for p < 0.05, got 4, .* reach p = 0.33"):
        single_result(*single(0, 4), SearchlightConfig(6.0), CONFIG, seed=0)


def test_level_that_is_only_just_reached_would_list_nothing():
    config = GroupConfig(20, "greater", 0.05, "condition_permutation")
    with pytest.raises(InputError, match="expected enough for p < 0.05, got 10, .* p = 0.05 at"):
        single_result(*single(3.0), SearchlightConfig(6.0), config, seed=0)


def test_statistics_that_need_participants():
    with pytest.raises(InputError, match=r"group.statistics: expected none .* got \['tfce'\]"):
        single_result(*single(3.0), SearchlightConfig(6.0), replace(CONFIG, statistics=["tfce"]), 0)


@pytest.mark.parametrize(
    ("n_permutations", "n_combinations", "alpha", "reached"),
    [(40, 20, 0.05, "0.0506"), (10, 400, 0.01, "0.012")],
)
def test_prevalence_that_could_never_be_found(n_permutations, n_combinations, alpha, reached):
    config = PrevalenceConfig(("table/blocks",), None, n_permutations, n_combinations)
    message = (
        f"group.prevalence: .* p < {alpha}, got .* 2 participants reach p = {reached}.* category"
    )
    with pytest.raises(InputError, match=message):
        prevalence_maps(*people(4.0, 2), SearchlightConfig(6.0, 10), config, alpha, 0)


def test_comparison_that_cannot_be_permuted():
    config = SearchlightConfig(6.0, comparison="tau_a")
    with pytest.raises(InputError, match="searchlight.comparison"):
        single_result(*single(0), config, CONFIG, seed=0)


def test_smallest_p_counts_orders_that_leave_the_model_as_it_is():
    two_and_two = np.array([0.0, 1, 1, 1, 1, 0])
    assert smallest_p(two_and_two, condition_orders(4, 24, 0)) == 8 / 24


def test_prevalence_closed_form():
    """With p_global = 1 / n_combinations and no correction, eq. 20 in closed form."""
    gamma = largest_refuted(np.array([0.001]), np.array([0.001]), 10, 0.05)
    level = (0.05 - 0.001) / (1 - 0.001)
    expected = (level**0.1 - 0.001**0.1) / (1 - 0.001**0.1)
    np.testing.assert_allclose(gamma, expected)
    p_at_gamma = ((1 - gamma) * 0.001**0.1 + gamma) ** 10
    np.testing.assert_allclose(p_at_gamma, level)


def test_prevalence_finds_an_effect_in_all_and_none_in_noise():
    values = np.random.default_rng(0).normal(size=(8, 30, 40))
    values[:, 0, :5] += 6
    result = prevalence(values, 500, 0.05, seed=0)
    assert (result.gamma[:5] > 0.3).all()
    assert np.isnan(result.gamma[5:]).all()
    assert (result.p_corrected >= result.p_global).all()


def test_prevalence_needs_participants_and_permutations():
    with pytest.raises(ValueError, match="two or more participants and permutations, not 1 and 4"):
        prevalence(np.zeros((1, 5, 3)), 10, 0.05, 0)


def people(effect: float, n: int = 6) -> tuple[list[Betas], ModelRDMs]:
    """Participants with the effect of ``single`` and noise of their own."""
    one, model = single(effect)
    noise = (np.random.default_rng(number).normal(size=one.betas.shape) for number in range(n))
    return [replace(one, betas=(one.betas + own).astype(np.float32)) for own in noise], model


def test_prevalence_maps_find_a_common_effect_where_it_is():
    config = PrevalenceConfig(("table/blocks",), None, 40, 400)
    maps = prevalence_maps(*people(4.0), SearchlightConfig(6.0, 10), config, 0.05, 0)
    assert list(maps) == ["p_global", "p_corrected", "gamma"]
    corrected, gamma = (maps[name].volume("category") for name in ("p_corrected", "gamma"))
    assert corrected[1, 1, 1] < 0.05
    assert gamma[1, 1, 1] > 0.2
    assert np.nanmin(corrected[5:, 5:]) > 0.05
    assert np.isnan(gamma[5:, 5:]).all()


def test_prevalence_is_corrected_over_layers_too():
    values = [np.random.default_rng(seed).normal(size=(5, 20, 30)) for seed in (0, 1)]
    one = prevalence(values[0], 300, 0.05, 3)
    both = prevalence_of_layers([[each] for each in values], 300, 0.05, 3)
    np.testing.assert_array_equal(both[0].p_global, one.p_global)
    assert (both[0].p_corrected >= one.p_corrected).all()
    assert (both[0].p_corrected > one.p_corrected).any()


def test_prevalence_has_one_bar_over_the_blocks_of_all_layers(monkeypatch):
    moved = []

    class Bar(tqdm):
        def update(self, n=1):
            moved.append(self)
            return super().update(n)

    monkeypatch.setattr("crossmodal.inference.maps.prevalence.tqdm", Bar)
    blocks = list(np.random.default_rng(0).normal(size=(2, 5, 20, 30)))
    prevalence_of_layers([blocks, blocks, blocks], 30, 0.05, 3)
    assert len(moved) == 6
    assert len(set(map(id, moved))) == 1


def in_another_order(model: ModelRDMs) -> ModelRDMs:
    order = np.random.default_rng(7).permutation(len(model.stimulus_ids))
    ids = tuple(model.stimulus_ids[i] for i in order)
    return replace(model, dissimilarities=reordered(model.dissimilarities, order), stimulus_ids=ids)


def test_models_are_matched_by_id_in_one_participants_test():
    betas, model = single(3.0)
    given = (SearchlightConfig(6.0, 10), CONFIG, 0)
    plain, moved = (single_result(betas, each, *given) for each in (model, in_another_order(model)))
    assert moved.maps["p_fwe"].values.tobytes() == plain.maps["p_fwe"].values.tobytes()


def test_models_are_matched_by_id_in_prevalence_maps():
    betas, model = people(4.0, 3)
    given = (SearchlightConfig(6.0, 10), PrevalenceConfig((), None, 40, 100), 0.05, 0)
    plain, moved = (prevalence_maps(betas, each, *given)
                    for each in (model, in_another_order(model)))  # fmt: skip
    assert moved["p_corrected"].values.tobytes() == plain["p_corrected"].values.tobytes()


@pytest.mark.parametrize("test", ["single", "prevalence"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: in_another_order(single(0, 8)[1]), "ids without 2 of them"),
        (lambda m: replace(m, dissimilarities=np.ones_like(m.dissimilarities)),
         "layers: expected an RDM that varies, got constant ones: .*category"),
    ],
    ids=["another number of conditions", "constant"],
)  # fmt: skip
def test_models_that_cannot_be_tested_are_named(test, change, message):
    betas, model = people(0, 2)
    model, searchlight = change(model), SearchlightConfig(6.0, 10)
    tests = {
        "single": lambda: single_result(betas[0], model, searchlight, CONFIG, 0),
        "prevalence": lambda: prevalence_maps(
            betas, model, searchlight, PrevalenceConfig(()), 0.05, 0
        ),
    }
    with pytest.raises(InputError, match=message):
        tests[test]()


def with_constant(model: ModelRDMs) -> ModelRDMs:
    """The set with a constant RDM in front."""
    rdms = np.concatenate([np.ones_like(model.dissimilarities[:1]), model.dissimilarities])
    fields = {
        name: (getattr(model, name)[0], *getattr(model, name))
        for name in ("arms", "sources", "measures")
    }
    return replace(model, dissimilarities=rdms, layers=("flat", *model.layers), **fields)


def test_a_constant_model_leaves_the_others_alone(caplog):
    (betas, model), searchlight = single(3.0), SearchlightConfig(6.0, 10)
    alone = single_result(betas, model, searchlight, CONFIG, 0)
    beside = single_result(betas, with_constant(model), searchlight, CONFIG, 0)
    for name in ("mean", "t", "p_fwe", "p_fwe_all"):
        np.testing.assert_array_equal(beside.maps[name].values[1:], alone.maps[name].values)
        assert np.isnan(beside.maps[name].values[0]).all()
    assert "flat is constant: its maps are NaN" in caplog.text
    assert "model flat reaches p = 1 at best: nothing can be found" in caplog.text


def test_a_constant_model_is_left_out_of_prevalence_maps():
    betas, model = people(4.0, 3)
    given = (SearchlightConfig(6.0, 10), PrevalenceConfig((), None, 40, 100), 0.05, 0)
    alone, beside = (prevalence_maps(betas, each, *given) for each in (model, with_constant(model)))
    assert beside["gamma"].names == model.layers
    assert beside["gamma"].values.tobytes() == alone["gamma"].values.tobytes()


def test_prevalence_maps_refuse_what_cannot_be():
    config, searchlight = PrevalenceConfig(()), SearchlightConfig(6.0, 10)
    several, model = people(0.0, 2)
    with pytest.raises(InputError, match="group.prevalence: expected two participants or more"):
        prevalence_maps(several[:1], model, searchlight, config, 0.05, 0)
    with pytest.raises(InputError, match="prevalence.layers: .* got dense"):
        prevalence_maps(several, model, searchlight, replace(config, layers=("dense",)), 0.05, 0)
    with pytest.raises(InputError, match="searchlight.comparison: expected one that can be perm"):
        prevalence_maps(several, model, replace(searchlight, comparison="tau_a"), config, 0.05, 0)


def test_permuted_maps_hold_the_observed_map_first():
    one, model = single(1.0)
    around = spheres(one.mask, one.affine, 6.0)
    patterns = arrange(one.betas, "correlation")
    orders = condition_orders(10, 30, 0)
    ready = permuted_comparison(prepare(model.dissimilarities, "spearman"), orders)
    maps = permuted_maps(patterns, around, ready, min_voxels=10)
    whole = permute_conditions(
        patterns, around, model.dissimilarities, "spearman", orders, min_voxels=10
    )
    np.testing.assert_allclose(maps[0], whole.observed[0], atol=1e-6)
    np.testing.assert_allclose(maps.mean(axis=0), whole.mean[0], atol=1e-6)
