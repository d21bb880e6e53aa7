"""Absolute limits: which measures are outside."""

from crossmodal.quality.limits import LIMITS, beyond
from crossmodal.quality.ranking import MORE_IS_BETTER


def test_measures_outside_are_named() -> None:
    good = {"mean_framewise_displacement_mm": 0.1, "min_median_tsnr": 80.0, "mean_std_dvars": 1.0}
    assert beyond(good) == []
    assert beyond(good | {"min_median_tsnr": 30.0}) == ["min_median_tsnr"]
    assert beyond({"max_variance_inflation": 10.0}) == []
    assert beyond({"max_variance_inflation": 12.0}) == ["max_variance_inflation"]
    assert beyond({"min_median_tsnr": float("nan")}) == []


def test_limits_point_the_way_that_ranks_do() -> None:
    for name, limit in LIMITS.items():
        assert MORE_IS_BETTER[name] is limit.is_least
        assert limit.source in limit.words
