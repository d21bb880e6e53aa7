"""Words in braces: Snakemake takes them for wildcards in any path, and there is no escape."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError

PLACE = "{participant}"  # what some keys hold in the place of a label; no path ever does
WILDCARD = re.compile(r"\{\s*\w+[^{}]*\}")
PATTERNS = (
    "roi.atlas.image",
    "scans.brain_masks",
    *(f"scans.betas.{key}" for key in ("path", "trials", "reference", "mask")),
)
MASKS = "roi.masks."
EXPECTED = "a name without a word in braces, which Snakemake takes for a wildcard"


def brace_problems(config: Mapping[str, Any], where: str = "") -> Iterator[InputError]:
    """Every text of a config that holds a word in braces."""
    for key, value in config.items():
        field = f"{where}.{key}" if where else str(key)
        if isinstance(value, Mapping):
            yield from brace_problems(value, field)
        elif isinstance(value, str) and WILDCARD.search(_filled(field, value)):
            yield InputError("config", field, EXPECTED, repr(value))


def filled(pattern: str | None, participant: str) -> str | None:
    """A path with a participant's label where it says so."""
    return None if pattern is None else pattern.replace(PLACE, participant)


def _filled(field: str, value: str) -> str:
    return value.replace(PLACE, "") if field in PATTERNS or field.startswith(MASKS) else value


def paths_with_braces(paths: Iterable[str]) -> list[InputError]:
    """The first path of every folder that has a word in braces in its or the folder's name."""
    first: dict[Path, str] = {}
    for path in paths:
        if WILDCARD.search(path):
            first.setdefault(Path(path).parent, path)
    return [InputError(path, "path", EXPECTED, WILDCARD.search(path)[0]) for path in first.values()]
