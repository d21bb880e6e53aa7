"""Values of Snakemake's ``--config``, read as they would be in a config file.

Snakemake reads numbers at the top level, and inside mappings leaves everything as text without
its quotes: ``--config group='{n_permutations: 500}'`` delivers ``{"n_permutations": "500"}``.
What looks like a number, a switch or null becomes one; where a text is wanted, ``Source.text``
still has it.
"""

from collections.abc import Mapping
from typing import Any

from crossmodal.study.reading import Document, below, plain_value
from crossmodal.study.traps import Source

COMMAND_LINE = "command line"


def read_overrides(overrides: Mapping[str, Any]) -> Document:
    """The values of ``--config``, each with its source."""
    document = Document(COMMAND_LINE)
    # A job gets `--config group=None` from Snakemake where the user wrote `--config group=`.
    given = {key: None if value == "None" else value for key, value in overrides.items()}
    document.values = {key: _read(value, key, document) for key, value in given.items()}
    return document


def _read(value: Any, path: str, document: Document) -> Any:
    if isinstance(value, Mapping):
        return {key: _read(item, below(path, key), document) for key, item in value.items()}
    if isinstance(value, list):
        return [_read(item, below(path, str(i)), document) for i, item in enumerate(value)]
    made = plain_value(value) if isinstance(value, str) else value
    document.sources[path] = Source(str(value), 0, False, made)
    return made
