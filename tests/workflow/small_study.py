"""Studies with fewer jobs than config/test.yaml's, and what their results are.

``EXEMPT`` and ``record_content`` say what may differ between two runs of one study;
docs/decisions/recomputation.md says why.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from crossmodal.provenance.lineage import TIMES
from tests.studies import values_of
from tests.workflow.study import Study, clone

CONFIG = "config/test.yaml"
RESULTS = "results-test"
EXEMPT = {
    "logs/": "what jobs told, with times",
    "benchmarks/": "how long jobs took",
    "cache/": "numba's compiled kernels",
    "provenance/fingerprints.json": "the guard's memory of times and inodes",
}
RECORDS = "provenance/records/"


def small_study(folder: Path, kind: str) -> Study:
    """A clone of the code whose config/test.yaml is smaller; nothing has been run."""
    study = clone(folder, CONFIG)
    path = study.folder / CONFIG
    config = KINDS[kind](values_of(path))
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return study


def every_rule(config: dict[str, Any]) -> dict[str, Any]:
    """Three participants and one trained regime, with as many rules."""
    config["simulate"]["brain"] |= {"n_participants": 3, "orientations": {"02": "LAS"}}
    config["families"]["cross_channel"] |= {"regimes": ["emotion"], "n_seeds": 1}
    config["figures"]["regimes"] = ["emotion"]
    config["group"]["alpha"] = 0.2  # three participants have 8 sign flips
    return config


def clips_only(config: dict[str, Any]) -> dict[str, Any]:
    """Simulated clips, faces and sounds, category and planted RDMs, a figure: eleven quick jobs."""
    for block in ("families", "scans", "searchlight", "group", "roi"):
        del config[block]
    del config["simulate"]["brain"]
    config["simulate"]["clips"] |= {"n_actors": 3, "emotions": EMOTIONS}
    config["stimuli"]["study"] |= {"actors": ["01", "02", "03"], "emotions": EMOTIONS}
    config["stimuli"]["pool"] = None
    return config


EMOTIONS = ["neutral", "happy", "angry"]
KINDS = {"clips only": clips_only, "every rule": every_rule}


def record_content(path: Path) -> bytes:
    """A record without its times, and without digests of other records, which have times."""
    record = {k: v for k, v in json.loads(path.read_text()).items() if k not in TIMES}
    inputs = record["inputs"]
    record["inputs"] = {
        name: None if RECORDS in name else digest for name, digest in inputs.items()
    }
    return json.dumps(record).encode()


def result_digests(results: Path) -> dict[str, str]:
    """Path -> sha256 of every file below a results folder that has to be equal in two runs."""
    digests = {}
    for path in sorted(results.rglob("*")):
        name = path.relative_to(results).as_posix()
        if path.is_file() and not name.startswith(tuple(EXEMPT)):
            is_record = name.startswith(RECORDS)
            content = record_content(path) if is_record else path.read_bytes()
            digests[name] = hashlib.sha256(content).hexdigest()
    return digests


def differences(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """File -> in what way it differs; empty when both runs gave the same."""
    names = sorted(one.keys() | other.keys())
    return {
        name: "other bytes" if name in one and name in other else "only in one"
        for name in names
        if one.get(name) != other.get(name)
    }
