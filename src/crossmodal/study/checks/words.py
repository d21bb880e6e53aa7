"""Words in lists of the config that select nothing, beside those that select clips."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rois import read_rois
from crossmodal.simulate.brain_layout import simulated_runs
from crossmodal.study.study import Study

REGIONS = "resources/rois.tsv"  # where the simulator plants
Words = tuple[str, Sequence[str], Sequence[str]]  # field, words given, words known


def words(study: Study) -> Iterator[InputError]:
    """An error for each source of RDMs, simulated participant and planted region unknown."""
    for part in (_sources, _participants, _planted):
        for field, given, known in part(study):
            for word in given:
                if word not in known:
                    yield InputError("config", field, f"one of {known}", repr(word))


def known_sources(study: Study) -> list[str]:
    """Sources that any network family's RDMs have: seeds and what is made of them."""
    seeds = range(max((block.n_seeds for _, block in study.families), default=0))
    return ["ensemble", "best", "untrained", "pool", *(f"seed-{seed}" for seed in seeds)]


def _sources(study: Study) -> Iterator[Words]:
    if not study.families:
        return
    known = known_sources(study)
    yield "roi.sources", study.roi.sources if study.roi else (), known
    yield "models.source", [study.models.source], known
    yield "models.similarity.source", [study.models.similarity.source], known


def _participants(study: Study) -> Iterator[Words]:
    if (brain := study.simulate.brain) is None:
        return
    known = list(simulated_runs(brain))
    for key in ("strong_motion_mm", "orientations", "missing_runs"):
        yield f"simulate.brain.{key}", list(getattr(brain, key)), known
    for label, missing in brain.missing_runs.items():
        runs = [str(run) for run in range(1, brain.n_runs + 1)]
        yield f"simulate.brain.missing_runs.{label}", list(map(str, missing)), runs
    if study.scans and study.scans.bids_dir is None and not study.scans.betas:
        yield "scans.participants", study.scans.participants or (), known


def _planted(study: Study) -> Iterator[Words]:
    if study.simulate.brain and Path(REGIONS).is_file():
        known = sorted({region.name for region in read_rois(REGIONS)})
        yield "simulate.brain.planted", list(study.simulate.brain.planted), known
