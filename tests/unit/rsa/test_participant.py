"""All model sets of one participant in one pass; conditions are matched by id."""

from dataclasses import replace

import numpy as np
import pytest

from crossmodal.contracts.betas import Betas, write_residuals
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.rsa.models import aligned, chosen_source, pair_order, reordered
from crossmodal.rsa.noise import univariate
from crossmodal.rsa.participant import participant_maps, read_controls
from crossmodal.rsa.participants import ceiling_maps
from crossmodal.rsa.searchlight import fisher_z, searchlight_rsa

IDS = ("a", "b", "c", "d", "e")


def betas(n_runs: int = 2) -> Betas:
    rng = np.random.default_rng(0)
    mask = np.ones((4, 4, 4), dtype=bool)
    values = rng.normal(size=(n_runs, 5, 64)).astype(np.float32)
    variance = rng.uniform(0.5, 2, size=(n_runs, 64)).astype(np.float32)
    runs = tuple(str(run) for run in range(n_runs))
    return Betas(values, mask, np.diag([3.0, 3, 3, 1]), IDS, runs, variance, "native")


def models(ids: tuple[str, ...] = IDS, n: int = 3, source: str = "ensemble") -> ModelRDMs:
    pairs = len(ids) * (len(ids) - 1) // 2
    values = np.random.default_rng(1).normal(size=(n, pairs))
    layers = tuple(f"layer{i}" for i in range(n))
    return ModelRDMs(values, ids, layers, ("visual",) * n, (source,) * n, "net", "emotion")


def test_sets_come_back_in_order_with_their_layers():
    config = SearchlightConfig(4.0)
    maps, sizes = participant_maps(betas(), [models(), models(n=2)], config)
    assert [one.names for one in maps] == [("layer0", "layer1", "layer2"), ("layer0", "layer1")]
    assert maps[0].quantity == "Fisher z, Spearman of searchlight and model RDMs"
    both = np.concatenate([models().dissimilarities, models(n=2).dissimilarities])
    one = betas()
    expected = fisher_z(searchlight_rsa(one.betas, one.mask, one.affine, both, config))
    np.testing.assert_array_equal(np.concatenate([m.values for m in maps]), expected)
    assert sizes.values.max() == 7


def test_conditions_are_matched_by_id_not_position():
    order = np.array([3, 1, 4, 0, 2])
    shuffled_ids = tuple(IDS[i] for i in order)
    full = models()
    shuffled = ModelRDMs(reordered(full.dissimilarities, order), shuffled_ids, full.layers,
                         full.arms, full.sources, "net", "emotion")  # fmt: skip
    np.testing.assert_array_equal(aligned(shuffled, IDS), full.dissimilarities)


def test_pair_order_moves_whole_conditions():
    order = np.array([2, 0, 1])
    matrix = np.array([[0, 1, 2], [1, 0, 3], [2, 3, 0.0]])
    moved = matrix[np.ix_(order, order)]
    vector = matrix[np.triu_indices(3, 1)]
    np.testing.assert_array_equal(vector[pair_order(order)], moved[np.triu_indices(3, 1)])


def test_models_without_a_condition_of_the_betas():
    with pytest.raises(InputError, match="the betas' conditions \\('e' …\\), got 4 ids"):
        aligned(models(IDS[:4]), IDS)


def test_models_with_more_conditions_than_the_betas():
    with pytest.raises(InputError, match="only the betas' 5 conditions, got 1 more \\('f' …\\)"):
        aligned(models((*IDS, "f")), IDS)


def test_constant_model_rdm():
    flat = models()
    flat.dissimilarities[1] = 0.5
    with pytest.raises(InputError, match="layer layer1: expected an RDM that varies, got all 0.5"):
        aligned(flat, IDS)


def test_a_constant_model_gets_nan_and_the_others_go_on(caplog):
    flat = models()
    flat.dissimilarities[1] = 0.5
    config = SearchlightConfig(4.0)
    expected, sizes = participant_maps(betas(), [models()], config)
    (found,), _ = participant_maps(betas(), [flat], config)
    assert np.isnan(found.values[1]).all()
    np.testing.assert_array_equal(found.values[[0, 2]], expected[0].values[[0, 2]])
    assert "net/emotion/layer1 is constant" in caplog.text


def test_constant_models_only_are_refused():
    flat = models()
    flat.dissimilarities[:] = 0.5
    with pytest.raises(InputError, match="layers: expected an RDM that varies, got constant ones"):
        participant_maps(betas(), [flat], SearchlightConfig(4.0))


@pytest.mark.parametrize(("distance", "n"), [("crossnobis", 2), ("correlation", 1)])
def test_conditions_that_too_few_runs_show_together_are_named(distance, n):
    data = betas(2)
    data.betas[0, 1] = np.nan
    data.betas[1, 3] = np.nan
    message = rf"each pair of conditions in {n} or more runs, got '.' and '.' in [0{n - 1}]"
    with pytest.raises(InputError, match=message):
        participant_maps(data, [models()], SearchlightConfig(4.0, distance=distance))


