"""Folders and files of the user's that a config names, by config key."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TABLES = ("scans.betas.path", "group.maps")  # their files lie beside them
FOLDER_KEYS = (
    "stimuli.clips_dir",
    "scans.bids_dir",
    "scans.fmriprep_dir",
    *TABLES,
    "simulate.clips.voices_dir",
)


def data_paths(config: dict[str, Any]) -> dict[str, str]:
    """Config key -> path as written, for every data folder that is set and every absolute path.

    Relative paths of other keys (an atlas in ``resources``) stand in records as they are.
    """
    return {
        key: str(Path(value).parent) if key in TABLES and value.endswith(".tsv") else _folder(value)
        for key, value in _texts(config)
        if value and (key in FOLDER_KEYS or value.startswith("/"))
    }


def _folder(path: str) -> str:
    """A path as it is; of one with ``{participant}``, the folder above the first such part."""
    parts = Path(path).parts
    first = next((i for i, part in enumerate(parts) if "{participant}" in part), None)
    return path if first is None else str(Path(*parts[:first]))


def located(path: str, roots: Mapping[str, str]) -> Path:
    """The file that a path of a record means here: ``<KEY>/REST``, or a path as it is.

    Parameters
    ----------
    roots : config key -> folder, in which REST lies, or file, whose name REST is
    """
    for key, root in roots.items():
        if path.startswith(f"<{key}>/"):
            rest = path.removeprefix(f"<{key}>/")
            is_file = rest == Path(root).name and not Path(root).is_dir()
            return Path(root) if is_file else Path(root, rest)
    return Path(path)


def named(value: Any, key: str = "") -> Any:
    """A config in which each absolute path is its key: '<scans.bids_dir>', wherever that lies."""
    if isinstance(value, dict):
        below = {name: f"{key}.{name}" if key else str(name) for name in value}
        return {name: named(item, below[name]) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [named(item, f"{key}.{position}") for position, item in enumerate(value)]
    return f"<{key}>" if isinstance(value, str) and value.startswith("/") else value


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a config with its key, e.g. ('models.tables.mine', '/data/mine.tsv')."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _texts(item, f"{key}.{position}")
    elif isinstance(value, str):
        yield key, value
