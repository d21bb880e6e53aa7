"""Self-contained HTML pages: no script, no file beside them, no address outside them."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; max-width: 1000px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
p.note { color: #555; max-width: 70ch; } img { max-width: 100%; display: block; }
table { border-collapse: collapse; font-size: .85rem; }
th, td { padding: .25rem .7rem .25rem 0; text-align: left; border-bottom: 1px solid #ddd; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.outlier { color: #a8380b; font-weight: 600; } .wide { overflow-x: auto; }
.flicker { position: relative; } .flicker img + img { position: absolute; inset: 0;
  animation: blink 2s step-end infinite; }
.flicker:hover img + img { animation-play-state: paused; }
@keyframes blink { 0% { opacity: 0; } 50% { opacity: 1; } }
"""


def page(title: str, parts: Iterable[Markup]) -> str:
    """A whole document."""
    body = Markup("\n").join(parts)
    return str(
        Markup(
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>{title}</title><style>{style}</style></head>\n"
            "<body><h1>{title}</h1>\n{body}\n</body></html>\n"
        ).format(title=title, style=Markup(STYLE), body=body)
    )


def section(title: str, note: str, *content: Markup) -> Markup:
    """A heading, a sentence on how to read what follows, and what follows."""
    start = Markup('<section><h2>{}</h2><p class="note">{}</p>').format(title, note)
    return start + Markup("\n").join(content) + Markup("</section>")


def image(uri: str, description: str) -> Markup:
    """A picture."""
    return Markup('<img src="{}" alt="{}">').format(Markup(uri), description)


def flicker(first: str, second: str, description: str) -> Markup:
    """Two pictures that take turns in the same place, once a second; the mouse stops them."""
    return Markup('<div class="flicker">{}{}</div>').format(
        image(first, f"{description}, first"), image(second, f"{description}, second")
    )


def number(value: object) -> str:
    """Four significant digits, or all of a large number; a dash for what is missing."""
    if not isinstance(value, int | float):
        return str(value)
    if value != value:
        return "–"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    marked: Iterable[Sequence[bool]] | None = None,
) -> Markup:
    """Cells as text; numbers to the right; ``marked`` cells (row, column) stand out."""
    rows = [list(row) for row in rows]
    marks = [[False] * len(row) for row in rows] if marked is None else marked
    lines = [_row("th", header, [False] * len(header), rows[0] if rows else header)]
    lines += [_row("td", row, mark, row) for row, mark in zip(rows, marks, strict=True)]
    return Markup('<div class="wide"><table>{}</table></div>').format(Markup("").join(lines))


def _row(
    tag: str, cells: Sequence[object], marks: Sequence[bool], kinds: Sequence[object]
) -> Markup:
    parts = []
    for cell, mark, kind in zip(cells, marks, kinds, strict=True):
        names = [
            name
            for name, holds in (("number", isinstance(kind, int | float)), ("outlier", mark))
            if holds
        ]
        attribute = Markup(' class="{}"').format(" ".join(names)) if names else ""
        parts.append(
            Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), attribute, escape(number(cell)))
        )
    return Markup("<tr>{}</tr>").format(Markup("").join(parts))
