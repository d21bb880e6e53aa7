"""Which family wins a region, and where families agree."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.contracts.tables import write_table
from crossmodal.report.content import two_digits
from crossmodal.report.families import agreement_rows, families_content, region_rows
from crossmodal.study.validate import build_study

MODELS = pd.DataFrame(
    [
        ("net", "emotion", "ensemble", "conv", "FFA", 0.3, 0.01, 0.5),
        ("net", "emotion", "ensemble", "dense", "FFA", 0.6, 0.01, 0.5),
        ("net", "emotion", "untrained", "conv", "FFA", 0.9, 0.01, 0.5),
        ("other", "affect", "ensemble", "top", "FFA", 0.4, 0.01, 0.5),
        ("planted", "features", "planted", "visual", "FFA", 0.8, 0.01, 0.5),
        ("net", "emotion", "ensemble", "conv", "V1", 0.02, 0.6, -0.01),
        ("other", "affect", "ensemble", "top", "V1", 0.01, 0.7, -0.01),
        ("planted", "features", "planted", "visual", "V1", 0.0, 0.7, -0.01),
    ],
    columns=["model", "regime", "source", "layer", "region", "estimate", "p_fdr", "ceiling_low"],
).assign(ci_low=0.0, ci_high=1.0, ceiling_high=0.7, n_participants=8)
PAIRS = pd.DataFrame(
    [("FFA", "net/emotion/ensemble/dense", "other/affect/ensemble/top", 0.2, 0.003)],
    columns=["region", "first", "second", "difference", "p_fdr"],
)


def test_best_trained_layer_of_a_family_wins() -> None:
    ffa, v1 = region_rows(MODELS, PAIRS, ["net", "other"], ["planted"])
    net, other, planted = ffa.best
    assert (ffa.winner, net.layer, net.estimate) == ("net", "dense (emotion)", 0.6)
    assert net.is_sure
    assert net.is_within_ceiling
    assert not other.is_sure
    assert not other.is_within_ceiling
    assert not planted.is_sure  # a control, though it agrees best
    assert ffa.verdict == "better than the next, p (FDR) 0.003"
    assert (v1.winner, v1.verdict) == ("none", "")
    assert not v1.best[0].is_within_ceiling  # above a ceiling of nothing


def test_difference_that_was_not_tested_or_not_shown_is_said() -> None:
    untested, _ = region_rows(MODELS, PAIRS.iloc[:0], ["net", "other"], [])
    assert untested.verdict == "against the next: not tested"
    assert untested.winner == "net"
    assert not any(cell.is_sure for cell in untested.best)  # nothing is in bold
    unclear, _ = region_rows(MODELS, PAIRS.assign(p_fdr=0.4), ["net", "other"], [])
    assert unclear.verdict == "no difference to the next shown, p (FDR) 0.4"
    assert not any(cell.is_sure for cell in unclear.best)


def test_family_without_estimate_has_an_empty_cell() -> None:
    (ffa, _) = region_rows(MODELS, PAIRS, ["net", "absent"], [])
    assert ffa.best[1] is None


def test_agreement_is_the_best_pair_of_layers() -> None:
    layers = ("a/x:one", "a/x:two", "b/y:three")
    matrix = np.array([[1, 0.9, 0.2], [0.9, 1, 0.7], [0.2, 0.7, 1]])
    sets, rows = agreement_rows(LayerSimilarity(matrix, layers, ("",) * 3))
    assert sets == ["a/x", "b/y"]
    assert rows[0]["cells"][0] is None
    assert rows[0]["cells"][1] == {"value": 0.7, "layers": "two and three"}
    assert rows[1]["cells"][0] == {"value": 0.7, "layers": "three and two"}


def test_content_names_columns_and_inference(tmp_path: Path) -> None:
    renamed = {"net": "affect3d", "other": "cross_channel"}  # in another order than the study's
    write_table(MODELS.replace({"model": renamed}), tmp_path / "roi/models.tsv")
    write_table(PAIRS, tmp_path / "roi/pairs.tsv")
    study = {
        "study": {"name": "x", "results_dir": str(tmp_path)},
        "families": {"affect3d": {"labels": "simulated"}, "cross_channel": {}},
        "roi": {"inference": {"comparison": "spearman", "n_bootstraps": 100}},
    }
    content = families_content(build_study(study), tmp_path)
    assert content["columns"] == ["cross_channel", "affect3d", "control: planted"]
    assert (content["n_participants"], content["n_bootstraps"]) == (8, 100)
    assert [row.winner for row in content["regions"]] == ["affect3d", "none"]


def test_study_without_regions_has_no_tables(tmp_path: Path) -> None:
    content = families_content(build_study({"study": {"name": "x"}}), tmp_path)
    assert content["regions"] == content["agreement"] == []


@pytest.mark.parametrize(
    ("value", "text"), [(-0.001, "0.00"), (-0.126, "−0.13"), (0.5, "0.50"), (np.nan, "–")]
)
def test_numbers_of_tables(value: float, text: str) -> None:
    assert two_digits(value) == text
