"""BIDS tables as they are written: tabs, no quoting, UTF-8 with or without a mark."""

import csv
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from crossmodal.contracts.errors import InputError

MISSING = "n/a"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_tsv(path: str | Path, what: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows as text, by column; empty lines are left out.

    A quotation mark is a character as any other, because BIDS tables are not quoted; only a
    cell that is wholly in quotation marks is taken without them.

    Raises
    ------
    InputError : no such file, no text, a wanted column missing or twice, rows of other lengths
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError:
        raise InputError(path, "file", what, "no such file") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(path, "file", what, str(error)) from None
    header = [_unquoted(cell) for cell in lines[0]] if lines else []
    if missing := [name for name in columns if name not in header]:
        raise InputError(path, "columns", ", ".join(map(repr, missing)), _without(missing, header))
    counts = Counter(header)
    if twice := [name for name in columns if counts[name] > 1]:
        raise InputError(
            path, "columns", "each name once", f"{twice[0]!r} {counts[twice[0]]} times"
        )
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(line) != len(header):
            raise InputError(path, f"line {number}", f"{len(header)} cells", len(line))
        rows.append(dict(zip(header, map(_unquoted, line), strict=True)))
    return rows


def number(text: str) -> float:
    """A finite number, NaN where the text is none; unlike ``float`` takes no '1_0' and 'inf'."""
    text = text.strip()
    return float(text) if NUMBER.fullmatch(text) and math.isfinite(float(text)) else math.nan


def _unquoted(cell: str) -> str:
    inner = cell[1:-1]
    return inner if cell == f'"{inner}"' and '"' not in inner else cell


def _without(missing: Sequence[str], header: Sequence[str]) -> str:
    more = f" … ({len(header)} in all)" if len(header) > 8 else ""
    return f"{list(header[:8])}{more}, no {list(missing)}"
