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
    found = sorted((results / "provenance/records" / rule).rglob("*.json"))
    records = [json.loads(path.read_text(encoding="utf-8")) for path in found]
    n_bytes = sum(
        Path(output).stat().st_size
        for record in records
        for output in record.get("outputs", {})
        if Path(output).exists()
    )
    used = pd.DataFrame([record["used"] for record in records if "used" in record])
    own = len(used) == len(records) > 0  # else some jobs ran before records said it
    return Measured(
        rule,
        len(paths),
        float((used.user_s + used.system_s).mean() if own else table["s"].mean()),
        float(used.peak_mb.max() if own else table["max_rss"].fillna(0).max()),
        n_bytes / len(paths) / MB,
        float(used.before_s.mean()) if own else None,
    )
