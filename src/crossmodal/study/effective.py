"""All values that a study means, each with where it was said."""

from collections.abc import Iterator, Mapping
from typing import Any

from crossmodal.contracts.settings import plain
from crossmodal.study.overlay import Layers
from crossmodal.study.reading import dumped
from crossmodal.study.study import Study

DEFAULT = "default"


def effective(study: Study, layers: Layers) -> str:
    """The full config as YAML, a comment at each value: the file that says it, or 'default'.

    It is a config itself: a study run with it is the same study.
    """
    return "\n".join(_lines(plain(study), layers, "", "")) + "\n"


def _lines(block: Mapping[str, Any], layers: Layers, path: str, indent: str) -> Iterator[str]:
    for key, value in block.items():
        where = f"{path}.{key}" if path else key
        name = dumped(key).strip().removesuffix("\n...")
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, layers, where, f"{indent}  ")
        else:
            text = dumped(value, default_flow_style=True, width=10**9, allow_unicode=True)
            text = text.strip().removesuffix("...").strip()
            yield f"{indent}{name}: {text}  # {said_by(where, layers)}"


def said_by(path: str, layers: Layers) -> str:
    """The file (or the command line) that says a value; ``DEFAULT`` for what nobody says."""
    steps = path.split(".")
    for n in range(len(steps), 0, -1):
        if (found := layers.origin.get(".".join(steps[:n]))) is not None:
            # A block that is said to be null or {} leaves the values inside it to the defaults.
            return found if n == len(steps) else DEFAULT
    return DEFAULT
