"""One YAML file as plain values, with the source text of each, and none of YAML's surprises.

Snakemake reads configs by YAML 1.1, in which ``012`` is 10, ``12:30`` is 750 and ``no`` is False.
What nobody can mean is refused here, with what YAML made of it and what to write instead. What
only the wanted type can judge (``no`` is fine for a switch and wrong for a name) keeps its source
text, so that the type error can say it (``traps.said``).
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from crossmodal.contracts.errors import InputError, InputErrors
from crossmodal.study.traps import Source, misread

try:
    from yaml.cyaml import CParser as _Parser  # 10 times faster
except ImportError:  # PyYAML was built without libyaml
    from yaml.loader import SafeLoader as _Parser  # type: ignore[assignment]

MAX_VALUES, MAX_DEPTH = 100_000, 50
TAG = "tag:yaml.org,2002:"
SCALARS = {f"{TAG}{name}" for name in ("null", "bool", "int", "float", "str")}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # no name, path or label has any
# YAML 1.2 and people: `1e-3` and `2.5e3` are numbers. YAML 1.1 wants a point and a sign.
EXPONENT = re.compile(r"^[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$")


@dataclass
class Document:
    """One file's values, and for each dotted path (also of list items) its source."""

    path: str
    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    problems: list[InputError] = field(default_factory=list)


class _Loader(Composer, _Parser, SafeConstructor, Resolver):
    """Events by libyaml, nodes by Python: libyaml's own nodes crash on endless nesting."""

    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)


_Loader.add_implicit_resolver(f"{TAG}float", EXPONENT, list("-+.0123456789"))


