"""Run a workflow script as Snakemake runs it."""

import json
import runpy
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from snakemake.iocontainers import InputFiles, OutputFiles


def named(kind: type, paths: Mapping[str, str | list[str]]) -> Any:
    """Snakemake's list of paths, with names for single paths and for lists."""
    files = kind()
    for name, value in paths.items():
        start = len(files)
        files.extend(value if isinstance(value, list) else [value])
        files._set_name(name, start, end=len(files) if isinstance(value, list) else None)
    return files


def execute(
    root: Path,
    script: str,
    given: Mapping[str, str | list[str]],
    made: Mapping[str, str | list[str]],
    params: Mapping[str, Any],
    wildcards: Mapping[str, str] | None = None,
) -> None:
    """Run one script in the working folder and look at its record."""
    record = f"records/{script}.json"

    class Wildcards(dict):
        __getattr__ = dict.__getitem__

    job = SimpleNamespace(
        rule=script,
        wildcards=Wildcards(wildcards or {}),
        input=named(InputFiles, given),
        output=named(OutputFiles, {**made, "record": record}),
        params=SimpleNamespace(**params, items=params.items),
        resources=SimpleNamespace(engine_mb=500),
        log=[],
        threads=1,
    )
    runpy.run_path(str(root / f"workflow/scripts/{script}.py"), init_globals={"snakemake": job})
    assert json.loads(Path(record).read_text())["exit"] == 0
