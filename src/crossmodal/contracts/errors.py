"""The one error that user input can raise: it names file, field, expected and got."""

from collections.abc import Callable, Sequence
from pathlib import Path


class InputError(ValueError):
    """Bad input, in one line: ``FILE: FIELD: expected EXPECTED, got GOT``.

    Parameters
    ----------
    file : the file (or artefact) the user has to look at
    field : the column, key, header entry or property inside it
    expected : what would have been right, in words
    got : what was found
    """

    def __init__(self, file: str | Path, field: str, expected: object, got: object) -> None:
        self.file, self.field, self.expected, self.got = str(file), field, expected, got
        super().__init__(one_line(f"{file}: {field}: expected {expected}, got {got}"))

    def __reduce__(self) -> tuple:
        return type(self), (self.file, self.field, self.expected, self.got)

    @property
    def problems(self) -> tuple["InputError", ...]:
        """This problem, or each of several."""
        return (self,)


class InputErrors(InputError):
    """Several problems that were found together; as one error it is the first of them."""

    def __init__(self, problems: Sequence[InputError]) -> None:
        first = problems[0]
        super().__init__(first.file, first.field, first.expected, first.got)
        self._problems = tuple(problems)

    def __reduce__(self) -> tuple:
        return type(self), (self._problems,)

    @property
    def problems(self) -> tuple[InputError, ...]:
        return self._problems


def missing(path: str | Path, what: str = "file") -> str:
    """That there is no such file, and for a relative path from where it was looked for."""
    seen = "" if Path(path).is_absolute() else f" (seen from {Path.cwd()})"
    return f"no such {what}{seen}"


def one_line(text: str) -> str:
    """Text without line breaks and control characters: file names and content are not ours."""
    return "".join(c if c.isprintable() else " " for c in text)


def problems_of(action: Callable[[], object]) -> list[InputError]:
    """The problems that an action meets, in a list; none where it succeeds."""
    try:
        action()
    except InputError as error:
        return list(error.problems)
    return []
