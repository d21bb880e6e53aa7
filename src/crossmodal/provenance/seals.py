"""Seals of what a paper would print beside its figures: tables and maps, each with its lineage.

A figure carries its lineage in a sidecar. Tables and maps are hundreds of files with few origins,
so one sealed file (``provenance/seals.json``) holds their digests, and those of all records that
they rest on; the records hold the rest. The record of the job that writes it holds its digest.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.provenance.lineage import Lineage, record_digest, refuse, require_fields

FILE = "provenance/seals.json"
# Folders of the results, and what people print of them: tables, maps, and their JSON sidecars.
FOLDERS = (
    *("tables", "roi", "network", "similarity", "quality", "voices"),
    *("group", "prevalence", "searchlight/noise_ceiling"),
)
SUFFIXES = (".tsv", ".md", ".nii.gz", ".json")
FIELDS = {"files": dict, "records": dict, "seal": str}


@dataclass(frozen=True)
class Seals:
    """What ``provenance/seals.json`` holds.

    files : path -> sha256 of every printed table and map
    records : path -> digest (without times) of every record behind them
    """

    files: dict[str, str]
    records: dict[str, str]

    @classmethod
    def read(cls, path: str | Path) -> tuple["Seals", dict[str, Any]]:
        """The seals, and the file's content as it is.

        Raises
        ------
        InputError : no such file, not JSON, fields missing or of another kind
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=refuse)
        except FileNotFoundError:
            expected = "the seals of tables and maps, which the last job of a study writes"
            raise InputError(path, "seals", expected, "no such file") from None
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(path, "seals", "JSON", str(error)) from None
        require_fields(path, "seals", content, FIELDS)
        return cls(content["files"], content["records"]), content


def is_printed(path: str, results: str | Path) -> bool:
    """Whether a result is a table or map that a paper would print."""
    folders = tuple(f"{Path(results).as_posix()}/{name}/" for name in FOLDERS)
    return path.startswith(folders) and path.endswith(SUFFIXES)


def printed_files(lineage: Lineage, results: str | Path) -> list[str]:
    """Every printed table and map that a record lists."""
    return sorted(path for path in lineage.producer if is_printed(path, results))


def seals(lineage: Lineage, results: str | Path) -> dict[str, Any]:
    """The content of ``provenance/seals.json``, not yet sealed."""
    files = printed_files(lineage, results)
    records = behind(lineage, files)
    return {
        "files": {path: lineage.records[lineage.producer[path]]["outputs"][path] for path in files},
        "records": {name: record_digest(lineage.records[name]) for name in records},
    }


def behind(lineage: Lineage, files: Iterable[str]) -> list[str]:
    """Names of all records behind some files, each once."""
    makers = {lineage.producer[path]: path for path in files}
    return sorted({name for path in makers.values() for name in lineage.upstream(path)})
