"""Every benchmark ends here: claims as JSON for machines, as a table for people."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crossmodal.contracts.atomic import write_json

RESULTS_DIR = Path("results/benchmarks")
KEYS = ("claim", "value", "unit", "goal", "better")


def claim(text: str, value: float, unit: str, goal: float | None, better: str) -> dict[str, Any]:
    """One claim with its verdict. ``better`` is 'lower' or 'higher'; without a goal it is told,
    not judged.

    Raises
    ------
    ValueError : another word for ``better``
    """
    if better not in ("lower", "higher"):
        raise ValueError(f"better: expected 'lower' or 'higher', got {better!r}")
    met = None
    if goal is not None:
        goal, met = float(goal), bool(value <= goal if better == "lower" else value >= goal)
    return {
        "claim": text, "value": round(float(value), 4), "unit": unit, "goal": goal,
        "better": better, "met": met,
    }  # fmt: skip


def report(name: str, rows: list[dict[str, Any]]) -> None:
    """Write results/benchmarks/<name>.json and print the table."""
    rows = [claim(row["claim"], *(row[key] for key in KEYS[1:])) for row in rows]
    write_json(RESULTS_DIR / f"{name}.json", rows)
    table = Table(title=name)
    for heading in ("claim", "value", "unit", "goal", "met"):
        table.add_column(heading)
    for row in rows:
        goal, met = "", ""
        if row["goal"] is not None:
            goal = f"{'<=' if row['better'] == 'lower' else '>='} {row['goal']:g}"
            met = "[green]yes" if row["met"] else "[red]no"
        table.add_row(row["claim"], f"{row['value']:g}", row["unit"], goal, met)
    Console().print(table)
