"""What a config asks of maps, regions and tests that it cannot get: found before any work."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from crossmodal.contracts.braces import PLACE
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.layer_names import cross_channel_layers
from crossmodal.contracts.rois import read_rois
from crossmodal.families.registry import known_layers
from crossmodal.inference.block import AtlasFiles, Group, Roi
from crossmodal.inference.maps.prevalence import smallest_p as smallest_prevalence_p
from crossmodal.inference.sign_flips import smallest_p
from crossmodal.study.checks.given_maps import n_given_maps
from crossmodal.study.checks.own_regions import own_regions
from crossmodal.study.checks.scans import n_participants
from crossmodal.study.study import Study

CONFIG = "config"
OWN_SPACE = "MNI152NLin2009aSym"
COSINES = ("cosine", "whitened_cosine")
MIN_PARTICIPANTS_OF_REGIONS = 3
Problem = tuple[str, object, object]  # field, expected, got


def inference(study: Study) -> Iterator[InputError]:
    """Blocks without what they test, unknown layers and model sets, tests without a meaning."""
    for part in (_missing_blocks, _layers, _controls, _biased, _permuted, _grouped, _sources):
        for problem in part(study):
            yield InputError(CONFIG, *problem)


def inference_names(study: Study) -> Iterator[InputError]:
    """Tests that the participants cannot support, files of regions and atlases that lack."""
    for part in (_participants, _prevalence, _spaces, _regions, _atlases, own_regions):
        for problem in part(study):
            yield InputError(CONFIG, *problem)


def model_sets(study: Study) -> list[str]:
    """'model/regime' of every set of RDMs that the study makes."""
    sets = [f"{name}/{one}" for name, block in study.families.with_rdms() for one in block.regimes]
    sets += [f"table/{name}" for name in study.models.tables]
    sets += [f"file/{name}" for name in study.models.files]
    if study.stimuli and study.models.labels:
        sets.append("labels/categories")
    if study.simulate.clips and study.models.planted:
        sets.append("planted/features")
    return sets


def _missing_blocks(study: Study) -> Iterator[Problem]:
    from_files = bool(study.roi and study.roi.rdms)
    given = study.group is not None and study.group.maps is not None
    needed = {"searchlight": ["scans"], "group": [] if given else ["scans", "searchlight"]}
    needed |= {"roi": [] if from_files else ["scans"]}
    if from_files and study.scans:
        expected = "none beside a block scans, whose betas regions are made of"
        yield "roi.rdms", expected, list(study.roi.rdms)
    for block, others in needed.items():
        for other in others if getattr(study, block) else ():
            if getattr(study, other) is None:
                yield block, f"a block {other} too", "none"
    if (study.searchlight or study.roi) and not model_sets(study):
        expected = "labels, tables, files, planted features or a network to compare the brain with"
        yield "models", expected, "none"


def _layers(study: Study) -> Iterator[Problem]:
    network = study.families.cross_channel
    if not study.families:
        return
    if network and study.figures:
        for arm, layers in cross_channel_layers(network.network.audio_blocks).items():
            layer = getattr(study.figures.map_layers, arm)
            if layer not in layers:
                yield f"figures.map_layers.{arm}", f"one of {list(layers)}", repr(layer)
    known = set(known_layers(study.families))
    roi, prevalence = study.roi, study.group and study.group.prevalence
    for field, names in (
        ("roi.inference.paired_layers", roi and roi.inference.paired_layers),
        ("roi.figure.layers", roi and roi.figure.layers),
        ("group.prevalence.layers", prevalence and prevalence.layers),
    ):
        for name in names or ():
            if name not in known:
                yield field, f"layers out of {sorted(known)}", repr(name)


def _controls(study: Study) -> Iterator[Problem]:
    block = study.searchlight
    if not block:
        return
    if block.comparison.startswith("partial") != bool(block.controls):
        expected = "some for a partial comparison, none for others"
        yield "searchlight.controls", expected, list(block.controls)
    known = [*model_sets(study), "timing/participants"]
    known += ["low_level/clips"] if study.stimuli else []
    for name in block.controls:
        if name not in known:
            yield "searchlight.controls", f"some of {known}", repr(name)


def _biased(study: Study) -> Iterator[Problem]:
    """Distances within runs are above zero by noise alone, and so is their cosine with any model:
    a test against zero finds the whole brain (Diedrichsen et al. 2021)."""
    block, roi = study.searchlight, study.roi
    tested = study.group is not None and study.group.test == "sign_flip"
    if block and tested and block.comparison in COSINES and block.distance != "crossnobis":
        expected = "distance crossnobis for a cosine that is tested against zero by sign_flip"
        yield (
            "searchlight.comparison",
            expected,
            f"{block.comparison} of {block.distance} distances",
        )
    distance = roi and next((one.distance for one in roi.rdms.values()), roi.patterns.distance)
    if roi and roi.inference.comparison in COSINES and distance != "crossnobis":
        expected = "roi.patterns.distance crossnobis for a cosine, which is tested against zero"
        got = f"{roi.inference.comparison} of {distance} distances"
        yield "roi.inference.comparison", expected, got


def _permuted(study: Study) -> Iterator[Problem]:
    group, block = study.group, study.searchlight
    permuted = group is not None and group.test == "condition_permutation"
    if permuted:
        yield from _impossible_permuted(group)
    if block and (permuted or (group and group.prevalence)) and not block.can_be_permuted:
        expected = "one that can be permuted: any but tau_a and the partial ones"
        yield "searchlight.comparison", expected, repr(block.comparison)
    for name in group.prevalence.models if group and group.prevalence else ():
        if name not in model_sets(study):
            yield "group.prevalence.models", f"some of {model_sets(study)}", repr(name)


def _impossible_permuted(group: Group) -> Iterator[Problem]:
    if group.statistics:
        expected = "none with test condition_permutation, which has the maximum only"
        yield "group.statistics", expected, str(list(group.statistics))
    if group.smoothing_mm:
        expected = "0 with test condition_permutation, which has no participants' maps"
        yield "group.smoothing_mm", expected, str(group.smoothing_mm)
    if not 1 / group.n_permutations < group.alpha:
        got = f"{group.n_permutations}, with which the smallest p is {1 / group.n_permutations:.3g}"
        yield "group.n_permutations", f"enough for p < {group.alpha}", got


def _grouped(study: Study) -> Iterator[Problem]:
    """Bootstrap groups by columns of a table that a study without clips does not have."""
    by = study.roi.inference.bootstrap_by if study.roi else ()
    if by and study.stimuli is None:
        expected = "[] without a block stimuli, whose table has the columns"
        yield "roi.inference.bootstrap_by", expected, list(by)


def _sources(study: Study) -> Iterator[Problem]:
    if (roi := study.roi) and roi.figure.source not in roi.sources:
        yield "roi.figure.source", f"one of roi.sources {list(roi.sources)}", roi.figure.source


def _participants(study: Study) -> Iterator[Problem]:
    group, n = study.group, n_participants(study)
    if group and group.maps:
        n = n_given_maps(study)
    if n is None:
        return
    if study.roi and n < MIN_PARTICIPANTS_OF_REGIONS:
        yield "roi", f"{MIN_PARTICIPANTS_OF_REGIONS} participants or more to resample", n
    if group is None:
        return
    if group.test == "condition_permutation":
        if n != 1:
            expected = f"sign_flip, which tests {n} participants"
            yield "group.test", expected, "condition_permutation, which tests one"
        return
    reachable = smallest_p(n, group.n_permutations, group.alternative)
    if n < 2 or reachable >= group.alpha:
        got = f"{n}, with which the smallest p of a sign-flip test is {reachable:.3g}"
        yield "participants", f"enough for p < {group.alpha}", got


def _prevalence(study: Study) -> Iterator[Problem]:
    n, asked = n_participants(study), study.group and study.group.prevalence
    if asked is None or n is None:
        return
    if n < 2:
        yield "group.prevalence", "two participants or more", n
        return
    alpha = study.group.alpha
    reachable = smallest_prevalence_p(1 / asked.n_permutations, n, asked.n_combinations)
    if reachable >= alpha:
        got = f"{asked.n_permutations} and {asked.n_combinations}, with which {n} participants "
        expected = f"permutations and combinations enough for p < {alpha}"
        yield "group.prevalence", expected, f"{got}reach p = {reachable:.3g} at best"


def _spaces(study: Study) -> Iterator[Problem]:
    """Regions in MNI space and betas of another: they would lie anywhere."""
    native = study.scans is not None and study.scans.space == "native"
    if study.roi and native and study.roi.spheres:
        expected = "none with scans.space native: they are in MNI space"
        yield "roi.spheres", expected, study.roi.spheres


def _regions(study: Study) -> Iterator[Problem]:
    if (roi := study.roi) is None:
        return
    try:
        known = region_names(roi)
    except InputError as error:
        field = error.field if error.field.startswith("roi.") else "roi.spheres"
        yield field, error.expected, error.got
        return
    for arm, regions in roi.hierarchy.items():
        for name in regions:
            if name not in known:
                yield f"roi.hierarchy.{arm}", f"regions out of {sorted(known)}", repr(name)


def region_names(roi: Roi) -> Sequence[str]:
    """Names of the regions that a config's block ``roi`` makes.

    Raises
    ------
    InputError : a table of spheres or labels that cannot be read
    """
    if roi.rdms:
        return list(roi.rdms)
    joint = roi.patterns.hemispheres == "joint"
    rois = read_rois(roi.spheres) if roi.spheres else ()
    names = [one.name if joint else f"{one.name}_{one.hemisphere}" for one in rois]
    names += list(roi.masks)
    if roi.atlas and Path(roi.atlas.labels).is_file():
        from crossmodal.contracts.atlas import read_labels  # pandas, nibabel: not for every plan

        labelled = list(dict.fromkeys(read_labels(roi.atlas.labels).values()))
        for name in roi.atlas.regions or ():
            if name not in labelled:
                expected = f"names of {roi.atlas.labels}"
                raise InputError("config", "roi.atlas.regions", expected, repr(name))
        labelled = list(roi.atlas.regions or labelled)
        if both := [name for name in labelled if name in names]:
            expected = "names that no label of roi.atlas has"
            raise InputError(roi.spheres, "name", expected, repr(both[0]))
        names += labelled
    return names


def _atlases(study: Study) -> Iterator[Problem]:
    space = study.scans.space if study.scans else OWN_SPACE
    yield from _atlas(study.group and study.group.atlas, "group.atlas", space)
    atlas = study.roi and study.roi.atlas
    if not (atlas and (PLACE in atlas.image or atlas.space == "T1w")):
        yield from _atlas(atlas, "roi.atlas", space)


def _atlas(atlas: AtlasFiles | None, field: str, space: str) -> Iterator[Problem]:
    paths = {"image": atlas.image, "labels": atlas.labels} if atlas else {}
    missing = {key: path for key, path in paths.items() if not Path(path).is_file()}
    for key, path in missing.items():
        yield f"{field}.{key}", "a file", f"no such file: {path}"
    if not paths or missing:
        return
    from crossmodal.contracts.atlas import Atlas, require_space  # nibabel

    try:
        require_space(atlas.image, space)
        Atlas.read(**paths)
    except InputError as error:
        yield f"{field} ({error.file}): {error.field}", error.expected, error.got
