"""The paper's pattern on made-up similarities: found where it is, and not where it is not."""

import numpy as np
import pandas as pd
import pytest

from crossmodal.contracts.layer_similarity import LayerSimilarity
from crossmodal.representations.pattern import gradient, pattern_table, success, top_similarity

ARMS = ("visual",) * 4 + ("auditory",) * 4 + ("cross_modal",) * 3
LAYERS = (
    *("visual_conv1", "visual_conv2", "visual_conv3", "visual_dense"),
    *("auditory_conv1", "auditory_conv2", "auditory_conv3", "auditory_dense"),
    *("crossmodal_conv", "crossmodal_pool", "crossmodal_dense"),
)


def similarity(visual: float, auditory: float, gradual: bool = True) -> LayerSimilarity:
    """Arms with (or without) a gradient; the cross-modal arm at these similarities to both."""
    n = len(LAYERS)
    i, j = np.indices((n, n))
    same_arm = np.array(ARMS)[:, None] == np.array(ARMS)
    step = 0.2 * np.abs(i - j) if gradual else 0.05 * ((i + j) % 2) * (i != j)
    matrix = np.where(same_arm, 1 - step, 0.0)
    matrix[8:, 3] = matrix[3, 8:] = visual
    matrix[8:, 7] = matrix[7, 8:] = auditory
    return LayerSimilarity(matrix, LAYERS, ARMS)


def curves(visual: float, auditory: float) -> pd.DataFrame:
    """Validation accuracies of both arms, kept epochs of two seeds; other epochs must not count."""
    rows = [
        ("pretrained", seed, arm, epoch == 1, accuracy if epoch == 1 else 0.0)
        for seed in (0, 1)
        for arm, accuracy in (("visual", visual), ("auditory", auditory))
        for epoch in (0, 1)
    ]
    rows.append(("tuned", 0, "auditory", True, 1.0))
    columns = ["stage", "seed", "fit", "selected", "validation_accuracy"]
    return pd.DataFrame(rows, columns=columns).assign(chance=0.2)


AS_PUBLISHED = {
    "emotion": similarity(0.6, 0.7),
    "identity": similarity(0.9, 0.2),
    "sentence": similarity(0.0, 0.9),
}
CURVES = dict.fromkeys(AS_PUBLISHED, curves(0.95, 0.25))


def verdicts(table: pd.DataFrame) -> dict[tuple[str, str], bool]:
    return {(row.regime, row.check): bool(row.holds) for row in table.itertuples()}


def test_the_published_pattern_holds_where_it_was_built_in():
    table = pattern_table(AS_PUBLISHED, CURVES)
    assert table.holds.all(), table[~table.holds]
    assert len(table) == 3 * 3 + 1 + 4 + 1


@pytest.mark.parametrize(
    ("regime", "item", "check"),
    [
        ("emotion", similarity(0.6, 0.1), "both_feed"),
        ("emotion", similarity(0.1, 0.6), "both_feed"),
        ("identity", similarity(0.3, 0.2), "mirrors_visual"),
        ("identity", similarity(0.7, 0.8), "visual_dominates"),
        ("sentence", similarity(0.9, 0.5), "auditory_dominates"),
        ("emotion", similarity(0.6, 0.7, gradual=False), "gradient_visual"),
    ],
)
def test_another_pattern_does_not_hold(regime, item, check):
    found = verdicts(pattern_table(AS_PUBLISHED | {regime: item}, CURVES))
    assert not found[regime, check]


def test_an_auditory_arm_that_tells_identities_does_not_fail():
    found = verdicts(pattern_table(AS_PUBLISHED, CURVES | {"identity": curves(0.95, 0.9)}))
    assert not found["identity", "auditory_fails"]
    found = verdicts(pattern_table(AS_PUBLISHED, CURVES | {"identity": curves(0.3, 0.2)}))
    assert not found["identity", "visual_succeeds"]


def test_a_gradient_is_the_rank_correlation_with_distance():
    assert gradient(AS_PUBLISHED["emotion"], "visual") == pytest.approx(-1)
    assert gradient(similarity(0, 0, gradual=False), "visual") > 0


def test_success_counts_kept_epochs_of_pretraining_from_chance_to_one():
    assert success(curves(0.6, 0.2), "visual") == pytest.approx((0.6 - 0.2) / 0.8)
    assert success(curves(0.6, 0.2), "auditory") == pytest.approx(0)


def test_upper_layers_are_the_dense_ones():
    assert top_similarity(similarity(0.4, 0.3), "visual") == 0.4
    assert top_similarity(similarity(0.4, 0.3), "auditory") == 0.3


def test_a_dead_layer_makes_a_check_fail_without_an_error():
    item = similarity(0.6, 0.7)
    matrix = item.matrix.copy()
    matrix[10] = matrix[:, 10] = np.nan
    found = verdicts(pattern_table({"emotion": LayerSimilarity(matrix, LAYERS, ARMS)}, CURVES))
    assert not found["emotion", "both_feed"]
    assert not found["emotion", "gradient_cross_modal"]
    assert found["emotion", "gradient_visual"]


def test_one_arm_alone_gets_the_checks_that_it_allows():
    item = similarity(0, 0)
    audio = LayerSimilarity(item.matrix[4:8, 4:8], LAYERS[4:8], ARMS[4:8])
    table = pattern_table({"identity": audio}, CURVES)
    assert table.check.tolist() == ["gradient_auditory", "auditory_fails"]
