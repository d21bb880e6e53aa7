"""From the plain values of config files to a ``Study``: every problem at once, each once."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from crossmodal.contracts.errors import InputError, InputErrors
from crossmodal.contracts.settings import gathered, parts, plain
from crossmodal.study.overlay import Layers, explain, load_layers
from crossmodal.study.study import Study

WRONG_KEY = "[key]"  # pydantic's last step in the place of a mapping's key that is wrong
CONFIG = "config"  # the file of problems whose key alone says where they are; see ``located``
NAMES = {"int": "integer", "float": "number", "str": "string", "bool": "boolean"}
BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}


@cache
def adapter() -> TypeAdapter[Study]:
    """What knows the annotations of all configs."""
    return TypeAdapter(Study)


def load_study(*paths: str | Path) -> Study:
    """The study of one or several config files, the last on top.

    Raises
    ------
    InputError, InputErrors : what cannot be read, and everything that is no valid study
    """
    return build_study(load_layers(paths))


def build_study(layers: Layers | Mapping[str, Any]) -> Study:
    """Fill in the defaults of all that ``layers`` (or plain values) leave out.

    Raises
    ------
    InputErrors : unknown and missing keys, wrong types, values outside choices and bounds
    """
    layers = layers if isinstance(layers, Layers) else Layers(dict(layers), files=(CONFIG,))
    values = whole_numbers(gathered(Study, plain(layers.values)))
    try:
        return _validated(values)
    except ValidationError as error:
        meant = {tuple(one["loc"]): _text_meant(one, layers) for one in error.errors()}
    try:  # once more, with the texts of the command line that looked like numbers
        return _validated(_with_texts(values, meant))
    except ValidationError as error:
        raise InputErrors(_problems(error, layers)) from None


def _validated(values: Any) -> Study:
    return adapter().validate_json(json.dumps(values, default=str))


def whole_numbers(value: Any) -> Any:
    """The same with 1e4 as 10000: what YAML makes a float may be meant for an integer."""
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if whole else value


def _text_meant(error: Mapping[str, Any], layers: Layers) -> str | None:
    """The text of a value of the command line that is wanted as one: quotes are lost there."""
    source = layers.raw.get(".".join(map(str, error["loc"])))
    wanted = error["type"] == "string_type" and source is not None and source.line == 0
    return source.text if wanted else None


def _with_texts(values: Any, meant: Mapping[tuple, str | None], where: tuple = ()) -> Any:
    if isinstance(values, dict):
        return {key: _with_texts(item, meant, (*where, key)) for key, item in values.items()}
    if isinstance(values, list):
        return [_with_texts(item, meant, (*where, i)) for i, item in enumerate(values)]
    text = meant.get(where)
    return values if text is None else text


def _problems(error: ValidationError, layers: Layers) -> list[InputError]:
    """All problems in the order of their keys; a misspelt key is not missing too."""
    errors = error.errors(include_url=False)
    misspelt = {
        (*one["loc"][:-1], close)
        for one in errors
        if one["type"] == "unexpected_keyword_argument"
        for close in _close(one["loc"][-1], _known(one["loc"][:-1]))
    }
    kept = [one for one in errors if not (one["type"] == "missing" and one["loc"] in misspelt)]
    # A list of wrong items is too short for pydantic, which counts the right ones.
    kept = [one for one in kept if not (one["type"] == "too_short" and one["input"])]
    return sorted((_problem(one, layers) for one in kept), key=lambda problem: problem.field)


def _known(block: Sequence[str | int]) -> list[str]:
    return [field.name for field in fields(parts(type_at(block))[0])]


def _close(key: str, known: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(key, known, n=1, cutoff=0.6)


def located(problems: Sequence[InputError], layers: Layers) -> list[InputError]:
    """Problems of ``CONFIG`` blamed on the file that says the key, and each problem once."""
    found = [
        InputError(layers.source(one.field.split(":")[0]), one.field, one.expected, one.got)
        if one.file == CONFIG
        else one
        for one in problems
    ]
    return list({str(problem): problem for problem in found}.values())


def _problem(error: Mapping[str, Any], layers: Layers) -> InputError:
    """One of pydantic's errors in the words of this project."""
    *block, name = where = error["loc"]
    path = _as_written(where, layers)
    inside, source = ".".join(map(str, block)) or "top level", layers.source(path)
    match error["type"]:
        case "missing":
            return InputError(source, inside, f"key {name!r}", "no such key")
        case "unexpected_keyword_argument":
            expected, got = suggestion(name, _known(block)), f"unknown key {name!r}"
            return InputError(source, f"{inside}: key", expected, got)
        case "value_error":
            cause = error["ctx"]["error"]
            return InputError(source, f"{path}.{cause.field}", cause.expected, cause.got)
    value = error["input"]
    if (kind := error["type"]) in BOUNDS:
        words, key = BOUNDS[kind]
        return InputError(source, path, f"{words} {error['ctx'][key]:g}", repr(value))
    if kind in ("too_short", "string_too_short"):
        return InputError(source, path, "at least one item or letter", repr(value))
    said = explain(path, layers)
    got = f"{value!r} ({said})" if said else repr(value)
    return InputError(source, path, described(type_at(where)), got)


def _as_written(where: Sequence[str | int], layers: Layers) -> str:
    """The dotted path of a key as it stands in its file: a step of ``OTHERS`` is ours."""
    ours = [
        getattr(parts(type_at(where[:i]))[0], "OTHERS", None) == step
        for i, step in enumerate(where)
    ]
    steps = [(str(step), mine) for step, mine in zip(where, ours, strict=True) if step != WRONG_KEY]
    path = ".".join(step for step, _ in steps)
    short = ".".join(step for step, mine in steps if not mine)
    return short if short in layers.raw and path not in layers.raw else path


def suggestion(key: str, known: Sequence[str]) -> str:
    """'did you mean' for a misspelt key, else the list of what is known."""
    close = _close(key, known)
    return f"a known key (did you mean {close[0]!r}?)" if close else f"one of {sorted(known)}"


def type_at(path: Sequence[str | int]) -> Any:
    """The annotation of a key, a list's item or a mapping's value."""
    kind: Any = Study
    above: Any = Study
    for step in path:
        inner = parts(kind)[0]
        if step == WRONG_KEY:
            kind = get_args(parts(above)[0])[0]
            continue
        above = kind
        if is_dataclass(inner):
            kind = next(field.type for field in fields(inner) if field.name == step)
        else:
            kind = get_args(inner)[1 if get_origin(inner) is dict else 0]
    return kind


def described(kind: Any) -> str:
    """A type in words: 'type integer', "one of ['a', 'b']", 'type list or null'."""
    inner, _, optional = parts(kind)
    if choices := literal_choices(inner):
        return f"one of {[*choices, *([None] if optional else [])]}"
    origin = get_origin(inner)
    word = "list" if origin is tuple else NAMES.get(getattr(inner, "__name__", ""), "mapping")
    return f"type {word}{' or null' if optional else ''}"


def literal_choices(kind: Any) -> tuple[Any, ...]:
    """The choices of a ``Literal``; none for other types."""
    return get_args(kind) if str(kind).startswith("typing.Literal") else ()
