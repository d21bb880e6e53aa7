"""Participants' own regions: files that lack, and images that cannot be used, one line each."""

from collections.abc import Iterator
from pathlib import Path

from crossmodal.contracts.braces import PLACE, filled
from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.study.checks.scans import participant_labels
from crossmodal.study.study import Study

Problem = tuple[str, object, object]  # field, expected, got


def own_regions(study: Study) -> Iterator[Problem]:
    """Images that are not there, and a space that this study has no way to."""
    roi = study.roi
    if roi is None:
        return
    if roi.atlas and roi.atlas.space == "T1w" and not _normalises(study):
        expected = "betas, unless the study normalises T1w images itself"
        yield "roi.atlas.space", expected, "T1w"
    if roi.atlas and PLACE in roi.atlas.image and not Path(roi.atlas.labels).is_file():
        yield "roi.atlas.labels", "a file", f"no such file: {roi.atlas.labels}"
    for key, pattern in _patterns(study).items():
        missing = [path for path in _paths(study, pattern) if not Path(path).is_file()]
        if missing:
            more = f" and {len(missing) - 1} more" * (len(missing) > 1)
            yield key, "a file for each participant", f"no such file: {missing[0]}{more}"


def _normalises(study: Study) -> bool:
    scans = study.scans
    return bool(scans and not scans.betas and not scans.fmriprep_dir and scans.space != "native")


def _patterns(study: Study) -> dict[str, str]:
    """Config key -> pattern; an atlas for all is looked at with the group's."""
    patterns = {f"roi.masks.{name}": path for name, path in study.roi.masks.items()}
    atlas = study.roi.atlas
    if atlas and (PLACE in atlas.image or atlas.space == "T1w"):
        patterns["roi.atlas.image"] = atlas.image
    return patterns


def _paths(study: Study, pattern: str) -> list[str]:
    if PLACE not in pattern:
        return [pattern]
    return [filled(pattern, label) for label in participant_labels(study) or ()]


def region_problems(study: Study) -> list[InputError]:
    """What is wrong with images that are there; each is read."""
    roi, found = study.roi, []
    if roi is None or not _patterns(study):
        return found
    from crossmodal.contracts.atlas import read_labels
    from crossmodal.inference.regions.own import image_problem

    space = study.scans.space if study.scans else "MNI152NLin2009aSym"
    names = {}
    if roi.atlas and Path(roi.atlas.labels).is_file():
        found += problems_of(lambda: names.update(read_labels(roi.atlas.labels)))
        wanted = roi.atlas.regions or names.values()
        names = {label: name for label, name in names.items() if name in wanted}
    for key, pattern in _patterns(study).items():
        is_atlas = key == "roi.atlas.image"
        where = "T1w" if is_atlas and roi.atlas.space == "T1w" else space
        for path in filter(lambda path: Path(path).is_file(), _paths(study, pattern)):
            labels = names if is_atlas else None
            found += problems_of(lambda p=path, w=where, n=labels: image_problem(p, w, n))
    return found
