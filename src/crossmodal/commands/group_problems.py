"""Tests that a config asks for and that no data could make right. Light: planning imports it."""

from collections.abc import Iterator, Mapping
from typing import Any

from crossmodal.contracts.errors import InputError

COSINES = ("cosine", "whitened_cosine")


def group_problems(config: Mapping[str, Any]) -> list[InputError]:
    """Cosines of biased distances against zero, levels out of reach, statistics never computed."""
    parts = [_regions(config)]
    if group := config.get("group"):
        permuted = group.get("test", "sign_flip") == "condition_permutation"
        parts.append(_permuted(group) if permuted else _sign_flipped(config))
    return [InputError("config", *problem) for part in parts for problem in part]


def _sign_flipped(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Distances within runs are above zero by noise alone, and so is their cosine with any model:
    a test against zero finds the whole brain (Diedrichsen et al. 2021)."""
    block = config.get("searchlight") or {}
    comparison, distance = block.get("comparison", "spearman"), block.get("distance", "correlation")
    if comparison in COSINES and distance != "crossnobis":
        expected = "distance crossnobis for a cosine that is tested against zero by sign_flip"
        yield "searchlight.comparison", expected, f"{comparison} of {distance} distances"


def _regions(config: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The same of regions, whose models are tested against zero too."""
    block = config.get("roi") or {}
    comparison = (block.get("inference") or {}).get("comparison", "spearman")
    distance = (block.get("patterns") or {}).get("distance", "correlation")
    if comparison in COSINES and distance != "crossnobis":
        expected = "roi.patterns.distance crossnobis for a cosine, which is tested against zero"
        yield "roi.inference.comparison", expected, f"{comparison} of {distance} distances"


def _permuted(group: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if names := list(group.get("statistics") or ()):
        expected = "none with test condition_permutation, which has the maximum only"
        yield "group.statistics", expected, str(names)
    if group.get("smoothing_mm"):
        expected = "0 with test condition_permutation, which has no participants' maps"
        yield "group.smoothing_mm", expected, str(group["smoothing_mm"])
    if not 1 / group["n_permutations"] < group["alpha"]:
        got = f"{group['n_permutations']}, with which the smallest p is "
        yield (
            "group.n_permutations",
            f"enough for p < {group['alpha']}",
            (f"{got}{1 / group['n_permutations']:.3g}"),
        )
