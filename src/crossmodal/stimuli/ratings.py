"""Which actors human raters recognised best, from a table or workbook of ratings."""

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from xml.etree import ElementTree

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MAX_XML_BYTES = 200_000_000
CLIP = re.compile(r"(\d\d)-(\d\d)-\d\d-\d\d-\d\d-\d\d-(\d\d)")
AV_SPEECH = ("01", "01")


def best_actors(
    path: str | Path, clip_column: str, score_column: str, n_per_gender: int = 3
) -> list[str]:
    """The best recognised actors, as many men (odd) as women (even), sorted.

    Parameters
    ----------
    path : .xlsx (its first sheet), .csv or .tsv, one row per clip or per actor
    clip_column : holds RAVDESS file names, or actors as numbers; of file names only
        audio-visual speech counts
    score_column : proportion of raters that named the intended emotion

    Raises
    ------
    InputError : an unreadable file, a missing column, a score that is no number, too few actors
    """
    with reading(path, "a table of ratings (.xlsx, .csv or .tsv)"):
        rows = list(_xlsx(path) if Path(path).suffix == ".xlsx" else _delimited(path))
    header = rows[0] if rows else []
    for column in (clip_column, score_column):
        if column not in header:
            raise InputError(path, "columns", repr(column), header)
    clip, score = header.index(clip_column), header.index(score_column)
    scores: dict[str, list[float]] = {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) > max(clip, score) and (actor := _actor(row[clip])):
            scores.setdefault(actor, []).append(_score(path, number, row[score]))
    return _best(path, scores, n_per_gender)


def _best(path: str | Path, scores: dict[str, list[float]], n: int) -> list[str]:
    chosen = []
    for parity, gender in ((1, "male (odd)"), (0, "female (even)")):
        actors = [actor for actor in scores if int(actor) % 2 == parity]
        if len(actors) < n:
            raise InputError(path, "actors", f"at least {n} {gender} actors", len(actors))
        chosen += sorted(actors, key=lambda actor: (-mean(scores[actor]), actor))[:n]
    return sorted(chosen)


def _actor(cell: str) -> str | None:
    """The actor of a cell, None where the cell means something else."""
    if match := CLIP.search(cell):
        return match[3] if match.group(1, 2) == AV_SPEECH else None
    number = re.fullmatch(r"(?:[Aa]ctor[_ ]?)?0?(\d{1,2})(?:\.0)?", cell.strip())
    return f"{int(number[1]):02d}" if number and 1 <= int(number[1]) <= 24 else None


def _score(path: str | Path, number: int, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise InputError(path, f"line {number}", "a proportion in [0, 1]", repr(cell))
    return value


def _delimited(path: str | Path) -> Iterator[list[str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file, delimiter="\t" if Path(path).suffix == ".tsv" else ",")


def _xlsx(path: str | Path) -> Iterator[list[str]]:
    """Rows of a workbook's first sheet; empty cells are ''."""
    with zipfile.ZipFile(path) as book:
        texts: list[str] = []
        if "xl/sharedStrings.xml" in book.namelist():
            shared = _xml(book, "xl/sharedStrings.xml")
            texts = ["".join(t.text or "" for t in item.iter(f"{SHEET}t")) for item in shared]
        sheet = _xml(book, "xl/worksheets/sheet1.xml")
    for row in sheet.iter(f"{SHEET}row"):
        cells: dict[int, str] = {}
        for index, cell in enumerate(row):
            cells[_column(cell.get("r"), index)] = _text(cell, texts)
        yield [cells.get(index, "") for index in range(max(cells, default=-1) + 1)]


def _xml(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if book.getinfo(name).file_size > MAX_XML_BYTES:
        raise ValueError(f"{name} is larger than {MAX_XML_BYTES} bytes")
    return ElementTree.fromstring(book.read(name))


def _column(reference: str | None, default: int) -> int:
    """'B7' -> 1."""
    match = re.match(r"[A-Z]{1,3}", reference or "")
    if not match:
        return default
    number = 0
    for letter in match[0]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: ElementTree.Element, texts: Sequence[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(f"{SHEET}t"))
    value = cell.find(f"{SHEET}v")
    text = (value.text or "") if value is not None else ""
    return texts[int(text)] if cell.get("t") == "s" else text