def test_only_source_is_taken_whatever_its_name():
    assert chosen_source(models(source="labels"), "ensemble").sources == ("labels",) * 3


def test_unknown_source_among_several():
    two = models()
    mixed = ModelRDMs(two.dissimilarities, IDS, two.layers, two.arms, ("seed-0", "seed-1", "best"),
                      "net", "emotion")  # fmt: skip
    assert chosen_source(mixed, "best").layers == ("layer2",)
    with pytest.raises(InputError, match="'ensemble'"):
        chosen_source(mixed, "ensemble")


def test_crossnobis_with_one_run():
    with pytest.raises(InputError, match="run_ids: expected two or more for crossnobis, got 1"):
        participant_maps(betas(1), [models()], SearchlightConfig(4.0, distance="crossnobis"))


def test_univariate_noise_normalisation_divides_by_the_residual_sd():
    one = betas()
    normed = univariate(one.betas, one.residual_variance)
    np.testing.assert_allclose(
        normed[1, 2], one.betas[1, 2] / np.sqrt(one.residual_variance[1]), rtol=1e-6
    )
    variance = one.residual_variance.copy()
    variance[0, 5] = 0
    assert np.isnan(univariate(one.betas, variance)[0, :, 5]).all()
    config = SearchlightConfig(4.0, noise_normalisation="univariate")
    expected = searchlight_rsa(normed, one.mask, one.affine, models().dissimilarities, config)
    maps, _ = participant_maps(one, [models()], config)
    np.testing.assert_array_equal(maps[0].values, fisher_z(expected))


def test_ceiling_maps_match_conditions_by_id_and_use_common_voxels():
    one, two, three = betas(), betas(), betas()
    rng = np.random.default_rng(5)
    for other in (two, three):
        other.betas[:] += rng.normal(size=other.betas.shape)
    config = SearchlightConfig(4.0)
    plain = ceiling_maps([one, two, three], config)
    assert plain.names == ("lower", "upper")
    assert (plain.values[0] <= plain.values[1] + 1e-6).all()
    order = np.array([4, 2, 0, 1, 3])
    moved = Betas(two.betas[:, order], two.mask, two.affine, tuple(IDS[i] for i in order),
                  two.run_ids, two.residual_variance, two.space)  # fmt: skip
    np.testing.assert_allclose(ceiling_maps([one, moved, three], config).values, plain.values)
    two.betas[0, 0, 7] = np.nan
    assert ceiling_maps([one, two, three], config).mask.sum() == 63


def test_ceiling_maps_refuse_what_does_not_belong_together():
    one = betas()
    fields = {name: getattr(one, name) for name in Betas.__dataclass_fields__}
    config = SearchlightConfig(4.0)
    other_ids = Betas(**fields | {"condition_ids": ("a", "b", "c", "d", "x"), "name": "two"})
    with pytest.raises(InputError, match="two: condition_ids: expected those of Betas"):
        ceiling_maps([one, other_ids], config)
    other_grid = Betas(**fields | {"affine": one.affine + np.eye(4), "name": "two"})
    with pytest.raises(InputError, match="two: grid: expected that of Betas"):
        ceiling_maps([one, other_grid], config)
    with pytest.raises(InputError, match="two or more for a noise ceiling, got 1"):
        ceiling_maps([one], config)
    with pytest.raises(InputError, match="two or more for a noise ceiling, got 0"):
        ceiling_maps([], config)
    partial = SearchlightConfig(4.0, comparison="partial_spearman")
    two = replace(one, name="two")
    with pytest.raises(InputError, match="two: control RDMs: expected some, as of .* got none"):
        ceiling_maps([one, two], partial, [[models()], []])
    with pytest.raises(InputError, match="control RDMs: expected of 2 participants, got of 1"):
        ceiling_maps([one, two], partial, [[models()]])
    lost = one.betas.copy()
    lost[0, 0, 1:] = np.nan
    blank = one.betas.copy()
    blank[0, 0, :1] = np.nan
    apart = [Betas(**fields | {"betas": values}) for values in (lost, blank)]
    with pytest.raises(InputError, match="all participants have, got none"):
        ceiling_maps(apart, config)


def noisy(n_runs: int = 2) -> Betas:
    """Betas with residuals that correlate between neighbouring voxels."""
    one = betas(n_runs)
    residuals = np.random.default_rng(7).normal(size=(60, 64))
    residuals[:, 1:] += 0.6 * residuals[:, :-1]
    return replace(one, residuals=residuals.astype(np.float16))


@pytest.mark.parametrize("distance", ["correlation", "crossnobis", "mahalanobis"])
def test_multivariate_normalisation_whitens_every_sphere(distance):
    one = noisy()
    config = SearchlightConfig(4.0, distance=distance, noise_normalisation="multivariate")
    maps, _ = participant_maps(one, [models()], config)
    expected = searchlight_rsa(
        one.betas, one.mask, one.affine, models().dissimilarities, config,
        residuals=one.residuals.astype(np.float32),
    )  # fmt: skip
    np.testing.assert_array_equal(maps[0].values, fisher_z(expected))
    plain, _ = participant_maps(one, [models()], SearchlightConfig(4.0))
    assert np.abs(plain[0].values - maps[0].values).max() > 0.05


