"""The one error that user input can raise: it names file, field, expected and got."""

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


def one_line(text: str) -> str:
    """Text without line breaks and control characters: file names and content are not ours."""
    return "".join(c if c.isprintable() else " " for c in text)
