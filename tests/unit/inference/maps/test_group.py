"""Group results: grids, refusals, clusters, files."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rois import Roi
from crossmodal.inference.maps.across_sets import study_clusters, study_p
from crossmodal.inference.maps.anatomy import Anatomy
from crossmodal.inference.maps.clusters import cluster_table, peaks
from crossmodal.inference.maps.group import GroupConfig, common_grid, group_result
from crossmodal.inference.maps.max_t import oriented, p_from_maxima, sums_from_t, t_from_sums
from crossmodal.inference.maps.permutation import map_statistic
from crossmodal.inference.sign_flips import is_exact, sign_patterns, smallest_p

AFFINE = np.array([[3.0, 0, 0, -9], [0, 3, 0, -12], [0, 0, 3, -6], [0, 0, 0, 1]])
SHAPE = (6, 7, 5)
CONFIG = GroupConfig(n_permutations=1000, alternative="greater", alpha=0.05)


def participants(n: int = 8, seed: int = 0) -> list[Maps]:
    """Noise with an effect of layer 'b' in a corner; participant 0 lacks one voxel."""
    rng = np.random.default_rng(seed)
    maps = []
    for number in range(n):
        mask = np.ones(SHAPE, dtype=bool)
        mask[5, 6, 4] = number != 0
        volume = rng.normal(size=(2, *SHAPE)).astype(np.float32)
        volume[1, :2, :2, :2] += 6
        maps.append(Maps(volume[:, mask], mask, AFFINE, ("a", "b"), "Fisher z", "MNI"))
    return maps


def test_effect_is_found_and_noise_is_not():
    result = group_result(participants(), CONFIG, seed=1)
    assert result.facts["n_permutations"] == 256
    assert result.facts["exact"]
    assert result.facts["n_voxels"] == np.prod(SHAPE) - 1
    p = result.maps["p_fwe"]
    assert p.volume("b")[:2, :2, :2].max() <= 0.05
    assert p.volume("a")[np.isfinite(p.volume("a"))].min() > 0.05
    assert (result.maps["p_fwe_all"].values >= p.values - 1e-9).all()


def test_maps_are_smoothed_inside_the_mask_if_asked_for():
    smooth = replace(CONFIG, smoothing_mm=6.0)
    result, without = (group_result(participants(), each, seed=1) for each in (smooth, CONFIG))
    assert (result.facts["smoothing_mm"], without.facts["smoothing_mm"]) == (6.0, 0.0)
    one, other = (each.maps["mean"].volume("a") for each in (result, without))
    assert np.nanstd(one) < np.nanstd(other) / 2
    np.testing.assert_array_equal(np.isnan(one), np.isnan(other))


def test_result_is_the_same_twice_and_survives_its_files(tmp_path):
    config = GroupConfig(
        100, "two-sided", 0.05, statistics=("tfce", "cluster_mass"), cluster_p=0.01
    )
    result = group_result(participants(), config, seed=1)
    again = group_result(participants(), config, seed=1, n_threads=2)
    result.write(tmp_path / "one")
    again.write(tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    stored = GroupResult.read(tmp_path / "one", ["mean", "p_tfce", "p_cluster_mass_all"])
    np.testing.assert_array_equal(stored.maps["mean"].values, result.maps["mean"].values)
    assert stored.clusters.layer.tolist() == result.clusters.layer.tolist()
    assert stored.facts["n_participants"] == 8


def test_single_participant_is_told_the_smallest_p():
    with pytest.raises(InputError, match="got 1, with which the smallest p .* is 0.5"):
        group_result(participants(1), CONFIG, seed=0)


def test_too_few_participants_for_alpha():
    with pytest.raises(InputError, match="got 4, with which the smallest p .* is 0.0625"):
        group_result(participants(4), CONFIG, seed=0)


def test_level_that_is_only_just_reached_would_list_nothing():
    config = GroupConfig(20, "greater", 0.05)
    with pytest.raises(InputError, match="expected enough for p < 0.05, got 8, .* is 0.05"):
        group_result(participants(8), config, seed=0)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("names", ("a", "c"), r"participant 2: names"),
        ("space", "native", r"participant 2: space: expected MNI, got native"),
        ("quantity", "r", r"participant 2: quantity"),
        ("affine", AFFINE + 1, r"participant 2: grid: expected that of participant 1"),
    ],
)
def test_maps_that_do_not_belong_together(field, value, message):
    first, second = participants(2)
    fields = {name: getattr(second, name) for name in Maps.__dataclass_fields__}
    with pytest.raises(InputError, match=message):
        common_grid([first, Maps(**fields | {field: value})])


@pytest.mark.parametrize("statistics", [(), ("tfce", "cluster_mass")])
def test_a_layer_without_any_value_leaves_the_others_alone(statistics):
    people = participants(5)
    blind = [replace(one, values=np.where([[True], [False]], one.values, np.nan))
             for one in people]  # fmt: skip
    config = GroupConfig(100, "two-sided", 0.1, statistics=statistics)
    alone = [replace(one, values=one.values[:1], names=one.names[:1]) for one in people]
    expected, found = (group_result(each, config, 0) for each in (alone, blind))
    for name in ("mean", "t", "p_fwe", "p_fwe_all", *statistics):
        np.testing.assert_array_equal(found.maps[name].values[0], expected.maps[name].values[0])
    assert np.isnan(found.maps["p_fwe"].values[1]).all()
    assert set(found.clusters.layer) <= {people[0].names[0]}


def test_no_common_voxel():
    first, second = participants(2)
    nothing = Maps(np.full_like(second.values, np.nan), second.mask, AFFINE, second.names,
                   second.quantity, second.space)  # fmt: skip
    with pytest.raises(InputError, match="voxels that all participants have, got none"):
        common_grid([first, nothing])


def test_config_refuses_unknown_names():
    with pytest.raises(InputError, match="alternative: expected one of .* got 'more'"):
        GroupConfig(100, "more", 0.05)
    with pytest.raises(InputError, match="statistics: expected one of .* got 'size'"):
        GroupConfig(100, "greater", 0.05, statistics=("size",))
    with pytest.raises(ValueError, match="alternative 'more' is none of"):
        oriented(np.zeros(1), "more")
    with pytest.raises(ValueError, match="statistic 'size' is none of"):
        map_statistic("size", np.ones((2, 2, 2), dtype=bool), "greater", 2.0)


def test_sign_patterns_are_all_patterns_when_few():
    signs = sign_patterns(4, 16, 0)
    assert is_exact(4, 16)
    assert len(np.unique(signs, axis=0)) == 16
    assert signs[0].tolist() == [1, 1, 1, 1]


def test_sign_patterns_are_drawn_when_many():
    signs = sign_patterns(20, 500, 0)
    assert signs.shape == (500, 20)
    assert (signs[0] == 1).all()
    assert abs(signs[1:].mean()) < 0.05
    np.testing.assert_array_equal(signs, sign_patterns(20, 500, 0))


def test_smallest_p():
    assert smallest_p(5, 5000, "greater") == 1 / 32
    assert smallest_p(5, 5000, "two-sided") == 2 / 32
    assert smallest_p(30, 5000, "two-sided") == 1 / 5000


def test_p_counts_ties_and_is_never_zero():
    maxima = np.array([3.0, 1, 2, 3])
    p = p_from_maxima(np.array([4.0, 3, 2.5, 0, np.nan]), maxima)
    np.testing.assert_allclose(p, [0.25, 0.5, 0.5, 1, np.nan])


def cluster_maps() -> dict[str, Maps]:
    mask = np.ones(SHAPE, dtype=bool)
    t = np.zeros(SHAPE)
    p = np.ones(SHAPE)
    t[1, 1, 1], t[2, 2, 2], t[5, 5, 4], t[4, 5, 4] = 5, 7, -6, 4
    p[t != 0] = 0.01
    volumes = {"t": t, "mean": t / 10, "p_fwe": p, "p_fwe_all": p * 2}
    return {
        name: Maps(v[mask][None].astype(np.float32), mask, AFFINE, ("layer",), name, "MNI")
        for name, v in volumes.items()
    }


def test_clusters_touch_by_corners_and_have_peaks_in_mm():
    table = cluster_table(cluster_maps(), "greater", 0.05)
    assert table.n_voxels.tolist() == [2, 1]
    assert table.size_mm3.tolist() == [54, 27]
    first = table.iloc[0]
    assert [first.peak_x_mm, first.peak_y_mm, first.peak_z_mm] == [-3, -6, 0]
    assert first.peak_t == 7
    assert first.p_fwe_all == pytest.approx(0.02)


def test_peaks_are_named():
    around = Roi("STG", "R", (-3.0, -6.0, 0.0), 4.0, "", "here")
    table = cluster_table(cluster_maps(), "greater", 0.05, Anatomy(rois=(around,)))
    assert set(table.label) == {"STG R"}
    assert table.label_distance_mm[0] == 0
    assert table.label_distance_mm[1] > 0
    unnamed = cluster_table(cluster_maps(), "greater", 0.05)
    assert unnamed.label.tolist() == ["", ""]
    assert unnamed.label_distance_mm.isna().all()


def test_peaks_of_a_cluster_are_at_least_that_far_apart():
    """Three hills along a ridge of 1 mm voxels: 10, 8 and 9 high, 6 and 8 mm apart."""
    x = np.arange(20.0)
    t = np.max([height - np.abs(x - at) for at, height in ((2, 10), (8, 8), (16, 9))], axis=0)
    t = t[:, None, None]
    voxels = np.argwhere(t > -np.inf)
    first, second, third = (2, 0, 0), (8, 0, 0), (16, 0, 0)
    assert peaks(t, voxels, np.eye(4), 8.0) == [first, third]
    assert peaks(t, voxels, np.eye(4), 6.0) == [first, third, second]
    assert peaks(t, voxels, np.eye(4), 15.0) == [first]
    wide = np.diag([2.0, 2.0, 2.0, 1.0])
    assert peaks(t, voxels, wide, 12.0) == [first, third, second]


@given(st.integers(0, 10**6), st.floats(1, 12))
@settings(max_examples=30)
def test_peaks_are_local_maxima_and_no_higher_one_is_left_out(seed, distance_mm):
    rng = np.random.default_rng(seed)
    values, affine = rng.normal(size=(7, 6, 5)), np.diag([3.0, 2.0, 2.5, 1.0])
    voxels = np.argwhere(rng.random(values.shape) < 0.8)
    found = np.array(peaks(values, voxels, affine, distance_mm))
    apart = cdist(found * np.diag(affine)[:3], found * np.diag(affine)[:3])
    assert (apart[np.triu_indices(len(found), 1)] >= distance_mm).all()
    heights = values[tuple(found.T)]
    assert (np.diff(heights) <= 0).all()
    assert heights[0] == values[tuple(voxels.T)].max()
    for voxel in found:
        near = voxels[np.abs(voxels - voxel).max(axis=1) <= 1]
        assert values[tuple(voxel)] == values[tuple(near.T)].max()


def test_two_sided_clusters_keep_signs_apart():
    table = cluster_table(cluster_maps(), "two-sided", 0.05)
    assert sorted(table.peak_t) == [-6, 4, 7]


def test_no_cluster_gives_an_empty_table_with_columns():
    assert cluster_table(cluster_maps(), "greater", 0.001).empty


def test_group_result_refuses_p_outside_its_range():
    result = group_result(participants(), CONFIG, seed=1)
    maps = dict(result.maps)
    maps["p_fwe"] = Maps(maps["p_fwe"].values + 1, maps["p_fwe"].mask, AFFINE, ("a", "b"), "p",
                         "MNI")  # fmt: skip
    with pytest.raises(InputError, match="p_fwe: expected p in"):
        GroupResult(maps, result.clusters, result.facts)
    with pytest.raises(InputError, match=r"no \['seed'\]"):
        GroupResult(result.maps, result.clusters,
                    {k: v for k, v in result.facts.items() if k != "seed"})  # fmt: skip
    with pytest.raises(InputError, match=r"no \['label'\]"):
        GroupResult(result.maps, result.clusters.drop(columns="label"), result.facts)


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
@pytest.mark.parametrize("statistic", ["t", "tfce"])
def test_correction_over_sets_equals_testing_them_as_one(alternative, statistic):
    config = GroupConfig(200, alternative, 0.05, statistics=("tfce",))
    one, two = participants(8, 0), participants(8, 1)
    both = [
        Maps(np.concatenate([a.values, b.values]), a.mask, AFFINE, ("a", "b", "c", "d"), a.quantity,
             a.space)
        for a, b in zip(one, two, strict=True)
    ]  # fmt: skip
    whole = group_result(both, config, seed=1)
    results = {"one": group_result(one, config, 1), "two": group_result(two, config, 1)}
    found = study_p(results, statistic)
    expected = whole.maps["p_fwe_all" if statistic == "t" else "p_tfce_all"].values
    np.testing.assert_allclose(
        np.concatenate([found["one"].values, found["two"].values]), expected, atol=1e-6
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("statistic", ["t", "tfce", "cluster_mass"])
def test_mirror_ties_of_exact_two_sided_tests_count_over_sets(statistic, seed, tmp_path):
    """A pattern and its mirror tie whatever their rounding, however large t is: p >= 2 / 2^n."""
    rng = np.random.default_rng(seed)
    mask = np.ones(SHAPE, dtype=bool)
    volumes = 1 + rng.normal(0, 0.004, size=(7, 2, mask.sum()))
    maps = [Maps(v.astype(np.float32), mask, AFFINE, ("a", "b"), "z", "MNI") for v in volumes]
    config = GroupConfig(1000, "two-sided", 0.05, statistics=("tfce", "cluster_mass"))
    result = group_result(maps, config, seed=1)
    result.write(tmp_path)
    stored = GroupResult.read(tmp_path, [statistic])
    name = "p_fwe_all" if statistic == "t" else f"p_{statistic}_all"
    assert result.maps[name].values.min() == pytest.approx(2 / 128)
    found = study_p({"only": stored}, statistic)["only"].values
    np.testing.assert_array_equal(found, result.maps[name].values)


def test_sums_from_t_inverts_t_from_sums():
    sums = np.array([-2.9, -1, 0, 0.3, 2.99])
    np.testing.assert_allclose(sums_from_t(t_from_sums(sums, 9), 9), sums, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(sums_from_t(np.array([np.inf, -np.inf]), 9), [3, -3])


def test_study_clusters_have_the_p_of_their_peaks(tmp_path):
    config = GroupConfig(200, "greater", 0.05)
    for name, seed in (("one", 0), ("two", 1)):
        group_result(participants(8, seed), config, 1).write(tmp_path / name)
    results = {name: GroupResult.read(tmp_path / name, ["t"]) for name in ("one", "two")}
    p = study_p(results, "t")
    table = study_clusters(results, p)
    assert set(table.model_set) == {"one", "two"}
    assert (table.p_fwe_study >= table.p_fwe_all - 1e-6).all()
    assert table.p_fwe_study.min() == pytest.approx(float(np.nanmin(p["one"].values)))


def test_sets_that_were_not_tested_alike():
    config = GroupConfig(200, "greater", 0.05)
    one, two = (group_result(participants(8), config, seed) for seed in (1, 2))
    with pytest.raises(InputError, match="two: seed: expected 1 as in one, got 2"):
        study_p({"one": one, "two": two}, "t")
    without = GroupResult(one.maps, one.clusters, one.facts)
    with pytest.raises(InputError, match="one: null.tsv: expected a column 't', got none"):
        study_p({"one": without}, "t")
