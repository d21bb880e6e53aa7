"""What a config asks of maps, regions and tests that it cannot get: found before any work."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crossmodal.bold.bids import find_runs
from crossmodal.bold.spaces import NATIVE
from crossmodal.bold.template import SPACE
from crossmodal.commands.group_problems import group_problems
from crossmodal.contracts.atlas import Atlas, require_space
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.families import known_layers
from crossmodal.contracts.layer_names import cross_channel_layers
from crossmodal.contracts.rois import read_rois
from crossmodal.rsa.comparisons import LINEAR
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.stats.prevalence import smallest_p as smallest_prevalence_p
from crossmodal.stats.prevalence_maps import PrevalenceConfig
from crossmodal.stats.sign_flips import smallest_p

Config = Mapping[str, Any]
MIN_PARTICIPANTS_OF_REGIONS = 3


def inference_problems(config: Config, source: str | Path = "config") -> list[InputError]:
    """Unknown layers, regions and model sets; tests that the participants cannot support."""
    return group_problems(config) + [
        InputError(source, field, expected, got)
        for part in (_layers, _searchlight, _group, _prevalence, _regions)
        for field, expected, got in part(config)
    ]


Problem = tuple[str, object, object]


def n_participants(config: Config) -> int | None:
    """How many there will be; None where the scans cannot be listed (reported elsewhere)."""
    scans = config.get("scans") or {}
    if not scans:
        return None
    if scans["bids_dir"] is None:
        return ((config.get("simulate") or {}).get("brain") or {}).get("n_participants")
    try:
        runs = find_runs(scans["bids_dir"], scans["task"], scans["participants"])
    except InputError:
        return None
    return len({run.participant for run in runs})


def model_sets(config: Config) -> list[str]:
    """'model/regime' of every set of RDMs that the study makes."""
    families, models = config.get("families") or {}, config.get("models") or {}
    made = {name: block for name, block in families.items() if block.get("rdms", True)}
    sets = [f"{name}/{regime}" for name, block in made.items() for regime in block["regimes"]]
    sets += [f"table/{name}" for name in models.get("tables") or {}]
    if config.get("stimuli") and models.get("labels"):
        sets.append("labels/categories")
    if config.get("simulate") and models.get("planted"):
        sets.append("planted/features")
    return sets


def _layers(config: Config) -> Iterator[Problem]:
    families = config.get("families") or {}
    network = families.get("cross_channel")
    if not families:
        return
    if network and config.get("figures"):
        arms = cross_channel_layers((network.get("network") or {}).get("audio_blocks", 3))
        for arm, layer in config["figures"]["map_layers"].items():
            if layer not in arms[arm]:
                yield f"figures.map_layers.{arm}", f"one of {list(arms[arm])}", repr(layer)
    known = set(known_layers(families))
    roi, group = config.get("roi") or {}, config.get("group") or {}
    for field, names in (
        ("roi.inference.paired_layers", (roi.get("inference") or {}).get("paired_layers")),
        ("roi.figure.layers", (roi.get("figure") or {}).get("layers")),
        ("group.prevalence.layers", (group.get("prevalence") or {}).get("layers")),
    ):
        for name in names or ():
            if name not in known:
                yield field, f"layers out of {sorted(known)}", repr(name)


def _searchlight(config: Config) -> Iterator[Problem]:
    block = config.get("searchlight")
    if not block:
        return
    searchlight = SearchlightConfig(**block)
    partial = searchlight.comparison.startswith("partial")
    if partial != bool(searchlight.controls):
        expected = "some for a partial comparison, none for others"
        yield "searchlight.controls", expected, list(searchlight.controls)
    known = [*model_sets(config), "timing/participants"]
    known += ["low_level/clips"] if config.get("stimuli") else []
    for name in searchlight.controls:
        if name not in known:
            yield "searchlight.controls", f"some of {known}", repr(name)


def _group(config: Config) -> Iterator[Problem]:
    group, n = config.get("group"), n_participants(config)
    if not group or n is None:
        return
    if group.get("test", "sign_flip") == "condition_permutation":
        if n != 1:
            expected = f"sign_flip, which tests {n} participants"
            yield "group.test", expected, "condition_permutation, which tests one"
        yield from _permutable(config)
        return
    reachable = smallest_p(n, group["n_permutations"], group["alternative"])
    if n < 2 or reachable >= group["alpha"]:
        got = f"{n}, with which the smallest p of a sign-flip test is {reachable:.3g}"
        yield "participants", f"enough for p < {group['alpha']}", got
    yield from _atlas(group.get("atlas"), "group.atlas", _space(config))


def _permutable(config: Config) -> Iterator[Problem]:
    """Whether conditions can be permuted under the searchlight's comparison."""
    comparison = (config.get("searchlight") or {}).get("comparison", "spearman")
    if comparison not in LINEAR or comparison.startswith("partial"):
        expected = f"one that can be permuted: {[m for m in LINEAR if 'partial' not in m]}"
        yield "searchlight.comparison", expected, repr(comparison)


