"""Words in lists of the config that select nothing, beside those that select clips."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rois import read_rois
from crossmodal.simulate.brain_layout import simulated_runs

Config = Mapping[str, Any]
REGIONS = "resources/rois.tsv"  # where the simulator plants


def word_problems(config: Config) -> list[InputError]:
    """An error for each source of RDMs, simulated participant and planted region unknown."""
    return [
        InputError("config", field, f"one of {known}", repr(word))
        for part in (_sources, _participants, _planted)
        for field, words, known in part(config)
        for word in words
        if word not in known
    ]


def known_sources(config: Config) -> list[str]:
    """Sources that any network family's RDMs have: seeds and what is made of them."""
    families = (config.get("families") or {}).values()
    seeds = range(max((block.get("n_seeds", 1) for block in families), default=0))
    return ["ensemble", "best", "untrained", "pool", *(f"seed-{seed}" for seed in seeds)]


def _sources(config: Config) -> Iterator[tuple[str, list[str], list[str]]]:
    known, models, roi = known_sources(config), config.get("models") or {}, config.get("roi") or {}
    if not config.get("families"):
        return
    yield "roi.sources", roi.get("sources") or [], known
    for field, block in (("models", models), ("models.similarity", models.get("similarity") or {})):
        yield f"{field}.source", [block["source"]] if "source" in block else [], known


def _participants(config: Config) -> Iterator[tuple[str, list[str], list[str]]]:
    brain = (config.get("simulate") or {}).get("brain")
    if not brain:
        return
    known = list(simulated_runs(brain))
    for key in ("strong_motion_mm", "orientations", "missing_runs"):
        yield f"simulate.brain.{key}", list(brain[key]), known
    if (config.get("scans") or {}).get("bids_dir", "") is None:
        yield "scans.participants", config["scans"]["participants"] or [], known


def _planted(config: Config) -> Iterator[tuple[str, list[str], list[str]]]:
    brain = (config.get("simulate") or {}).get("brain")
    if brain and Path(REGIONS).is_file():
        known = sorted({region.name for region in read_rois(REGIONS)})
        yield "simulate.brain.planted", list(brain["planted"]), known
