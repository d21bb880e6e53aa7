"""Maps of other programs that a group is tested with: blocks that contradict them, their files."""

from collections.abc import Iterator
from pathlib import Path

from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.contracts.map_table import read_map_table
from crossmodal.study.study import Study

CONFIG = "config"


def given_maps_alone(study: Study) -> Iterator[InputError]:
    """Other blocks and keys that test searchlights' maps."""
    if not (group := study.group) or not group.maps:
        return
    if study.searchlight:
        expected = "none with a block searchlight, whose maps the group is tested with"
        yield InputError(CONFIG, "group.maps", expected, repr(group.maps))
    if group.test != "sign_flip":
        yield InputError(CONFIG, "group.test", "sign_flip with group.maps", repr(group.test))
    if group.prevalence:
        expected = "null with group.maps: it permutes conditions of searchlights"
        yield InputError(CONFIG, "group.prevalence", expected, "a block")


def given_maps(study: Study) -> Iterator[InputError]:
    """A table that cannot be read, and files that are not there."""
    if not study.group or not study.group.maps:
        return
    try:
        paths = read_map_table(study.group.maps)
    except InputError as problem:
        yield problem
        return
    for label, path in paths.items():
        if not Path(path).is_file():
            yield InputError(study.group.maps, f"participant {label}", "a file", f"none: {path}")


def n_given_maps(study: Study) -> int | None:
    """How many there are; None where the table cannot be read (reported elsewhere)."""
    try:
        return len(read_map_table(study.group.maps))
    except InputError:
        return None


def map_problems(study: Study) -> list[InputError]:
    """Maps that cannot be put together; each is read."""
    if not study.group or not study.group.maps or list(given_maps(study)):
        return []
    from crossmodal.inference.maps.given import read_given

    paths = list(read_map_table(study.group.maps).values())
    return problems_of(lambda: read_given(paths, study.group.maps_space))
