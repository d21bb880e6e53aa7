"""What every config key means, read from the stages' classes: the schema, the page of keys.

The text below a field, and a block's docstring, stand in the source only: they are parsed when
they are asked for, never while a study is planned.
"""

import ast
import inspect
import json
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, get_args, get_origin

from crossmodal.contracts.settings import Matches, Settings, Unique, parts, plain
from crossmodal.study.study import Study
from crossmodal.study.validate import adapter, described, literal_choices

SCHEMA_FILE, PAGE_FILE = "config/config.schema.yaml", "config/README.md"
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "multiple_of": "a multiple of"}
UNITS = {
    "s": "s", "mm": "mm", "hz": "Hz", "px": "pixels", "deg": "degrees", "percent": "%",
    "db": "dB", "mb": "MB",
}  # fmt: skip
SHARED_FROM = 8  # keys of a block that is used more than once: described once, at the end


@dataclass(frozen=True)
class Key:
    """One key: its name, annotation, default (``MISSING`` where it is required) and meaning."""

    name: str
    kind: Any
    default: Any
    meaning: str

    @property
    def block(self) -> type[Settings] | None:
        """The class of a nested block."""
        return block_of(self.kind)

    @property
    def required(self) -> bool:
        return self.default is MISSING


@cache
def keys_of(block: type[Settings]) -> tuple[Key, ...]:
    """The keys of a block in the order of its fields."""
    texts = _field_texts(block)
    found = []
    for field in fields(block):  # type: ignore[arg-type]
        has_factory = field.default_factory is not MISSING
        default = field.default_factory() if has_factory else field.default
        nested = block_of(field.type)
        meaning = texts.get(field.name) or (inspect.getdoc(nested) if nested else "") or ""
        found.append(Key(field.name, field.type, default, " ".join(meaning.split())))
    return tuple(found)


def block_of(kind: Any) -> type[Settings] | None:
    """The config class that an annotation holds, itself or as values of a mapping."""
    inner = parts(kind)[0]
    if get_origin(inner) is dict:
        return block_of(get_args(inner)[1])
    return inner if isinstance(inner, type) and issubclass(inner, Settings) else None


def _field_texts(block: type[Settings]) -> dict[str, str]:
    """Field -> the text that stands below it, of a class and its bases."""
    texts: dict[str, str] = {}
    for one in reversed(block.__mro__):
        if one is Settings or not issubclass(one, Settings) or "__annotations__" not in vars(one):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
        except (OSError, TypeError):  # made by make_dataclass: no source, no texts
            continue
        body = tree.body[0].body  # type: ignore[attr-defined]
        for field, text in zip(body, body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                texts[field.target.id] = ast.literal_eval(text.value)  # type: ignore[union-attr]
    return texts


def schema() -> dict[str, Any]:
    """JSON schema of a study's config, with defaults and descriptions, for editors."""
    made = adapter().json_schema()
    blocks = {block.__name__: block for block in _blocks(Study)}
    for name, content in [("Study", made), *made["$defs"].items()]:
        content.pop("title", None)
        if blocks[name].OTHERS:
            words = {"type": "array", "items": {"type": "string"}}
            content["additionalProperties"] = {"anyOf": [words, {"type": ["string", "null"]}]}
        for key in keys_of(blocks[name]):
            item = content["properties"][key.name]
            item.pop("title", None)
            item["description"] = key.meaning
            if block_of(key.kind):
                item.pop("default", None)
    made["properties"]["extends"] = {
        "description": "Config files that this one is laid on top of, seen from its folder.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _blocks(block: type[Settings]) -> Iterator[type[Settings]]:
    """A block and all below it, each once for every use."""
    yield block
    for key in keys_of(block):
        if key.block:
            yield from _blocks(key.block)


def shared_blocks() -> list[type[Settings]]:
    """Larger blocks that stand in more than one place."""
    uses = Counter(_blocks(Study))
    return [one for one, n in uses.items() if n > 1 and len(keys_of(one)) >= SHARED_FROM]


def key_rows(block: type[Settings], path: str = "") -> Iterator[tuple[str, Key]]:
    """Dotted path and key of everything below a block, but for what is described elsewhere."""
    for key in keys_of(block):
        yield f"{path}{key.name}", key
        if key.block and key.block not in shared_blocks():
            name = "NAME." if get_origin(parts(key.kind)[0]) is dict else ""
            yield from key_rows(key.block, f"{path}{key.name}.{name}")


def type_text(key: Key) -> str:
    """Type, choices, bounds and unit in a few words of Markdown."""
    inner, marks, optional = parts(key.kind)
    null = " or null" if optional else ""
    if key.block in shared_blocks():
        return f"{key.block.__name__}, see below"
    if choices := literal_choices(inner):
        return " \\| ".join(f"`{_yaml(one)}`" for one in choices) + null
    text = described(inner).removeprefix("type ")
    if get_origin(inner) is tuple and (choices := literal_choices(parts(get_args(inner)[0])[0])):
        text = "list of " + ", ".join(f"`{_yaml(one)}`" for one in choices)
    for mark in marks:
        words = [f"{sign} {getattr(mark, name)}" for name, sign in SIGNS.items()
                 if hasattr(mark, name)]  # fmt: skip
        text = " ".join([text, *words])
        text += {Unique: ", each once"}.get(type(mark), "")
        text += f": {mark.meaning}" if isinstance(mark, Matches) else ""
    unit = UNITS.get(key.name.rsplit("_", 1)[-1], "") if "_" in key.name else ""
    return f"{text}{null}" + (f", {unit}" if unit and not key.block else "")


def default_text(key: Key) -> str:
    """The default as YAML has it; empty for blocks whose keys have their own."""
    if key.required:
        return "required"
    if key.block and key.default is not None:
        return ""
    return f"`{_yaml(plain(key.default))}`"


def _yaml(value: Any) -> str:
    """A plain value in YAML's flow style."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(_yaml(one) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(one)}" for name, one in value.items()) + "}"
    return json.dumps(value)
