"""config/README.md: every config file and every key, as Markdown."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path

from crossmodal.contracts.settings import Settings
from crossmodal.study.describe import default_text, key_rows, keys_of, shared_blocks, type_text
from crossmodal.study.study import Study

INTRODUCTION = """# Config keys

A config file says what differs from the defaults below; which stages run follows from which
blocks it has. `extends: [presets/tuned.yaml]` lays a file on top of others. Unknown keys are
refused with a suggestion. Check a file and its data before a run, and see all values it means:

    make check CONFIG=config/your-study.yaml
    crossmodal config show config/your-study.yaml

| file | what it runs |
|---|---|
"""
ADVICE = """
This page and `config.schema.yaml` are made from the code by `crossmodal config write`.
"""
HEAD = "\n| key | type | default | meaning |\n|---|---|---|---|\n"
MODELINE = "# yaml-language-server:"


def first_comments(folder: Path) -> dict[str, str]:
    """Config file -> the sentences of its first comment."""
    files = [path for path in sorted(folder.rglob("*.yaml")) if "schema" not in path.name]
    return {path.relative_to(folder).as_posix(): _first_comment(path) for path in files}


def _first_comment(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith(MODELINE)]
    comment = list(takewhile(lambda line: line.startswith("#"), lines))
    return " ".join(line.lstrip("# ") for line in comment)


def page(files: Mapping[str, str]) -> str:
    """The whole page."""
    parts = [INTRODUCTION, *(f"| `{name}` | {text} |\n" for name, text in files.items())]
    for key in keys_of(Study):
        parts.append(f"\n## `{key.name}`\n\n{key.meaning}\n{HEAD}")
        parts += _rows(key.block) if key.block else []
    for block in shared_blocks():
        text = " ".join((block.__doc__ or "").split())
        parts += [f"\n## Used above: {block.__name__}\n\n{text}\n{HEAD}", *_rows(block)]
    return "".join(parts) + ADVICE


def _rows(block: type[Settings]) -> Iterator[str]:
    for path, key in key_rows(block):
        meaning = key.meaning.replace("|", "\\|")
        yield f"| `{path}` | {type_text(key)} | {default_text(key)} | {meaning} |\n"
