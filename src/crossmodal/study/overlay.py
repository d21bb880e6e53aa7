"""A study's config from several files: each may extend others, and the last one wins.

``extends: [presets/tuned.yaml]`` in a file lays it on top of those files, which it finds from
its own folder. Files that are named together (``--config a.yaml b.yaml``) are the same as one
file that extends them in this order. Mappings merge, everything else is replaced, as Snakemake
does it. Each value keeps the file that said it, for messages and records.
"""

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError, InputErrors
from crossmodal.study.command_line import COMMAND_LINE, read_overrides
from crossmodal.study.reading import Document, below, read_document
from crossmodal.study.traps import Source, said

EXTENDS = "extends"


@dataclass(frozen=True)
class Layers:
    """What all files say together, without defaults.

    Parameters
    ----------
    values : the merged mapping
    origin : dotted path of each leaf (a list is one leaf) -> the file that said it
    files : every file that took part, the bases first
    raw : dotted path, also of list items -> how the value stands in its file
    """

    values: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    raw: dict[str, Source] = field(default_factory=dict)

    def source(self, path: str) -> str:
        """The file to blame for a path: that of the value, of the block around it, or the last."""
        parts = path.split(".") if path else []
        for n in range(len(parts), 0, -1):
            where = ".".join(parts[:n])
            if where in self.origin:
                return self.origin[where]
            below = {file for key, file in self.origin.items() if key.startswith(f"{where}.")}
            if below:
                return _last(self.files, below)
        return self.files[-1] if self.files else COMMAND_LINE

    def said(self) -> dict[str, list[str]]:
        """File -> the largest blocks that no other file says anything of; '*' is all."""
        found: dict[str, list[str]] = {}
        _largest("", list(self.origin.items()), found)
        return found


def _largest(block: str, origin: Sequence[tuple[str, str]], found: dict[str, list[str]]) -> None:
    """Sort a block under its file, or its parts where several files say some of it."""
    if len(files := {file for _, file in origin}) < 2:
        for file in files:
            found.setdefault(file, []).append(block or "*")
        return
    parts: dict[str, list[tuple[str, str]]] = {}
    start = len(block) + 1 if block else 0
    for path, file in origin:
        parts.setdefault(path[start:].split(".")[0], []).append((path, file))
    for part, inside in parts.items():
        _largest(below(block, part), inside, found)


def _last(files: Sequence[str], among: set[str]) -> str:
    """The file on top among those that say a block; the command line lies above all."""
    return COMMAND_LINE if COMMAND_LINE in among else max(among, key=files.index)


def explain(path: str, layers: Layers) -> str | None:
    """What YAML made of the value at a path, where a person may have meant something else.

    For messages about a wrong type: "YAML made False of `no` in line 3; ...".
    """
    source = layers.raw.get(path)
    return said(source) if source else None


def load_layers(paths: Sequence[str | Path], overrides: Mapping[str, Any] | None = None) -> Layers:
    """Merge config files, what they extend, and at the top the command line's values.

    Parameters
    ----------
    paths : config files, the last one on top
    overrides : Snakemake's ``--config``; texts inside mappings are read as YAML would

    Raises
    ------
    InputError : a file that is missing or no YAML mapping, or that extends itself
    InputErrors : everything in the files that YAML reads otherwise than people
    """
    found: list[Document] = []
    problems: list[InputError] = []
    for path in paths:
        _collect(_shown(Path(path)), (), found, problems)
    if overrides:
        document = read_overrides(overrides)
        _collect_bases(document, Path(), (), found, problems)
        found.append(document)
    if problems:
        raise InputErrors(list({str(problem): problem for problem in problems}.values()))
    return _merged(found)


def names(files: Sequence[str | Path]) -> str:
    """The files of a config in one line, as on the command line."""
    return " ".join(map(str, files))


def load_values(paths: Sequence[str | Path]) -> dict[str, Any]:
    """Only the values of ``load_layers``."""
    return load_layers(paths).values


def _collect(
    path: str, chain: tuple[str, ...], found: list[Document], problems: list[InputError]
) -> None:
    """Append a file's document behind those of the files that it extends."""
    try:
        document = read_document(path)
    except InputErrors as error:
        problems += error.problems
        return
    _collect_bases(document, Path(path).parent, (*chain, path), found, problems)
    found.append(document)


def _collect_bases(
    document: Document,
    folder: Path,
    chain: tuple[str, ...],
    found: list[Document],
    problems: list[InputError],
) -> None:
    for name in _bases(document):
        base = folder / name
        seen = [Path(path).resolve() for path in chain]
        if base.resolve() in seen:
            circle = [*chain[seen.index(base.resolve()) :], _shown(base)]
            got = f"a circle: {' extends '.join(circle)}"
            raise InputError(document.path, EXTENDS, "files that do not extend this one", got)
        if not _is_there(base):
            raise InputError(document.path, EXTENDS, _existing(base), f"{name!r}, no such file")
        _collect(_shown(base), chain, found, problems)


def _bases(document: Document) -> list[str]:
    """The names in ``extends``, which is no key of a study and leaves the values."""
    named = document.values.pop(EXTENDS, None)
    names = [named] if isinstance(named, str) else [] if named is None else named
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        expected = "the name of a config file, or a list of such names"
        raise InputError(document.path, EXTENDS, expected, repr(named))
    return names


def _existing(base: Path) -> str:
    """What was expected of a missing base: where it was looked for, and a file of a close name."""
    there = [path.name for path in base.parent.glob("*.y*ml")] if base.parent.is_dir() else []
    close = difflib.get_close_matches(base.name, there, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    return f"a file in {_shown(base.parent)}{hint}"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long
        return False


def _shown(path: Path) -> str:
    """The path as people know it: relative to the work dir for what lies below it."""
    full = Path(os.path.normpath(Path.cwd() / path))
    return full.relative_to(Path.cwd()).as_posix() if full.is_relative_to(Path.cwd()) else str(full)


def _merged(documents: Sequence[Document]) -> Layers:
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    raw: dict[str, Source] = {}
    for document in documents:
        for path, value in _leaves(document.values, ""):
            before = _at(values, path, origin)
            if value == {} and isinstance(before, dict):
                continue  # an empty block on a full one says nothing
            for gone in _paths(before, path):
                origin.pop(gone, None)
                raw.pop(gone, None)
            origin[path] = document.path
        _merge(values, document.values)
        raw |= document.sources
    files = dict.fromkeys(one.path for one in documents if one.path != COMMAND_LINE)
    return Layers(values, origin, tuple(files), raw)


def _merge(values: dict[str, Any], top: Mapping[str, Any]) -> None:
    for key, value in top.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            _merge(values[key], value)
        else:
            values[key] = value


def _leaves(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Dotted path and value of everything that is no mapping with keys."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _at(values: Any, path: str, origin: dict[str, str]) -> Any:
    """The value at a path, None where there is none; a plain value on the way loses its origin."""
    where = ""
    for part in path.split("."):
        if not isinstance(values, dict) or part not in values:
            origin.pop(where, None)
            return None
        values, where = values[part], below(where, part)
    return values


def _paths(value: Any, path: str) -> Iterator[str]:
    """The dotted path of a value and of everything inside it."""
    yield path
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield from _paths(item, below(path, str(key)))