def test_voxels_without_residual_variance_count_as_outside_the_mask():
    one = noisy()
    one.residual_variance[1, 30] = 0
    config = SearchlightConfig(4.0, noise_normalisation="multivariate")
    values = participant_maps(one, [models()], config)[0][0].values
    assert np.isnan(values[:, 30]).all()
    assert np.isfinite(values[:, :30]).all()


def test_multivariate_normalisation_needs_residuals():
    config = SearchlightConfig(4.0, noise_normalisation="multivariate")
    with pytest.raises(InputError, match="residuals: expected the GLM's residuals, .* got none"):
        participant_maps(betas(), [models()], config)
    with pytest.raises(InputError, match="residuals: expected the GLM's residuals, .* got none"):
        ceiling_maps([betas(), betas()], config)


def test_residuals_survive_their_file(tmp_path):
    one = noisy()
    one.write(tmp_path / "b.h5")
    write_residuals(one.residuals, tmp_path / "r.npy")
    stored = Betas.read(tmp_path / "b.h5", tmp_path / "r.npy")
    np.testing.assert_array_equal(stored.residuals, one.residuals)
    assert Betas.read(tmp_path / "b.h5").residuals is None


def test_residuals_of_other_voxels_or_no_file(tmp_path):
    one = noisy()
    with pytest.raises(InputError, match=r"residuals: expected float16 \(time, 64 voxels\)"):
        replace(one, residuals=one.residuals[:, 1:])
    one.write(tmp_path / "b.h5")
    with pytest.raises(InputError, match="r.npy: file: expected residuals .* no such file"):
        Betas.read(tmp_path / "b.h5", tmp_path / "r.npy")
    (tmp_path / "r.npy").write_bytes(b"nothing")
    with pytest.raises(InputError, match="r.npy: content: expected residuals"):
        Betas.read(tmp_path / "b.h5", tmp_path / "r.npy")


@pytest.mark.parametrize("comparison", ["partial_spearman", "partial_pearson"])
def test_controls_are_taken_out(comparison):
    one, controls = betas(), models(n=2, source="clips")
    controls.dissimilarities[:] = np.random.default_rng(9).normal(size=(2, 10))
    config = SearchlightConfig(4.0, comparison=comparison)
    maps, _ = participant_maps(one, [models()], config, [controls])
    expected = searchlight_rsa(
        one.betas, one.mask, one.affine, models().dissimilarities, config,
        controls=controls.dissimilarities,
    )  # fmt: skip
    np.testing.assert_array_equal(maps[0].values, fisher_z(expected))


def test_controls_go_with_partial_comparisons():
    with pytest.raises(InputError, match="searchlight.controls: expected some for a partial"):
        participant_maps(betas(), [models()], SearchlightConfig(4.0, comparison="partial_pearson"))
    with pytest.raises(InputError, match="searchlight.controls: .* none for others"):
        participant_maps(betas(), [models()], SearchlightConfig(4.0), [models()])


def test_model_that_the_controls_explain_is_named():
    config = SearchlightConfig(4.0, comparison="partial_pearson")
    same = models(n=2).dissimilarities[1:] * 2 + 1
    control = ModelRDMs(same, IDS, ("lum",), ("visual",), ("clips",), "low_level", "clips")
    with pytest.raises(InputError, match="got net/emotion/layer1"):
        participant_maps(betas(), [models(n=2)], config, [control])


def test_controls_of_a_participant_are_its_own(tmp_path):
    own = models()
    own = ModelRDMs(own.dissimilarities, IDS, ("time",) * 3, own.arms,
                    ("sub-01", "sub-02", "sub-03"), "timing", "participants")  # fmt: skip
    own.write(tmp_path / "timing.h5")
    (chosen,) = read_controls([tmp_path / "timing.h5"], "ensemble", "sub-02")
    np.testing.assert_array_equal(chosen.dissimilarities, own.dissimilarities[1:2])
    models(source="clips").write(tmp_path / "low.h5")
    (chosen,) = read_controls([tmp_path / "low.h5"], "ensemble", "sub-02")
    assert len(chosen.layers) == 3


def test_ceiling_maps_under_a_memory_limit_are_the_same():
    people = [noisy(), noisy(), noisy()]
    for number, one in enumerate(people):
        one.betas[:] += np.random.default_rng(number).normal(size=one.betas.shape)
    config = SearchlightConfig(4.0, noise_normalisation="multivariate")
    limited = replace(config, max_memory_mb=30)
    np.testing.assert_array_equal(
        ceiling_maps(people, limited, n_threads=2).values, ceiling_maps(people, config).values
    )