def _prevalence(config: Config) -> Iterator[Problem]:
    block = (config.get("group") or {}).get("prevalence") or {}
    if block:
        yield from _permutable(config)
    for name in block.get("models", []):
        if name not in model_sets(config):
            yield "group.prevalence.models", f"some of {model_sets(config)}", repr(name)
    n = n_participants(config)
    if not block or n is None:
        return
    if n < 2:
        yield "group.prevalence", "two participants or more", n
        return
    asked = PrevalenceConfig(**block)
    reachable = smallest_prevalence_p(1 / asked.n_permutations, n, asked.n_combinations)
    if reachable >= config["group"]["alpha"]:
        expected = f"permutations and combinations enough for p < {config['group']['alpha']}"
        yield (
            "group.prevalence",
            expected,
            (
                f"{asked.n_permutations} and {asked.n_combinations}, with which {n} participants "
                f"reach p = {reachable:.3g} at best"
            ),
        )


def _regions(config: Config) -> Iterator[Problem]:
    roi = config.get("roi")
    if not roi:
        return
    n = n_participants(config)
    if n is not None and n < MIN_PARTICIPANTS_OF_REGIONS:
        yield "roi", f"{MIN_PARTICIPANTS_OF_REGIONS} participants or more to resample", n
    if roi["figure"]["source"] not in roi["sources"]:
        yield "roi.figure.source", f"one of roi.sources {roi['sources']}", roi["figure"]["source"]
    yield from _atlas(roi["atlas"], "roi.atlas", _space(config))
    yield from _spaces(config)
    try:
        known = region_names(roi)
    except InputError as error:
        yield "roi.spheres", error.expected, error.got
        return
    for arm, regions in roi["hierarchy"].items():
        for name in regions:
            if name not in known:
                yield f"roi.hierarchy.{arm}", f"regions out of {sorted(known)}", repr(name)


def _space(config: Config) -> str:
    return (config.get("scans") or {}).get("space") or SPACE


def _spaces(config: Config) -> Iterator[Problem]:
    """Regions in MNI space and betas of another: they would lie anywhere."""
    roi, space = config["roi"], _space(config)
    if space == NATIVE and roi["spheres"]:
        yield (
            "roi.spheres",
            f"none with scans.space {NATIVE}: they are in MNI space",
            roi["spheres"],
        )


def region_names(roi: Config) -> Sequence[str]:
    """Names of the regions that a config's block ``roi`` makes."""
    joint = roi["patterns"].get("hemispheres", "joint") == "joint"
    rois = read_rois(roi["spheres"]) if roi["spheres"] else ()
    names = [one.name if joint else f"{one.name}_{one.hemisphere}" for one in rois]
    if roi["atlas"] and Path(roi["atlas"]["labels"]).is_file():
        labelled = dict.fromkeys(Atlas.read(**roi["atlas"]).names.values())
        if both := [name for name in labelled if name in names]:
            expected = "names that no label of roi.atlas has"
            raise InputError(roi["spheres"], "name", expected, repr(both[0]))
        names += labelled
    return names


def _atlas(block: Config | None, field: str, space: str) -> Iterator[Problem]:
    missing = {key: path for key, path in (block or {}).items() if not Path(path).is_file()}
    for key, path in missing.items():
        yield f"{field}.{key}", "a file", f"no such file: {path}"
    if not block or missing:
        return
    try:
        require_space(block["image"], space)
        Atlas.read(**block)
    except InputError as error:
        yield f"{field} ({error.file}): {error.field}", error.expected, error.got
