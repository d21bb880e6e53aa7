"""Dual bootstrap, noise ceilings and model comparison against rsatoolbox."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import rsatoolbox
from rsatoolbox.inference import boot_noise_ceiling, eval_dual_bootstrap, evaluate
from rsatoolbox.rdm import compare
from scipy.stats import spearmanr

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.inference.regions.bootstrap import (
    Draws,
    SampledPairs,
    dual_bootstrap,
    noise_ceiling,
)
from crossmodal.inference.regions.model_tests import (
    ModelTable,
    RoiInference,
    compare_models,
    condition_groups,
)
from crossmodal.inference.regions.rows import Rows, Whitening
from crossmodal.rsa.models import reordered
from tests.reference.rsatoolbox_names import NAMES

N, N_GROUPS, N_PARTICIPANTS = 18, 6, 5
PAIRS = N * (N - 1) // 2
GROUPS = np.arange(N) % N_GROUPS
IDS = tuple(f"clip-{i:02d}" for i in range(N))
pytestmark = pytest.mark.filterwarnings("ignore:Noise ceiling for tau")  # rsatoolbox's


@pytest.fixture(scope="module")
def truth():
    rng = np.random.default_rng(0)
    base = rng.random(PAIRS)
    brain = base + rng.random((2, N_PARTICIPANTS, PAIRS))
    models = base + rng.random((4, PAIRS)) * np.array([0.2, 1, 5, 50])[:, None]
    return models, brain


def model_set(vectors, model="net", regime="emotion", source="ensemble", arms=None):
    n = len(vectors)
    layers = tuple(f"layer{i}" for i in range(n))
    return ModelRDMs(
        vectors, IDS, layers, tuple(arms or ["visual"] * n), (source,) * n, model, regime
    )


def roi(brain):
    counts = np.full(brain.shape[1::-1], 30)
    participants = tuple(f"{i:02d}" for i in range(brain.shape[1]))
    return RoiRDMs(
        brain.transpose(1, 0, 2), IDS, participants, ("FFA", "STG"), counts, "correlation"
    )


def toolbox_data(vectors):
    return rsatoolbox.rdm.RDMs(vectors, pattern_descriptors={"unit": GROUPS.tolist()})


@pytest.mark.parametrize("comparison", NAMES)
def test_the_dual_bootstrap_is_rsatoolboxs(truth, comparison, monkeypatch):
    models, brain = truth
    drawn, original = [], evaluate.bootstrap_sample

    def watched(*args, **kwargs):
        sample = original(*args, **kwargs)
        drawn.append(sample[1:])
        return sample

    monkeypatch.setattr(evaluate, "bootstrap_sample", watched)
    np.random.seed(3)  # noqa: NPY002  (rsatoolbox draws from the global stream)
    expected = eval_dual_bootstrap(
        [rsatoolbox.model.ModelFixed(str(i), toolbox_data(m[None])) for i, m in enumerate(models)],
        toolbox_data(brain[0]),
        method=NAMES[comparison],
        k_pattern=1,
        k_rdm=1,
        N=12,
        pattern_descriptor="unit",
        rdm_descriptor="index",
    )
    draws = Draws(*(np.array(part) for part in zip(*drawn, strict=True)))
    ours = dual_bootstrap(models, brain[:1], GROUPS, draws, comparison)[0]
    # float32 ranks and products
    np.testing.assert_allclose(ours.evaluations, expected.evaluations[:, :, 0, 0], atol=2e-6)
    np.testing.assert_allclose(ours.ceilings, expected.noise_ceiling[:, :, 0], atol=2e-6)
    np.testing.assert_allclose(ours.covariances(), expected.variances, atol=1e-7)


@pytest.mark.parametrize("comparison", NAMES)
def test_the_noise_ceiling_is_rsatoolboxs(truth, comparison):
    data = truth[1][0]
    ours = noise_ceiling(Rows.of(data, comparison), np.ones(len(data), dtype=int))
    expected = boot_noise_ceiling(toolbox_data(data), NAMES[comparison])
    np.testing.assert_allclose(ours, expected, atol=2e-6)


@pytest.mark.parametrize("comparison", NAMES)
def test_similarities_are_rsatoolboxs(truth, comparison):
    models, brain = truth
    data = np.round(brain[0], 1)  # ties
    rows = Rows.of(data, comparison)
    expected = compare(toolbox_data(data), toolbox_data(models), NAMES[comparison])
    np.testing.assert_allclose(rows.similarity(rows.like(models)), expected, atol=2e-6)
    np.testing.assert_allclose(
        rows.paired(rows.like(models[:1].repeat(len(data), axis=0))), expected[:, 0], atol=2e-6
    )


def test_the_roots_square_is_the_inverse_of_the_distances_covariance():
    groups, drawn = np.arange(8) % 4, np.array([0, 0, 2, 3])
    pairs = SampledPairs.of(groups, drawn)  # conditions 0 and 4 twice, never paired with itself
    root = Whitening.of(pairs.first, pairs.second)(np.eye(len(pairs.first)))
    contrasts = np.zeros((len(pairs.first), 8))
    contrasts[np.arange(len(contrasts)), pairs.first] = 1
    contrasts[np.arange(len(contrasts)), pairs.second] = -1
    covariance = (contrasts @ contrasts.T) ** 2
    np.testing.assert_allclose(root @ root.T / 2, np.linalg.inv(covariance), atol=1e-12)


@pytest.mark.parametrize("comparison", ["cosine", "whitened_cosine"])
def test_cosines_are_not_tested_against_zero_on_biased_distances(truth, comparison):
    models, brain = truth
    table = ModelTable.gather([model_set(models)], ["ensemble"], IDS)
    config = RoiInference(comparison, 20)
    with pytest.raises(InputError, match=f"distance crossnobis .* got {comparison} of correlation"):
        compare_models(roi(brain), table, GROUPS, config, seed=1)
    unbiased = dataclasses.replace(roi(brain), distance="crossnobis")
    fits, _, _ = compare_models(unbiased, table, GROUPS, config, seed=1)
    expected = compare(toolbox_data(models), toolbox_data(brain[0]), NAMES[comparison])
    estimates = fits[fits.region == "FFA"].estimate
    np.testing.assert_allclose(estimates, expected.mean(axis=1), atol=1e-6)


def test_one_participant_alone_has_no_ceiling(truth):
    rows = Rows.of(truth[1][0], "spearman")
    assert np.isnan(noise_ceiling(rows, np.array([5, 0, 0, 0, 0]))).all()


def test_a_constant_model_predicts_nothing():
    unit = Rows.of(np.vstack([np.full(10, 3.3), np.arange(10)]), "pearson").unit
    np.testing.assert_array_equal(unit[0], 0)
    np.testing.assert_allclose(np.linalg.norm(unit[1]), 1, rtol=1e-6)


def test_sampled_pairs_are_whole_groups_without_self_pairs():
    groups = np.array([0, 0, 1, 1])
    pairs = SampledPairs.of(groups, np.array([1, 1])).numbers
    # clips 2 and 3 twice each: four times their one pair (number 5), never 2-2 or 3-3
    assert pairs.tolist() == [5, 5, 5, 5]
    assert SampledPairs.of(groups, np.array([0, 1])).numbers.tolist() == list(range(6))


def test_estimates_are_mean_correlations_and_tests_use_the_bootstrap(truth):
    models, brain = truth
    table = ModelTable.gather([model_set(models)], ["ensemble"], IDS)
    config = RoiInference("spearman", 200)
    fits, singles, pairs = compare_models(roi(brain), table, GROUPS, config, seed=1)
    expected = [[spearmanr(m, d)[0] for d in brain[1]] for m in models]
    of_stg = fits[fits.region == "STG"]
    np.testing.assert_allclose(of_stg.estimate, np.mean(expected, axis=1), atol=1e-6)
    one = singles[(singles.region == "STG") & (singles.layer == "layer2")]
    assert one.participant.tolist() == [f"{i:02d}" for i in range(N_PARTICIPANTS)]
    np.testing.assert_allclose(one.similarity, expected[2], atol=1e-6)
    assert (of_stg.ceiling_low < of_stg.ceiling_high).all()
    assert of_stg.p.iloc[0] < 0.01
    assert of_stg.p.iloc[3] > 0.05
    assert (fits.standard_error > 0).all()
    assert (fits.p_fdr >= fits.p - 1e-12).all()
    best_to_worst = pairs[(pairs.region == "STG") & (pairs["second"].str.endswith("layer3"))]
    assert best_to_worst.iloc[0].difference > 0
    assert len(pairs) == 2 * 6


def test_the_same_seed_gives_the_same_tables(truth):
    models, brain = truth
    table = ModelTable.gather([model_set(models)], ["ensemble"], IDS)
    one, two = (
        compare_models(roi(brain), table, GROUPS, RoiInference(n_bootstraps=20), seed=4)
        for _ in range(2)
    )
    for a, b in zip(one, two, strict=True):
        pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_pairs_hold_named_layers_and_models_without_arms(truth):
    models, brain = truth
    arms = ["visual", "visual", "auditory", "auditory"]
    sets = [model_set(models, arms=arms), model_set(models[:2], "labels", "categories", "labels")]
    table = ModelTable.gather(sets, ["ensemble"], IDS)
    config = RoiInference(n_bootstraps=20, paired_layers=("layer1",))
    pairs = compare_models(roi(brain), table, GROUPS, config, seed=1)[2]
    assert set(pairs["first"]) | set(pairs["second"]) == {
        "net/emotion/ensemble/layer1",
        "labels/categories/labels/layer0",
        "labels/categories/labels/layer1",
    }


def test_models_are_matched_by_id(truth):
    models, _ = truth
    turned = ModelTable.gather([model_set(models)], ["ensemble"], IDS[::-1])
    straight = ModelTable.gather([model_set(models)], ["ensemble"], IDS)
    square = np.zeros((N, N))
    square[np.triu_indices(N, 1)] = straight.vectors[0]
    square += square.T
    np.testing.assert_array_equal(turned.vectors[0], square[::-1, ::-1][np.triu_indices(N, 1)])


def test_several_sources_become_several_models(truth):
    models, _ = truth
    both = ModelRDMs(
        models, IDS, ("a", "b", "a", "b"), ("visual",) * 4,
        ("ensemble", "ensemble", "untrained", "untrained"), "net", "emotion",
    )  # fmt: skip
    table = ModelTable.gather([both], ["ensemble", "untrained"], IDS)
    assert table.labels == [f"net/emotion/{s}/{x}" for s in ("ensemble", "untrained") for x in "ab"]
    with pytest.raises(InputError, match="source: expected one of"):
        ModelTable.gather([both], ["best"], IDS)


def stimulus_table():
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, "x"), index=range(N))
    frame["stimulus_id"] = IDS
    frame["identity"] = [f"{i % 3}" for i in range(N)]
    frame["sentence"] = [f"{i % 2}" for i in range(N)]
    return StimulusTable(frame)


def test_clips_of_one_speaker_and_sentence_are_one_unit():
    groups = condition_groups(stimulus_table(), IDS, ["identity", "sentence"])
    assert len(set(groups)) == 6
    assert groups[0] == groups[6] != groups[3]
    assert condition_groups(None, IDS, []) == list(range(N))


@pytest.mark.parametrize(
    ("table", "by", "message"),
    [
        (None, ["identity"], r"bootstrap_by: expected columns out of \[\]"),
        (stimulus_table(), ["colour"], "bootstrap_by: expected columns out of .* got .'colour'"),
        (stimulus_table(), ["sentence"], "three or more units, got 2"),
    ],
)
def test_impossible_groupings_are_refused(table, by, message):
    with pytest.raises(InputError, match=message):
        condition_groups(table, IDS, by)


def test_models_of_regions_are_matched_by_id(truth):
    models = model_set(truth[0])
    order = np.random.default_rng(7).permutation(N)
    moved = dataclasses.replace(
        models, dissimilarities=reordered(models.dissimilarities, order),
        stimulus_ids=tuple(IDS[i] for i in order),
    )  # fmt: skip
    np.testing.assert_array_equal(
        ModelTable.gather([moved], ["ensemble"], IDS).vectors, models.dissimilarities
    )


def test_models_of_regions_with_other_conditions_or_constant_are_refused(truth):
    models = model_set(truth[0])
    with pytest.raises(InputError, match=r"stimulus_ids: expected the betas' conditions \('other'"):
        ModelTable.gather([models], ["ensemble"], (*IDS[:-1], "other"))
    flat = dataclasses.replace(models, dissimilarities=np.ones_like(models.dissimilarities))
    with pytest.raises(InputError, match="layers: expected an RDM that varies, got constant ones"):
        ModelTable.gather([flat], ["ensemble"], IDS)
    flat.dissimilarities[1:] = models.dissimilarities[1:]
    left = ModelTable.gather([flat], ["ensemble"], IDS)
    assert left.names.layer.tolist() == list(flat.layers[1:])
    np.testing.assert_array_equal(left.vectors, models.dissimilarities[1:])


def test_two_participants_are_too_few(truth):
    models, brain = truth
    table = ModelTable.gather([model_set(models)], ["ensemble"], IDS)
    with pytest.raises(InputError, match="participants: expected 3 or more to resample, got 2"):
        compare_models(roi(brain[:, :2]), table, GROUPS, RoiInference(n_bootstraps=20), 1)


def test_an_unknown_comparison_is_refused():
    with pytest.raises(InputError, match=r"comparison: expected one of .* got 'tau'"):
        RoiInference("tau")


def test_roi_rdms_survive_writing(tmp_path, truth):
    brain = roi(truth[1])
    brain.write(tmp_path / "rdms.h5")
    again = RoiRDMs.read(tmp_path / "rdms.h5")
    for field in dataclasses.fields(RoiRDMs):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(brain, field.name))
    assert rsatoolbox.rdm.load_rdm(str(tmp_path / "rdms.h5")).n_rdm == 2 * N_PARTICIPANTS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stimulus_ids": IDS[:-1]}, r"dissimilarities: expected shape \(5, 2, 136\)"),
        ({"n_voxels": np.ones((2, 2))}, r"n_voxels: expected shape \(5, 2\)"),
        ({"dissimilarities": np.full((5, 2, PAIRS), np.nan)}, "FFA of sub-00: expected finite"),
    ],
)
def test_impossible_roi_rdms_are_refused(truth, change, message):
    with pytest.raises(InputError, match=message):
        dataclasses.replace(roi(truth[1]), **change)


def test_a_region_where_people_do_not_agree_carries_no_test(truth) -> None:
    models, brain = truth
    noise = np.random.default_rng(8).random((1, N_PARTICIPANTS, PAIRS))
    both = np.concatenate([brain[:1], noise])
    table = ModelTable.gather([model_set(models)], ["ensemble"], IDS)
    config = RoiInference(n_bootstraps=20)
    fits, _, _ = compare_models(roi(both), table, GROUPS, config, 1)
    agreeing, other = (part for _, part in fits.groupby("region", sort=False))
    assert (agreeing.p_agreement < 0.01).all()
    assert agreeing[["p", "p_fdr", "p_ceiling"]].notna().all(axis=None)
    assert (other.p_agreement >= 0.05).all()
    assert other[["p", "p_fdr", "p_ceiling"]].isna().all(axis=None)
    assert other[["estimate", "standard_error", "ceiling_low"]].notna().all(axis=None)
