"""The study itself on Slurm: the same bytes as on one machine.

``SLURM_STUDY`` names the config: config/config.yaml, the mini-study, in ``make test-slurm``. With
``SLURM_STUDY=part`` (CI, and the default of bare pytest) a part of it runs that takes minutes: from
simulated clips and scans to crops, a table, RDMs and a transform.

``SLURM_LOCAL`` may name a checkout in which the study is finished: its code is run on Slurm, by
its Python (figures carry an id that covers the versions), and nothing runs here.

What is compared: every file that the workflow writes, but for those that say when and how long a
job ran (NOT_COMPARED), and in a figure's sidecar the fields that follow from them (VOLATILE).
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.slurm.conftest import ROOT, Cluster
from tests.studies import values_of

pytestmark = [pytest.mark.slurm, pytest.mark.full]

CODE = ("Snakefile", "workflow", "src", "config", "profiles", "resources")
PART = (
    "results/clips/actor-01.h5",
    "results/clips/actor-02.h5",
    "results/stimuli/study.tsv",
    "results/figures/fig1_architecture.png",
    "results/rdms/labels/categories.h5",
    "results/derivatives/sub-01/func/sub-01_from-boldref_to-T1w_mode-image_desc-coreg_xfm.txt",
)
# Logs, benchmark files and records tell when and how long; caches and checkpoints are no results;
# the report is made by a command, not by the workflow.
NOT_COMPARED = ("logs", "benchmarks", "provenance", "cache", "checkpoints", "report", "README.md")
VOLATILE = ("git", "record_digest", "seal")  # the commit of a checkout, digests of records


def small_config() -> dict:
    """The mini-study with three emotions, ten actors and five participants (for its tests)."""
    config = values_of(ROOT / "config/config.yaml")
    emotions = ["neutral", "happy", "angry"]
    config["simulate"]["clips"] |= {"n_actors": 10, "emotions": emotions}
    config["simulate"]["brain"] |= {"n_participants": 5, "missing_runs": {}}
    config["stimuli"]["study"]["emotions"] = config["stimuli"]["pool"]["emotions"] = emotions
    return config


def checkout(folder: Path, source: Path = ROOT) -> Path:
    """A copy of what a run needs; always with this checkout's profile."""
    folder.mkdir()
    for name in CODE:
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy2
        copy(source / name, folder / name)
    shutil.copytree(ROOT / "profiles/slurm", folder / "profiles/slurm", dirs_exist_ok=True)
    return folder


def python() -> Path:
    """The interpreter of both runs."""
    own = Path(os.environ.get("SLURM_LOCAL", "-"), ".venv/bin/python")
    return own if own.exists() else Path(sys.executable)


def run(folder: Path, environment: dict[str, str], *arguments: str) -> None:
    """Run the study, or the part of it, in ``folder``."""
    whole = os.environ.get("SLURM_STUDY", "part").removeprefix("part")
    (folder / "study.yaml").write_text(
        (folder / whole).read_text() if whole else yaml.safe_dump(small_config())
    )
    command = [str(python()), "-m", "snakemake", "--configfile", "study.yaml", *arguments]
    result = subprocess.run(
        [*command, "--", *(() if whole else PART)],
        cwd=folder,
        env=environment
        | {
            "PYTHONPATH": str(folder / "src"),
            "PATH": os.pathsep.join([str(python().parent), environment["PATH"]]),
        },
        capture_output=True,
        text=True,
        timeout=7200,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]


def content(path: Path) -> bytes:
    """What is compared of a file: all bytes; of a sidecar all but what hangs on times."""
    if not path.name.endswith(".prov.json"):
        return path.read_bytes()

    def steady(value: object) -> object:
        if isinstance(value, dict):
            return {key: steady(item) for key, item in value.items() if key not in VOLATILE}
        return [steady(item) for item in value] if isinstance(value, list) else value

    return json.dumps(steady(json.loads(path.read_text()))).encode()


def digests(folder: Path) -> dict[str, str]:
    """File -> sha256 of all results that hold no times."""
    results = folder / "results"
    return {
        path.relative_to(results).as_posix(): hashlib.sha256(content(path)).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.relative_to(results).parts[0] not in NOT_COMPARED
    }


def test_results_are_byte_identical_to_a_local_run(cluster: Cluster, tmp_path: Path) -> None:
    finished = os.environ.get("SLURM_LOCAL")
    local = Path(finished) if finished else checkout(tmp_path / "local")
    on_slurm = checkout(tmp_path / "slurm", local)
    status = ["--slurm-init-seconds-before-status-checks", "3"]
    run(on_slurm, cluster.environment, "--profile", "profiles/slurm", *status)
    states = cluster.states(on_slurm)
    if not finished:
        run(local, cluster.environment, "--cores", "2")
    expected = digests(local)
    assert len(expected) >= len(PART)
    assert digests(on_slurm) == expected
    assert set(states) == {"COMPLETED"}
    print(f"{len(states)} Slurm jobs, {len(expected)} files with equal bytes")
