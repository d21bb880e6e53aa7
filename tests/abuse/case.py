"""One bad input: how to make it, what reads it, and the one line that must come out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """``attempt(folder)`` makes the input below ``folder`` and reads it; ``match`` is a regex."""

    name: str
    attempt: Callable[[Path], object]
    match: str


def of_text(name: str, file: str, text: str, read: Callable[[Path], object], match: str) -> Case:
    """A case that is one text file."""

    def attempt(folder: Path) -> object:
        path = folder / file
        path.write_text(text, encoding="utf-8")
        return read(path)

    return Case(name, attempt, match)


def of_bytes(
    name: str, file: str, content: bytes, read: Callable[[Path], object], match: str
) -> Case:
    """A case that is one binary file."""

    def attempt(folder: Path) -> object:
        path = folder / file
        path.write_bytes(content)
        return read(path)

    return Case(name, attempt, match)
