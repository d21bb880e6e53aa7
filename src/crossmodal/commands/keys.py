"""Print every config key with its type and meaning, as Markdown (config/README.md)."""

import argparse
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

from crossmodal.commands.problems import SCHEMA
from crossmodal.contracts.config import load_config

INTRODUCTION = """# Config keys

One file is one study; nothing is merged. Which stages run follows from which blocks a file has.
Unknown keys are refused with a suggestion. Check a file and its data before a run:

    make check CONFIG=config/your-study.yaml

| file | what it runs |
|---|---|
"""
ADVICE = "\nThis page is made from `config.schema.yaml` by `crossmodal keys > config/README.md`.\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(options: argparse.Namespace) -> int:
    folder = options.config.parent
    print(page(load_config(SCHEMA), first_comments(folder)), end="")
    return 0


def first_comments(folder: Path) -> dict[str, str]:
    """Config file -> the sentences of its first comment."""
    files = [path for path in sorted(folder.rglob("*.yaml")) if "schema" not in path.name]
    return {path.relative_to(folder).as_posix(): _first_comment(path) for path in files}


def _first_comment(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = list(takewhile(lambda line: line.startswith("#"), lines))
    return " ".join(line.lstrip("# ") for line in comment)


def page(schema: dict[str, Any], files: dict[str, str]) -> str:
    """The whole page."""
    schema = _with_small_definitions(schema, schema.get("$defs", {}))
    lines = [f"| `{name}` | {text} |" for name, text in files.items()]
    parts = [INTRODUCTION + "\n".join(lines) + "\n"]
    for block, content in schema["properties"].items():
        rows = "\n".join(_rows(content, ""))
        table = f"\n| key | type | meaning |\n|---|---|---|\n{rows}\n" if rows else ""
        parts.append(f"\n## `{block}`\n\n{content['description']}\n{table}")
    for name, content in schema.get("$defs", {}).items():
        if rows := "\n".join(_rows(content, "")):
            table = f"\n| key | type | meaning |\n|---|---|---|\n{rows}\n"
            parts.append(f"\n## Used above: {name}\n\n{content['description']}\n{table}")
    return "".join(parts) + ADVICE


def _with_small_definitions(value: Any, definitions: dict[str, Any]) -> Any:
    """References to definitions that are no objects, replaced by them: each fits into one row."""
    if isinstance(value, list):
        return [_with_small_definitions(item, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    name = value.get("$ref", "").removeprefix("#/$defs/")
    if name and definitions[name]["type"] != "object":
        value = definitions[name] | {key: item for key, item in value.items() if key != "$ref"}
    return {key: _with_small_definitions(item, definitions) for key, item in value.items()}


def _rows(schema: dict[str, Any], path: str) -> Iterator[str]:
    for key, child in schema.get("properties", {}).items():
        meaning = child["description"].replace("|", "\\|").replace("\n", " ")
        yield f"| `{path}{key}` | {_type(child)} | {meaning} |"
        yield from _rows(child, f"{path}{key}.")


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"{schema['$ref'].removeprefix('#/$defs/')}, see below"
    if "enum" in schema:
        return " \\| ".join("`null`" if v is None else f"`{v}`" for v in schema["enum"])
    kind = schema.get("type", "any")
    text = " or ".join(kind) if isinstance(kind, list) else kind
    bounds = [
        f"{sign} {schema[key]}"
        for key, sign in (
            ("minimum", "≥"),
            ("exclusiveMinimum", ">"),
            ("maximum", "≤"),
            ("exclusiveMaximum", "<"),
        )
        if key in schema
    ]
    return " ".join([text, *bounds])
