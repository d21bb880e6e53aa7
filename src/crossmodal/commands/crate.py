"""Export the study as an RO-Crate (Provenance Run Crate) in RESULTS/crate."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import plain
from crossmodal.provenance.crate import StudyCrate, write_crate
from crossmodal.provenance.guard import unwritable
from crossmodal.provenance.lineage import (
    Incomplete,
    Lineage,
    last_record,
    read_lineage,
    read_record,
    study_records,
)
from crossmodal.provenance.record import clean_params
from crossmodal.provenance.roots import named
from crossmodal.provenance.seals import is_printed
from crossmodal.study.overlay import Layers, load_layers, names
from crossmodal.study.study import Study
from crossmodal.study.validate import build_study

SHARED = ("figures", "provenance")  # folders of the results, beside printed tables and maps


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(options: argparse.Namespace) -> int:
    layers = load_layers(options.configs)
    study = build_study(layers)
    if problem := unwritable(study.study.results_dir):
        raise problem
    try:
        crate, n_jobs = study_crate(study, layers, names(options.configs))
    except Incomplete as error:
        print(f"crossmodal: {error}", file=sys.stderr)
        return 1
    folder = Path(study.study.results_dir, "crate")
    shutil.rmtree(folder, ignore_errors=True)
    print(f"wrote {write_crate(folder, crate)} with {n_jobs} jobs")
    return 0


def study_crate(study: Study, layers: Layers, config: str) -> tuple[Any, int]:
    """The crate of a finished study, nothing written yet, and its number of jobs.

    Raises
    ------
    Incomplete : the study has not ended; a record or a file of it is gone
    InputError : results of another config; a file that is not what a record says
    """
    results = Path(study.study.results_dir)
    refuse_other_config(study, config)
    records = study_records(results)
    lineage = read_lineage(records)
    refuse_other_folder(lineage, results)
    folders = tuple(f"{results.as_posix()}/{name}/" for name in SHARED)
    made = [path for path in lineage.producer
            if path.startswith(folders) or is_printed(path, results)]  # fmt: skip
    included = {path: path for path in [*map(Path.as_posix, records), *made]}
    places = included | config_places(layers.files)
    builder = StudyCrate(lineage, study.study.name, places, study.study.data_license)
    return builder.build(), len(lineage.records)


def config_places(files: Sequence[str]) -> dict[str, Path]:
    """Place in the crate -> config file, wherever it lies; ``extends`` holds there, too."""
    paths = [Path(file).absolute() for file in files]
    root = os.path.commonpath([path.parent for path in paths])
    return {f"config/{path.relative_to(root).as_posix()}": path for path in paths}


def refuse_other_folder(lineage: Lineage, results: Path) -> None:
    """Records that were copied here from another study make no crate of this one.

    Raises
    ------
    InputError : a record's output lies elsewhere
    """
    for output, record in lineage.producer.items():
        if not Path(output).is_relative_to(results):
            raise InputError(record, "outputs", f"files below {results}", output)


def refuse_other_config(study: Study, config: str) -> None:
    """Results go out with the config that made them: every value of it, defaults included.

    Raises
    ------
    Incomplete : the study has not run to its end
    InputError : values that differ, by their keys
    """
    last = last_record(study.study.results_dir)
    if not last.is_file():
        raise Incomplete(last, "record", "a study that has run to its end", "no such file")
    recorded = read_record(last)["params"].get("config")
    if recorded is None:
        expected = "the config that made the results (run the study again: what is unchanged stays)"
        raise InputError(last, "config", expected, "none: an earlier version made them")
    if found := different(recorded, clean_params(named(plain(study)))):
        made = f"the config of the results in {last.parents[3]} (run the study with this one?)"
        raise InputError(config, ", ".join(found), made, "; ".join(found.values()))


def different(before: Any, now: Any, key: str = "") -> dict[str, str]:
    """Dotted key -> 'VALUE there, VALUE here', of everything that two configs say otherwise."""
    if isinstance(before, dict) and isinstance(now, dict):
        found: dict[str, str] = {}
        for name in sorted(before.keys() | now.keys()):
            where = f"{key}.{name}" if key else name
            found |= different(before.get(name), now.get(name), where)
        return found
    return {} if before == now else {key: f"{shortened(before)} there, {shortened(now)} here"}


def shortened(value: Any, length: int = 40) -> str:
    """A value as Python writes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= length else f"{text[:length]}…"
