"""Model RDMs and how alike RDMs are."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import squareform
from scipy.stats import pearsonr, spearmanr

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.planted_features import PlantedFeatures
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.representations import models, similarity
from tests.unit.network_clips import stimulus_table

TABLE = stimulus_table(range(1, 4))


def test_label_rdms_have_one_layer_per_label():
    rdms = models.label_rdms(TABLE, ["emotion", "identity"])
    assert rdms.layers == ("emotion", "identity")
    assert (rdms.model, rdms.regime, set(rdms.sources)) == ("labels", "categories", {"labels"})
    emotions = TABLE.labels("emotion")
    pairs = zip(*np.triu_indices(len(emotions), 1), strict=True)
    expected = [float(emotions[i] != emotions[j]) for i, j in pairs]
    np.testing.assert_array_equal(rdms.dissimilarities[0], expected)


def planted() -> PlantedFeatures:
    rng = np.random.default_rng(0)
    frame = TABLE.frame[["stimulus_id", "emotion"]].copy()
    for name in ("visual_a", "visual_b", "vocal_a", "vocal_b"):
        frame[name] = rng.normal(size=len(frame))
    return PlantedFeatures(frame.sample(frac=1, random_state=0).reset_index(drop=True))


def test_planted_rdms_follow_the_order_asked_for():
    ids = TABLE.stimulus_ids
    forward = models.planted_rdms(planted(), ids)
    backward = models.planted_rdms(planted(), ids[::-1])
    assert forward.layers == ("visual", "vocal", "emotion")
    assert forward.arms == ("visual", "auditory", "cross_modal")
    n = len(ids)
    square = np.zeros((3, n, n))
    square[:, *np.triu_indices(n, 1)] = forward.dissimilarities
    square += square.transpose(0, 2, 1)
    expected = square[:, ::-1, ::-1][:, *np.triu_indices(n, 1)]
    np.testing.assert_allclose(backward.dissimilarities, expected, atol=1e-12)


def test_planted_rdms_need_features_of_each_stimulus():
    with pytest.raises(InputError, match="stimulus_id: expected features of each .* got elsewhere"):
        models.planted_rdms(planted(), [*TABLE.stimulus_ids, "elsewhere"])


def write(tmp_path, text: str) -> str:
    path = tmp_path / "models.tsv"
    path.write_text(text)
    return str(path)


def test_table_rdms_take_text_as_categories_and_numbers_as_differences(tmp_path):
    path = write(tmp_path, "condition\tkind\tsize\na\tface\t1\nb\thouse\t2\nc\tface\t4\n")
    rdms = models.table_rdms(path, "objects")
    assert rdms.stimulus_ids == ("a", "b", "c")
    assert (rdms.layers, rdms.regime) == (("kind", "size"), "objects")
    np.testing.assert_array_equal(rdms.dissimilarities, [[1, 0, 1], [1, 3, 2]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "table: expected 3 or more conditions"),
        ("condition\tkind\na\tface\n", "table: expected 3 or more conditions"),
        ("condition\na\nb\nc\n", "table: expected 3 or more conditions"),
        ("condition\tkind\na\tx\na\ty\nb\ty\n", "condition: expected each condition once"),
        ("condition\tkind\na\tx\nb\t\nc\ty\n", "kind, b: expected a value for each condition"),
        ("condition\tkind\na\tx\nb\tNA\nc\ty\n", "kind, b: expected a value for each condition"),
        ("condition\tsize\na\t1\nb\t?\nc\t3\n", r"size, b: expected numbers only, as '1', .* '\?'"),
        ("condition\tsize\na\t1\nb\t2\nc\t-\n", "size, c: expected numbers only, .* got '-'"),
        ("condition\tsize\na\t1.5\nb\t2,5\nc\t3\n", "size, b: expected a decimal point, got '2,5'"),
        ("condition\tsize\na\t1,5\nb\t2,5\nc\t3,0\n", "size, a: expected a decimal point"),
        ("condition\tkind\na\tx\nb\t7\nc\ty\n", "kind, a: expected numbers only, as '7'"),
        ("condition\tsize\na\t1\nb\tinf\nc\t2\n", "size, b: expected numbers only"),
        ("condition\tsize\tsize\na\t1\t2\nb\t2\t3\nc\t3\t3\n", "each model once, got 'size' twice"),
        ("condition\tsize\na\t1\nb\t2\t3\nc\t3\n", "line 3: expected 2 cells, got 3"),
        (
            'condition\tkind\na\t"x\nb\ty"\nc\tz\nd\tx\ne\tx\nf\tx\n',
            "line 2: expected quotation marks in pairs",
        ),
        ("condition,kind\na,x\nb,y\nc,z\n", "split by tabs, got 3 and 0"),
        (
            "c\ta\tb\tx\na\t0\t1\t2\nb\t1\t0\t3\nx\t2\t3\t0\n",
            "dissimilarity matrix .* models.files",
        ),
        (
            "c\tm\tn\to\na\t0\t1\t2\nb\t1\t0\t3\nx\t2\t3\t0\n",
            "dissimilarity matrix .* models.files",
        ),
    ],
)
def test_bad_tables_are_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        models.table_rdms(write(tmp_path, text), "objects")


def test_conditions_stay_as_they_are_written(tmp_path):
    text = "condition\tlevel\n01\t010\n1.10\t2e1\nNA\t-3.\n"
    rdms = models.table_rdms(write(tmp_path, text), "objects")
    assert rdms.stimulus_ids == ("01", "1.10", "NA")
    np.testing.assert_array_equal(rdms.dissimilarities, [[10, 13, 23]])


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="expected a TSV"):
        models.table_rdms(tmp_path / "none.tsv", "objects")


def network_rdms() -> ModelRDMs:
    rng = np.random.default_rng(1)
    sources = ("seed-0", "seed-1", "seed-2", "ensemble", "untrained", "pool")
    layers = ("visual_conv1", "auditory_conv1", "crossmodal_conv")
    return ModelRDMs(
        rng.random((len(sources) * 3, 45)),
        tuple(map(str, range(10))),
        layers * len(sources),
        ("visual", "auditory", "cross_modal") * len(sources),
        tuple(source for source in sources for _ in layers),
        "cross_channel",
        "emotion",
    )


@pytest.mark.parametrize(("method", "reference"), [("pearson", pearsonr), ("spearman", spearmanr)])
def test_layer_similarity_matches_scipy(method, reference):
    rdms = network_rdms()
    config = similarity.SimilarityConfig("ensemble", method)
    got = similarity.layer_similarity(rdms, config)
    chosen = rdms.select("ensemble").dissimilarities
    expected = [[reference(a, b)[0] for b in chosen] for a in chosen]
    np.testing.assert_allclose(got.matrix, expected, atol=1e-12)
    assert got.layers == ("visual_conv1", "auditory_conv1", "crossmodal_conv")


def test_a_dead_layer_correlates_with_nothing():
    values = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [3.0, 2.0, 1.0]])
    matrix = similarity.correlate_rdms(values, "pearson")
    assert np.isnan(matrix[1]).all()
    np.testing.assert_allclose(matrix[0, [0, 2]], [1, -1])


def test_seed_variability_averages_over_pairs_of_seeds():
    rdms = network_rdms()
    frame = similarity.seed_variability(rdms, "pearson").set_index("layer")
    seeds = [rdms.select(f"seed-{k}").dissimilarities[1] for k in range(3)]
    pairs = [pearsonr(seeds[i], seeds[j])[0] for i, j in ((0, 1), (0, 2), (1, 2))]
    row = frame.loc["auditory_conv1"]
    assert row.n_seeds == 3
    np.testing.assert_allclose(
        [row.mean_correlation, row.min_correlation, row.max_correlation],
        [np.mean(pairs), min(pairs), max(pairs)],
    )
    untrained = rdms.select("untrained").dissimilarities[1]
    expected = np.mean([pearsonr(seed, untrained)[0] for seed in seeds])
    assert row.with_untrained == pytest.approx(expected)


def test_one_seed_has_no_variability():
    rdms = network_rdms()
    keep = [i for i, s in enumerate(rdms.sources) if s not in ("seed-1", "seed-2")]
    one = ModelRDMs(
        rdms.dissimilarities[keep],
        rdms.stimulus_ids,
        *(tuple(getattr(rdms, f)[i] for i in keep) for f in ("layers", "arms", "sources")),
        "cross_channel",
        "emotion",
    )
    frame = similarity.seed_variability(one, "pearson")
    assert isinstance(frame, pd.DataFrame)
    assert frame.mean_correlation.isna().all()


def test_unknown_methods_are_refused():
    with pytest.raises(InputError, match="method: expected one of .* got 'kendall'"):
        similarity.SimilarityConfig("ensemble", "kendall")


def test_the_localizers_face_house_model_has_all_else_half_way(root):
    rdms = models.table_rdms(root / "resources/localizer_models.tsv", "localizer")
    kinds = [name.split("_")[0] for name in rdms.stimulus_ids]
    matrix = squareform(rdms.dissimilarities[rdms.layers.index("face_house")])
    for i, one in enumerate(kinds):
        for j, other in enumerate(kinds):
            between = {one, other} == {"face", "house"}
            with_another = (one in ("face", "house")) != (other in ("face", "house"))
            assert matrix[i, j] == 2 * between + with_another
