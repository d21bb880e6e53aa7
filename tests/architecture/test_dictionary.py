"""Every column of a printed table has words; here those that contracts and docstrings name."""

import pytest

from crossmodal.contracts.dictionary import dictionary, undescribed
from crossmodal.contracts.group_result import CLUSTER_COLUMNS
from crossmodal.contracts.layer_table import COLUMNS as LAYERS
from crossmodal.contracts.trained_table import COLUMNS as TRAINED
from crossmodal.inference.regions.ranking import RANKED
from crossmodal.inference.regions.structure import VARIANCE_COLUMNS
from crossmodal.quality.ranking import MORE_IS_BETTER
from crossmodal.representations.pattern import COLUMNS as PATTERN


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("group/clusters.tsv", ("model_set", *CLUSTER_COLUMNS, "p_fwe_study")),
        ("group/cross_channel/emotion/clusters.tsv", CLUSTER_COLUMNS),
        ("group/cross_channel/emotion/null.tsv", ("t", "tfce")),
        ("network/cross_channel/layers.tsv", LAYERS),
        ("network/cross_channel/emotion/trained.tsv", TRAINED),
        ("roi/variance.tsv", VARIANCE_COLUMNS),
        ("roi/ranking.tsv", RANKED),
        ("quality/participants.tsv", ("participant", "rank", *MORE_IS_BETTER, "outlier")),
        ("tables/pattern.tsv", PATTERN),
        ("similarity/cross_channel/emotion.tsv", ("layer", "arm", "visual_conv1")),
    ],
)
def test_columns_are_described_in_contracts_dictionary(name: str, columns: tuple) -> None:
    assert undescribed(name, columns) == []


def test_a_column_or_table_without_words_is_found() -> None:
    assert undescribed("tables/pattern.tsv", ("check", "colour")) == ["colour"]
    assert undescribed("tables/new.tsv", ("check",)) == ["tables/new.tsv"]


def test_a_dictionary_is_as_in_bids() -> None:
    found = dictionary("group/clusters.tsv", ("label", "size_mm3"))
    assert found["Caption"].startswith("Clusters of voxels")
    assert found["size_mm3"] == {"Description": "volume of the cluster", "Units": "mm^3"}
    assert "Units" not in found["label"]
    assert dictionary("similarity/a/b.tsv", ("conv",))["conv"] == {
        "Description": "similarity with this layer"
    }
