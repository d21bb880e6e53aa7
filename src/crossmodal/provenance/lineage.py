"""From a file back to raw bytes: the graph of records behind it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.hashing import sha256_json

LINEAGE_RULE = "write_lineage"  # reads all other records of a study; runs last
FIELDS = {
    "rule": str,
    "wildcards": dict,
    "inputs": dict,
    "code": dict,
    "params": dict,
    "versions": dict,
    "outputs": dict,
    "git": dict,
    "seal": str,
}
DIGESTS = ("inputs", "code", "outputs", "files", "raw_inputs")  # path -> sha256
TIMES = ("start", "end", "seal", "used", "kernels")  # what two equal runs may have otherwise


class Incomplete(InputError):
    """A part of a study that is to be shared is missing: what is shared must be whole."""


@dataclass(frozen=True)
class Lineage:
    """Records of one study, by the files that they made.

    Attributes
    ----------
    producer : output path -> name of the record that lists it
    records : name of a record (its path) -> its content
    """

    producer: Mapping[str, str]
    records: Mapping[str, dict[str, Any]]

    def upstream(self, path: str) -> list[str]:
        """Names of all records behind a file, its own first, each once.

        Raises
        ------
        InputError : no record lists the file as an output
        """
        if path not in self.producer:
            raise InputError(path, "lineage", "a file made by this study", "no record of it")
        found: dict[str, None] = {}
        todo = [self.producer[path]]
        while todo:
            name = todo.pop(0)
            if name not in found:
                found[name] = None
                inputs = self.records[name]["inputs"]
                todo += [self.producer[file] for file in inputs if file in self.producer]
        return list(found)

    def raw_inputs(self, names: Iterable[str]) -> dict[str, str]:
        """Path -> sha256 of inputs that no record made: the raw data."""
        return {
            path: digest
            for name in names
            for path, digest in sorted(self.records[name]["inputs"].items())
            if path not in self.producer
        }


def read_record(path: str | Path) -> dict[str, Any]:
    """One record.

    Raises
    ------
    InputError : no such file, not JSON, a field missing or of another kind
    """
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=refuse)
    except FileNotFoundError:
        raise InputError(path, "record", "a readable record", "no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(path, "record", "a JSON record", str(error)) from None
    require_fields(path, "record", record, FIELDS)
    return record


def refuse(constant: str) -> None:
    """What ``json.loads`` does with NaN and Infinity, which are never written."""
    raise ValueError(f"{constant} is no number of JSON")


def require_fields(path: str | Path, name: str, content: Any, kinds: Mapping[str, type]) -> None:
    """Check the fields of a record, of a sidecar or of a job in it.

    Raises
    ------
    InputError : no mapping, a field missing or of another kind, a digest that is no text
    """
    if not isinstance(content, dict):
        raise InputError(path, name, "a JSON object", type(content).__name__)
    if missing := [field for field in kinds if field not in content]:
        raise InputError(path, "fields", list(kinds), f"no {missing}")
    for field, kind in kinds.items():
        if not isinstance(content[field], kind):
            raise InputError(path, field, kind.__name__, type(content[field]).__name__)
        if field in DIGESTS and not all(isinstance(one, str) for one in content[field].values()):
            raise InputError(path, field, "a digest for each file", "something else")


def record_files(results: str | Path) -> list[Path]:
    """Records of all finished jobs of a results folder; not what a killed job left unfinished."""
    found = Path(results, "provenance/records").rglob("*.json")
    return sorted(path for path in found if not path.name.startswith("."))


def last_record(results: str | Path) -> Path:
    """The record of the job that ends a study; it lists all others."""
    return Path(results, "provenance/records", LINEAGE_RULE, "all.json")


def temporary_outputs(results: str | Path) -> list[str]:
    """Path prefixes of outputs that are deleted once used, as the last job of a study says."""
    try:
        return list(read_record(last_record(results))["params"].get("temporary", []))
    except InputError:  # an audit finds that
        return []


def study_records(results: str | Path) -> list[Path]:
    """Records of the study as it last ran to its end: those that its last job lists, and its own.

    Others are left over of participants or regimes that the config no longer names. A study
    without that job's record, because it stopped before, counts all.

    Raises
    ------
    Incomplete : a record that the last job lists is gone
    """
    found, last = record_files(results), last_record(results)
    if last not in found:
        return found
    there = {path.as_posix(): path for path in found}
    records = f"{Path(results).as_posix()}/provenance/records/"
    listed = {path for path in read_record(last)["inputs"] if path.startswith(records)}
    if gone := sorted(listed - there.keys()):
        expected = f"the record of every job of the study ({len(listed)}); run it again"
        raise Incomplete(last, "records", expected, f"{len(gone)} missing, such as {gone[0]}")
    return [there[name] for name in sorted({*listed, last.as_posix()})]


def read_lineage(record_paths: Iterable[str | Path]) -> Lineage:
    """All records of a study.

    Raises
    ------
    InputError : a malformed record, or two records that claim the same output
    """
    records = {str(path): read_record(path) for path in record_paths}
    producer: dict[str, str] = {}
    for name, record in records.items():
        for output in record["outputs"]:
            if output in producer:
                raise InputError(name, output, f"made by {producer[output]} alone", "made twice")
            producer[output] = name
    return Lineage(producer, records)


def identity(record: Mapping[str, Any]) -> str:
    """A short id of everything that a job's results are made from; figures carry it."""
    keys = ("rule", "wildcards", "inputs", "code", "params", "versions")
    return sha256_json({key: record[key] for key in keys})[:16]


def record_digest(record: Mapping[str, Any]) -> str:
    """Digest of everything in a record but TIMES, so that two clean runs agree."""
    return sha256_json({key: value for key, value in record.items() if key not in TIMES})


def sidecar(
    lineage: Lineage, figure: str, files: Iterable[str], temporary: Iterable[str] = ()
) -> dict[str, Any]:
    """The content of a figure's ``.prov.json``: its whole lineage.

    Parameters
    ----------
    figure : name of the figure, e.g. 'fig2_rdms'
    files : its files (pdf, png), all made by one job
    temporary : path prefixes of outputs that are deleted once used
    """
    files = sorted(files)
    names = lineage.upstream(files[0])
    own = lineage.records[names[0]]
    nodes = [
        {key: lineage.records[name][key] for key in FIELDS if key not in TIMES}
        | {"record": name, "record_digest": record_digest(lineage.records[name])}
        for name in names
    ]
    return {
        "figure": figure,
        "figure_id": identity(own),
        "files": {file: own["outputs"][file] for file in files},
        "temporary": sorted(temporary),
        "raw_inputs": lineage.raw_inputs(names),
        "jobs": nodes,
    }
