"""What a finished run took, from its benchmark files and provenance records."""

import json
from pathlib import Path

import pandas as pd

from crossmodal.contracts.errors import InputError
from crossmodal.plan.costs import Measured

MB = 1e6


def read_measured(results: str | Path) -> list[Measured]:
    """One entry per rule that has benchmark files below ``results``.

    Raises
    ------
    InputError : a benchmark file without the columns of Snakemake's
    """
    folder = Path(results) / "benchmarks"
    files: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        rule = path.relative_to(folder).parts[0].removesuffix(".tsv")
        files.setdefault(rule, []).append(path)
    return [_measured(Path(results), rule, paths) for rule, paths in files.items()]


def _measured(results: Path, rule: str, paths: list[Path]) -> Measured:
    frames = [pd.read_csv(path, sep="\t", na_values="-") for path in paths]
    for path, frame in zip(paths, frames, strict=True):
        if not {"s", "max_rss"} <= set(frame) or frame.empty:
            raise InputError(path, "columns", "s, max_rss and a row", list(frame))
    table = pd.concat(frames)
    n_bytes = sum(
        Path(output).stat().st_size
        for record in sorted((results / "provenance/records" / rule).rglob("*.json"))
        for output in json.loads(record.read_text(encoding="utf-8")).get("outputs", {})
        if Path(output).exists()
    )
    return Measured(
        rule,
        len(paths),
        float(table["s"].mean()),
        float(table["max_rss"].fillna(0).max()),
        n_bytes / len(paths) / MB,
    )