def read_document(path: str | Path, text: str | None = None) -> Document:
    """Read a YAML mapping; ``text`` stands for the file's content where it is known already.

    Raises
    ------
    InputError : missing file, syntax, something else than a mapping, too many values
    InputErrors : all of: duplicate keys, keys that are no text, tags, dates, octal and base-60
        numbers, numbers that are not finite
    """
    shown = str(path)
    text = _text(shown) if text is None else text
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise InputError(shown, "syntax", "YAML", _syntax(error)) from None
    except RecursionError:
        raise InputError(shown, "syntax", "YAML", "nesting without end") from None
    if not isinstance(node, yaml.MappingNode):
        got = "nothing" if node is None else _kind(node)
        raise InputError(shown, "content", "a mapping of config keys", got)
    document = Document(shown)
    document.values = _Builder(loader, document, text).mapping(node, "", 0)
    if document.problems:
        raise InputErrors(document.problems)
    return document


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(path, "file", "a config file", "no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, "file", "a text file", str(error)) from None


def _syntax(error: yaml.YAMLError) -> str:
    """Line, column and libyaml's words, with the usual cause where it is known."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or problem is None:
        return str(error)
    hints = {
        "mapping values are not allowed": "; text that holds ': ' needs quotes",
        "cannot start any token": "; indent with spaces, and quote text that begins with % @ `",
        "undefined alias": "; quote text that begins with * or &",
        "alphabetic or numeric": "; quote text that begins with * or &",
        "hexdecimal": "; a backslash stands for itself in single quotes only",
        "unknown escape": "; a backslash stands for itself in single quotes only",
    }
    hint = next((text for words, text in hints.items() if words in problem), "")
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}{hint}"


def _kind(node: yaml.Node) -> str:
    return {"sequence": "list", "scalar": "text"}.get(node.id, node.id)


class _Builder:
    """Values of a tree of nodes, path by path; problems are gathered, not raised."""

    def __init__(self, loader: _Loader, document: Document, text: str) -> None:
        self.loader, self.document, self.text, self.n_values = loader, document, text, 0

    def problem(self, path: str, expected: str, got: str, node: yaml.Node) -> None:
        """Note a problem with its line."""
        found = f"{got} (line {node.start_mark.line + 1})"
        self.document.problems.append(
            InputError(self.document.path, path or "top level", expected, found)
        )

    def count(self, depth: int) -> None:
        """Stop where aliases make a small file large: each counts with all that it copies."""
        self.n_values += 1
        if self.n_values > MAX_VALUES or depth > MAX_DEPTH:
            got = "aliases that multiply or refer to themselves"
            raise InputError(self.document.path, "size", f"at most {MAX_VALUES} values", got)

    def value(self, node: yaml.Node, path: str, depth: int) -> Any:
        """The plain value of any node."""
        if isinstance(node, yaml.ScalarNode):
            self.count(depth)
            return self.scalar(node, path)
        expected = f"{TAG}map" if isinstance(node, yaml.MappingNode) else f"{TAG}seq"
        if node.tag != expected:
            self.problem(path, "YAML without tags", f"`{node.tag}`", node)
        if isinstance(node, yaml.MappingNode):
            made: Any = self.mapping(node, path, depth)
        else:
            self.count(depth)
            made = [
                self.value(item, below(path, str(i)), depth + 1)
                for i, item in enumerate(node.value)
            ]
        if node.flow_style and node.start_mark.line == node.end_mark.line:
            source = self.text[node.start_mark.index : node.end_mark.index]
            line = node.start_mark.line + 1
            self.document.sources.setdefault(path, Source(source, line, False, made))
        return made

    def mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        """Own keys, each once, on top of those that ``<<`` brings from elsewhere."""
        self.count(depth)
        made: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.tag == f"{TAG}merge":
                continue
            key = self.key(key_node, path)
            if key is None:
                continue
            if key in lines:
                got = f"the key also in line {lines[key]}, whose value would be lost"
                self.problem(below(path, key), "each key once", got, key_node)
            lines[key] = key_node.start_mark.line + 1
            made[key] = self.value(value_node, below(path, key), depth + 1)
        merged: dict[str, Any] = {}
        for base in self.bases(node, path):
            merged = self.mapping(base, path, depth + 1) | merged
        return merged | made

    def bases(self, node: yaml.MappingNode, path: str) -> Iterator[yaml.MappingNode]:
        """The mappings that ``<<`` names, the first of a list being the strongest."""
        named = [value for key, value in node.value if key.tag == f"{TAG}merge"]
        if len(named) > 1:
            self.problem(path, "'<<' once, with a list", f"{len(named)} times '<<'", node)
        for value in named[:1]:
            for base in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(base, yaml.MappingNode):
                    yield base
                else:
                    self.problem(path, "a mapping after '<<'", _kind(base), base)

    def key(self, node: yaml.Node, path: str) -> str | None:
        """The text of a key; None where it is none."""
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{TAG}str":
            return node.value
        if not isinstance(node, yaml.ScalarNode):
            self.problem(path, "a key of text", f"a {_kind(node)}", node)
            return None
        expected = f"a key of text (quote numbers, yes and no: '{node.value}')"
        self.problem(path, expected, self.made(node), node)
        return None

    def made(self, node: yaml.ScalarNode) -> str:
        """What YAML makes of a scalar, in words."""
        try:
            value = self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError):
            return f"`{node.value}`"
        return repr(value) if str(value) == node.value else f"{value!r}, YAML's `{node.value}`"

    def scalar(self, node: yaml.ScalarNode, path: str) -> Any:
        """Text, number, switch or null; what nobody can mean is a problem."""
        text, quoted = node.value, _is_quoted(node)
        if node.tag not in SCALARS:
            self._odd(node, path)
            return text
        try:
            value = self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError):  # `!!int x`
            self.problem(path, "YAML", f"`{text}`", node)
            return text
        if isinstance(value, float) and not math.isfinite(value):
            self.problem(path, "a finite number", f"{value}", node)
        elif isinstance(value, str) and CONTROL.search(value):
            expected = "text in one line, without control signs"
            self.problem(path, expected, repr(value), node)
        elif type(value) in (int, float) and not quoted and (kind := misread(text)):
            expected = f"'{text}' in quotes if it is text, or a plain number"
            self.problem(path, expected, f"{value}, which YAML makes of `{text}` ({kind})", node)
        line = node.start_mark.line + 1
        self.document.sources.setdefault(path, Source(text, line, quoted, value))
        return value

    def _odd(self, node: yaml.ScalarNode, path: str) -> None:
        """Dates, and what has a tag."""
        text = node.value
        if node.tag == f"{TAG}timestamp" and not _is_quoted(node):
            expected = f"'{text}' in quotes (no key takes a date)"
            self.problem(path, expected, f"a date, which YAML makes of `{text}`", node)
        elif node.tag in (f"{TAG}merge", f"{TAG}value"):
            self.problem(path, f"'{text}' in quotes", f"`{text}`, a sign of YAML's own", node)
        else:
            self.problem(path, "YAML without tags", f"`{node.tag} {text}`", node)


def _is_quoted(node: yaml.ScalarNode) -> bool:
    """Whether quotes or a block sign say that it is text; libyaml gives '' for plain ones."""
    return bool(node.style)


class _Dumper(yaml.SafeDumper):
    """Quotes texts that only we read as numbers, such as '1e-3'."""


_Dumper.add_implicit_resolver(f"{TAG}float", EXPONENT, list("-+.0123456789"))


def dumped(values: Any, **options: Any) -> str:
    """YAML that ``read_document`` reads as the same values; options as of ``yaml.dump``."""
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, **options)


def plain_value(text: str) -> Any:
    """What a text is without quotes: a number, a switch, null, or itself.

    Itself where YAML reads it otherwise than people do ('012', '12:30', '2021-01-01').
    """
    loader = _Loader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    if tag not in SCALARS:
        return text
    value = loader.construct_object(yaml.ScalarNode(tag, text))
    odd = isinstance(value, float) and not math.isfinite(value)
    odd = odd or (type(value) in (int, float) and misread(text))
    return text if odd else value


def below(path: str, key: str) -> str:
    """The dotted path of a key in a block, or of the key alone at the top."""
    return f"{path}.{key}" if path else key
