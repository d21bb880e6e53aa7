"""What YAML makes of a value that people mean otherwise, in words."""

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """How a value stands in its file: text without quotes, line from 1, and what YAML made.

    On the command line, the line is 0.
    """

    text: str
    line: int
    quoted: bool
    value: Any

    @property
    def where(self) -> str:
        return f"in line {self.line}" if self.line else "on the command line"


def misread(text: str) -> str | None:
    """How YAML 1.1 reads a number that people read otherwise: None where both read the same."""
    if ":" in text:
        return "base 60"
    digits = text.lstrip("+-").replace("_", "")
    is_octal = digits[:1] == "0" and digits.isdigit() and len(digits.lstrip("0")) > 1
    return "octal" if is_octal else None


def said(source: Source) -> str | None:
    """What YAML made of a value that has the wrong type, and what to write instead."""
    text, value, where = source.text, source.value, source.where
    shown = "nothing" if text == "" and not source.quoted else f"`{text}`"
    if value is None or isinstance(value, bool):
        made = "null" if value is None else str(value)
        instead = "" if text == "" else f"; for text write '{text}' in quotes"
        return f"YAML made {made} of {shown} {where}{instead}"
    if isinstance(value, int | float):
        return f"YAML made the number {value} of {shown} {where}; for text write '{text}'"
    if isinstance(value, dict | list):
        made = "a mapping" if isinstance(value, dict) else "a list"
        return f"YAML made {made} of {shown} {where}; for text write '{text}' in quotes"
    if (meant := _meant(text)) is None:
        return None
    cause = " because of its quotes" if source.quoted else ""
    return f"`{text}` {where} is text for YAML{cause}; write {meant}"


def _meant(text: str) -> str | None:
    """The number or switch that a text looks like, as YAML wants it."""
    switches = {"y": "true", "yes": "true", "on": "true", "true": "true"}
    switches |= {"n": "false", "no": "false", "off": "false", "false": "false"}
    if text.lower() in switches:
        return switches[text.lower()]
    if text.lower() in ("null", "none", "~"):
        return "null"
    if re.fullmatch(r"0[oObB][0-7]+", text):  # YAML 1.2
        return str(int(text, 0))
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+", text):
        return f"{text.replace(',', '')}, or {text.replace(',', '.')} if it is a fraction"
    number = text.replace(",", ".") if re.fullmatch(r"[-+]?\d+,\d+", text) else text
    if not re.fullmatch(r"[-+]?\d*\.?\d*(?:[eE][-+]?\d+)?", number) or not re.search(r"\d", text):
        return None
    try:
        return str(int(number)) if re.fullmatch(r"[-+]?\d+", number) else str(float(number))
    except ValueError:
        return None
