"""What libraries raise on a damaged file, as one InputError that names the file."""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from crossmodal.contracts.errors import InputError, missing

Result = TypeVar("Result")


@contextmanager
def reading(path: Any, expected: str) -> Iterator[None]:
    """Wrap the reading of one artefact.

    Raises
    ------
    InputError : no such file, or content that is not what ``expected`` says
    """
    shown = path if isinstance(path, str | Path) else ", ".join(map(str, path)) or "no file"
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        one = isinstance(path, str | Path)
        got = missing(path) if one else "no such file"
        raise InputError(shown, "file", expected, got) from None
    # A damaged file can raise anything (HDF5, zlib, struct, numpy, JSON), and all of it means
    # the same; nothing but reading happens inside.
    except Exception as error:
        raise InputError(shown, "content", expected, f"{type(error).__name__}: {error}") from None


def reads(expected: str) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """``reading`` as a decorator of ``read(cls, path, …)``."""

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        @functools.wraps(function)
        def read(owner: Any, path: Any, *arguments: Any, **named: Any) -> Result:
            with reading(path, expected):
                return function(owner, path, *arguments, **named)

        return read

    return decorate


def require_columns(path: str | Path, wanted: Sequence[str], header: Sequence[str] | None) -> None:
    """Columns that a table split by tabs must have.

    Raises
    ------
    InputError : one lacks; a table split by commas has them all in one
    """
    found = list(header or ())
    if lacking := [name for name in wanted if name not in found]:
        split = all(name in found[0] for name in wanted) if len(found) == 1 else False
        hint = f": {found[0]!r} is not split by tabs" if split else ""
        raise InputError(path, "columns", list(wanted), f"no {lacking}{hint}")
