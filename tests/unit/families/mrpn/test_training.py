"""Training, evaluation, tables and errata of the mrpn family."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import plain
from crossmodal.contracts.training import Predictions, Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.layers import family_rdms
from crossmodal.families.mrpn.embedding import embed_features
from crossmodal.families.mrpn.experiment import (
    MrpnFamily,
    load_training_set,
    pretrain,
    train_variant,
)
from crossmodal.families.mrpn.interference import Interference, difference_table, run_interference
from crossmodal.families.mrpn.layers import (
    describe_layers,
    layer_activations,
    layer_rdms,
    networks_of,
)
from crossmodal.families.mrpn.networks import TransformerAggregator
from crossmodal.families.mrpn.published import (
    errata,
    is_share_of,
    mean_bounds,
    read_published,
    row_values,
)
from crossmodal.families.mrpn.states import blank_network, restored, to_weights
from crossmodal.families.mrpn.tables import (
    fold_table,
    paired_difference,
    summary_table,
    wilson_interval,
)
from crossmodal.families.mrpn.variants import VARIANTS, find_variant
from tests.unit.mrpn_clips import write_set
from tests.unit.script_job import execute

ACTORS = ["01", "02", "03", "04", "05", "06"]
LOOP = {"n_epochs": 3, "batch_size": 8, "learning_rate": 3e-3}
FAMILY = MrpnFamily(
    network={"width": 0.0625, "aggregated_units": 8, "hidden_units": 8},
    inputs={"video_rate_hz": 2.5, "window_hop_s": 0.6},
    pretrain={"loop": LOOP | {"n_epochs": 2}, "n_steps": 1},
    train={"loop": LOOP, "train_extractors": False},
    n_folds=3,
    accelerator="cpu",
)


# --- a small study, end to end -------------------------------------------------------------


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("study")
    paths, table = write_set(folder, ACTORS)
    extractors = {}
    for modality in ("video", "audio"):
        weights, _ = pretrain(FAMILY, table, paths, "emotion", modality, 1)
        extractors[modality] = folder / f"{modality}.safetensors"
        weights.write(extractors[modality])
    return paths, table, extractors


@pytest.fixture(scope="module")
def trained(study):
    paths, table, extractors = study
    data = load_training_set(FAMILY, table, None, paths, "emotion", extractors)
    return data, *train_variant(FAMILY, data, "n2", "emotion", 0, 5)


def test_every_study_clip_is_tested_once_by_a_network_that_never_saw_its_actor(trained) -> None:
    data, _, training = trained
    tested = [i for p in training.predictions_of("cross_validated") for i in p.stimulus_ids]
    assert sorted(tested) == sorted(data.clips.stimulus_ids)
    assert [fit.n_train for fit in training.fits] == [8, 8, 8, 24]
    for fold, item in zip(data.folds, training.predictions_of("cross_validated"), strict=True):
        assert {name[:2] for name in item.stimulus_ids} == set(fold.test)


def test_nothing_of_a_held_out_actor_is_learnt(study) -> None:
    """One network, tested on each of them by themselves; their sound may be anything."""
    paths, table, extractors = study
    family = replace(FAMILY, test_actors=("02", "03"))
    data = load_training_set(family, table, None, paths, "emotion", extractors)
    weights, training = train_variant(family, data, "n2", "emotion", 0, 5)
    tested = training.predictions_of("cross_validated")
    assert [(item.fold, {name[:2] for name in item.stimulus_ids}) for item in tested] == [
        ("A2", {"02"}),
        ("A3", {"03"}),
    ]
    assert [fit.n_train for fit in training.fits] == [8, 16]
    (known,) = training.predictions_of("in_sample")
    assert {name[:2] for name in known.stimulus_ids} == {"01", "04", "05", "06"}
    held_out = [actor in family.test_actors for actor in data.clips.actors]
    sound = [0 * x if out else x for x, out in zip(data.clips.audio, held_out, strict=True)]
    silenced = replace(data, clips=replace(data.clips, audio=sound))
    again = train_variant(family, silenced, "n2", "emotion", 0, 5)[0]
    for name, array in weights.tensors.items():
        np.testing.assert_array_equal(array, again.tensors[name])


def test_training_repeats_exactly(study, trained) -> None:
    paths, table, extractors = study
    data = load_training_set(FAMILY, table, None, paths, "emotion", extractors)
    again = train_variant(FAMILY, data, "n2", "emotion", 0, 5)[0]
    for name, array in trained[1].tensors.items():
        np.testing.assert_array_equal(array, again.tensors[name])


def test_fixed_extractors_stay_as_they_were(study, trained) -> None:
    before = Weights.read(study[2]["video"]).tensors["layer1.0.conv1.weight"]
    after = trained[1].tensors["extractors.video.layer1.0.conv1.weight"]
    np.testing.assert_array_equal(before, after)


def test_end_to_end_training_changes_extractors(study) -> None:
    paths, table, extractors = study
    family = replace(
        FAMILY,
        inputs=replace(FAMILY.inputs, modalities=("video",)),
        train={"loop": LOOP | {"n_epochs": 1}, "n_steps": 1, "train_extractors": True},
    )
    files = {"video": extractors["video"]}
    data = load_training_set(family, table, None, paths, "emotion", files)
    weights, _ = train_variant(family, data, "video_t", "emotion", 0, 5)
    before = Weights.read(extractors["video"]).tensors["layer1.0.conv1.weight"]
    assert np.abs(before - weights.tensors["extractors.video.layer1.0.conv1.weight"]).max() > 0


def test_a_variant_needs_its_modalities(study) -> None:
    paths, table, _ = study
    family = replace(FAMILY, inputs=replace(FAMILY.inputs, modalities=("audio",)))
    data = load_training_set(family, table, None, paths, "emotion", {})
    with pytest.raises(InputError, match="variant n0: modalities: expected video"):
        data.trainer(family, find_variant("n0"))
    with pytest.raises(InputError, match="variants: expected among"):
        find_variant("n9")


def test_rdms_of_all_layers_with_controls(study, trained, tmp_path: Path) -> None:
    data, weights, _ = trained
    weights.write(tmp_path / "w.safetensors")
    network = restored(Weights.read(tmp_path / "w.safetensors"))
    device, ids = data.run.device, data.clips.stimulus_ids
    networks = networks_of([weights], study[2], 0, [3, 4])
    rdms_of = partial(layer_rdms, clips=data.clips, device=device)
    rdms = family_rdms(networks, rdms_of, ids, "mrpn", "emotion")
    expected = ["seed-0", "ensemble", "best", "untrained", "pool"]
    assert list(dict.fromkeys(rdms.sources)) == expected
    untrained = [rdms_of(blank_network(weights, {}, seed))[1] for seed in (3, 4)]
    assert not np.isclose(*untrained).all()
    np.testing.assert_allclose(rdms.select("untrained").dissimilarities, np.mean(untrained, axis=0))
    assert not np.isclose(
        rdms.select("untrained").dissimilarities, rdms.select("pool").dissimilarities
    ).all()
    table = describe_layers(network, data.clips, device)
    assert tuple(table.layers) == rdms.select("ensemble").layers
    assert len(table.layers) == 20
    counted = sum(p.numel() for p in network.parameters())
    heads = sum(p.numel() for p in network.fusion.heads.parameters())
    scores = sum(p.numel() for p in network.fusion.fuse.scores.parameters())
    assert table.frame.n_weights.sum() == counted - heads - scores


def test_weights_of_another_network_name_the_layer(trained) -> None:
    weights = trained[1]
    tensors = dict(weights.tensors)
    tensors["fusion.fuse.dense.weight"] = np.zeros((3, 3), np.float32)
    with pytest.raises(InputError, match="layer fusion.fuse.dense.weight: expected shape"):
        restored(Weights(tensors, weights.meta))


def test_the_transformer_variant_has_one_whatever_the_config_says(study, tmp_path: Path) -> None:
    paths, table, extractors = study
    data = load_training_set(FAMILY, table, None, paths, "emotion", extractors)
    weights, training = train_variant(FAMILY, data, "n2_transformer", "emotion", 0, 5)
    assert weights.meta["architecture"]["aggregator"] == "transformer"
    assert training.config["network"]["aggregator"] == "transformer"
    weights.write(tmp_path / "w.safetensors")
    networks = networks_of([Weights.read(tmp_path / "w.safetensors")], extractors, 0, [3])
    made = [networks.seeds[0](), *networks.controls["untrained"], *networks.controls["pool"]]
    assert len(made) == 3
    for network in made:
        for aggregator in network.fusion.aggregate.values():
            assert isinstance(aggregator, TransformerAggregator)
        assert network.fusion.residual  # N2
    stored = restored(weights).state_dict()
    for name, array in weights.tensors.items():
        np.testing.assert_array_equal(stored[name], array)
    kept = layer_activations(made[0], data.clips, data.run.device, {"crossmodal_dense"})
    assert list(kept) == ["crossmodal_dense"]
    assert data.trainer(FAMILY, find_variant("n2")).config.aggregator == "lstm"


def test_a_variant_of_one_modality_has_a_pool_network_of_that(study) -> None:
    paths, table, extractors = study
    data = load_training_set(FAMILY, table, None, paths, "emotion", extractors)
    trainer = data.trainer(FAMILY, find_variant("audio_t"))
    meta = {"model": "mrpn", "regime": "emotion", "seed": 0, "stage": "tuned"}
    weights = to_weights(trainer.build(1), trainer.config, data.clips.classes, ("audio",), meta)
    [network] = networks_of([weights], extractors, 0, [3]).controls["pool"]
    assert list(network.extractors) == ["audio"]
    state = network.extractors["audio"].state_dict()
    for name, tensor in data.extractors["audio"].items():
        np.testing.assert_array_equal(state[name], tensor)


@pytest.mark.parametrize("wanted", [True, False])
def test_features_are_embedded_with_and_without_rdms(
    root: Path, study, trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    paths, table, extractors = study
    table.write("study.tsv")
    trained[1].write("weights.safetensors")
    trained[2].write("training.json")
    given = {
        "training": ["training.json"],
        "table": "study.tsv",
        "clips": list(map(str, paths)),
        "weights": ["weights.safetensors"],
    }
    output = {"rdms": "rdms.h5" if wanted else [], "embedding": "tsne.tsv", "layers": "layers.tsv"}
    params = {"inputs": plain(FAMILY.inputs), "accelerator": "cpu", "study_seed": 1}
    files = {modality: str(path) for modality, path in extractors.items()}
    execute(root, "compute_mrpn_rdms", given | files, output, params, {"regime": "emotion"})
    embedding = pd.read_csv("tsne.tsv", sep="\t")
    assert embedding.groupby("set").size().to_dict() == dict.fromkeys(("a", "v", "va"), 24)
    assert Path("rdms.h5").exists() == wanted


def test_interference_compares_variants_at_every_level(study) -> None:
    paths, table, extractors = study
    experiment = Interference("audio", (None, 0.0), ("n0", "n2"), 1)
    accuracy = run_interference(FAMILY, experiment, (table, None), paths, "emotion", extractors, 1)
    assert len(accuracy) == 2 * 2 * 3
    differences = difference_table(accuracy, 0)
    assert differences["first"].tolist() == ["n2", "n2"]
    np.testing.assert_allclose(
        differences.difference, differences.accuracy_first - differences.accuracy_second
    )


def test_interference_is_about_the_regime_that_is_asked_for(study) -> None:
    paths, table, extractors = study  # whose clips have one sentence, and two emotions
    experiment = Interference("audio", (0.0,), ("n0", "n2"), 1)
    with pytest.raises(InputError, match="sentence"):
        run_interference(FAMILY, experiment, (table, None), paths, "sentence", extractors, 1)


def test_embedding_has_three_sets() -> None:
    rng = np.random.default_rng(0)
    layers = ("visual_normalised", "auditory_normalised", "crossmodal_dense")
    activations = {layer: rng.normal(size=(20, 5)) for layer in layers}
    names = [str(i) for i in range(20)]
    frame = embed_features(activations, names, ["a", "b"] * 10, 0)
    assert frame.groupby("set").size().to_dict() == {"v": 20, "a": 20, "va": 20}


# --- tables and errata ---------------------------------------------------------------------


def training_of(
    variant: str, hits: dict[str, int], n: int = 10, seed: int = 0, **config: dict
) -> Training:
    predictions = [
        Predictions(
            "cross_validated", fold, [f"{fold}-{i}" for i in range(n)], ["a"] * n,
            ["a"] * right + ["b"] * (n - right),
        )
        for fold, right in hits.items()
    ]  # fmt: skip
    return Training("mrpn", "emotion", seed, variant, ["a", "b"], config, [], predictions)


@pytest.fixture(scope="module")
def published(root: Path) -> pd.DataFrame:
    return read_published(root / "resources/published_mrpn.tsv")


def test_published_means_are_the_printed_ones(published: pd.DataFrame) -> None:
    means = {name: row_values(published, 2, name).mean() for name in ("N0", "N1", "N2")}
    np.testing.assert_allclose(list(means.values()), [87.6, 89.8, 91.4], atol=0.05)
    cremad = [row_values(published, 3, name).mean() for name in ("N0", "N1", "N2")]
    np.testing.assert_allclose(cremad, [78.4, 77.0, 80.6], atol=0.05)


def test_errata_show_what_the_tables_do(published: pd.DataFrame) -> None:
    table = errata(published).set_index("claim").recomputed
    assert table["table 4, CREMA-D, N0 LSTM, VA+AO"].startswith("78.37")
    assert table["table 4, RAVDESS, N2 LSTM, VA+AO"].startswith("91.40")
    assert table["gain of N2 over N0, RAVDESS"].startswith("3.84 points")


def test_bounds_of_a_mean_over_unequal_folds() -> None:
    low, high = mean_bounds(np.array([1.0, 2.0, 3.0]), 7)  # folds of 2, 2 and 3 actors
    np.testing.assert_allclose([low, high], [(2 * 3 + 2 * 2 + 3 * 1) / 7, (2 + 4 + 9) / 7])


def test_shares_of_120_clips() -> None:
    assert is_share_of(70.8, 120)  # 85 of 120
    assert not is_share_of(43.5, 120)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("table\trow\n2\tN0\n", "columns: expected"),
        (
            "table\tdataset\trow\tcolumn\tpercent\tsource\n2\tR\tN0\tA1,2\t97.5\t\n",
            "line 2, source",
        ),
    ],
)
def test_bad_published_table(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "p.tsv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_published(tmp_path / "p.tsv")


def test_unknown_row(published: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="table 2: expected N9, got no such row"):
        row_values(published, 2, "N9")


def tables_of(
    trainings: dict[str, list[Training]], published: pd.DataFrame, dataset: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    folds = fold_table(trainings, published, dataset)
    return folds, summary_table(folds, trainings, published, dataset, 0).set_index("variant")


@pytest.mark.parametrize(("n_right", "expected"), [(24, ""), (13, "3"), (8, "3")])
def test_a_seed_at_chance_on_its_own_clips_is_named(
    published: pd.DataFrame, n_right: int, expected: str
) -> None:
    """24 of 24 and 13 of 24, two classes: p of the latter is .42."""
    labels = ["a", "b"] * 12
    said = labels[:n_right] + ["b" if label == "a" else "a" for label in labels[n_right:]]
    known = Predictions("in_sample", "final", [str(i) for i in range(24)], labels, said)
    training = training_of("n0", {"A1,2": 9, "A3,4": 5}, seed=3)
    training = replace(training, predictions=[*training.predictions, known])
    _, summary = tables_of({"n0": [training]}, published, None)
    assert summary.seeds_at_chance["n0"] == expected


def test_tables_put_published_folds_beside_ours(published: pd.DataFrame) -> None:
    trainings = {"n0": [training_of("n0", {"A1,2": 9, "A3,4": 5})]}
    folds, summary = tables_of(trainings, published, "RAVDESS")
    assert folds.accuracy.tolist() == [0.9, 0.5]
    np.testing.assert_allclose(folds.published, [0.975, 0.903])
    row = summary.loc["n0"]
    np.testing.assert_allclose(row.accuracy, 0.7)
    np.testing.assert_allclose(row.published, (0.975 + 0.903) / 2)
    assert row.low <= 0.7 <= row.high
    assert np.isnan(row.published_table4)  # a mean over twelve folds
    folds, summary = tables_of(trainings, published, None)
    assert folds.published.isna().all()
    assert summary[["published", "published_table4"]].isna().all(axis=None)


RAVDESS_FOLDS = {f"A{n},{n + 1}": 9 for n in range(1, 25, 2)}
CREMAD_FOLDS = {f"S{n}": 9 for n in range(1, 10)}


def all_variants(folds: dict[str, int], **config: dict) -> dict[str, list[Training]]:
    return {name: [training_of(name, folds, **config)] for name in VARIANTS}


def test_tables_1_2_and_4_for_ravdess(published: pd.DataFrame) -> None:
    folds, summary = tables_of(all_variants(RAVDESS_FOLDS), published, "RAVDESS")
    shown = folds.groupby("variant").published.count()
    assert shown.drop("n2_transformer").eq(12).all()
    assert shown["n2_transformer"] == 0  # the paper has no folds of it
    beside = summary.published_table4.dropna().to_dict()
    assert beside == pytest.approx({"n0": 0.8755, "n2": 0.908, "n2_transformer": 0.914})
    np.testing.assert_allclose(summary.published["n1"], 0.898, atol=5e-4)


def test_tables_3_and_4_for_cremad_are_compared_by_means(published: pd.DataFrame) -> None:
    folds, summary = tables_of(all_variants(CREMAD_FOLDS), published, "CREMA-D")
    assert folds.published.isna().all()  # who is in the paper's S1 is unknown
    means = summary.published.dropna().to_dict()
    assert means == pytest.approx({"n0": 0.784, "n1": 0.770, "n2": 0.806}, abs=5e-4)
    beside = summary.published_table4.dropna().to_dict()
    assert beside == pytest.approx({"n0": 0.813, "n2": 0.83, "n2_transformer": 0.8315})
    fewer = dict(list(CREMAD_FOLDS.items())[:3])
    _, summary = tables_of(all_variants(fewer), published, "CREMA-D")
    assert summary[["published", "published_table4"]].isna().all(axis=None)


def test_published_numbers_stand_beside_the_same_network_only(published: pd.DataFrame) -> None:
    network = {"aggregator": "transformer"}
    folds, summary = tables_of(all_variants(RAVDESS_FOLDS, network=network), published, "RAVDESS")
    assert folds.published.isna().all()  # printed folds are of LSTMs
    beside = summary.published_table4.dropna().to_dict()
    assert beside == pytest.approx({"n2": 0.914, "n2_transformer": 0.914})
    apart = {"window_s": 1.0, "window_hop_s": 1.0}  # no audio overlapping
    _, summary = tables_of(all_variants(RAVDESS_FOLDS, inputs=apart), published, "RAVDESS")
    assert summary.published_table4.isna().all()


def test_wilson_interval_is_scipys() -> None:
    for k, n in ((0, 10), (7, 12), (60, 60)):
        reference = binomtest(k, n).proportion_ci(method="wilson")
        np.testing.assert_allclose(wilson_interval(k / n, n), reference, atol=1e-6)


def test_paired_difference_pairs_folds(published: pd.DataFrame) -> None:
    trainings = {
        "n0": [training_of("n0", {"f": 5, "g": 6, "h": 7})],
        "n2": [training_of("n2", {"f": 6, "g": 7, "h": 8})],
    }
    found = paired_difference(fold_table(trainings, published, None), "n2", "n0", 0)
    np.testing.assert_allclose(list(found.values()), 0.1)
