"""The study itself on Slurm: the same bytes as on one machine.

``SLURM_STUDY=config/config.yaml`` runs the whole mini-study twice; the default is a part of it
that takes minutes: from simulated clips and scans to crops, a table, RDMs and a transform.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.slurm.conftest import ROOT, Cluster

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
# These tell when and how long; records are compared without them by `crossmodal audit`.
NOT_COMPARED = ("logs", "benchmarks", "provenance", "cache", "checkpoints")


def small_config() -> dict:
    """The mini-study with three emotions, eight actors and two participants."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    emotions = ["neutral", "happy", "angry"]
    config["simulate"]["clips"] |= {"n_actors": 8, "emotions": emotions}
    config["simulate"]["brain"] |= {"n_participants": 2}
    config["stimuli"]["study"]["emotions"] = config["stimuli"]["pool"]["emotions"] = emotions
    return config


def checkout(folder: Path) -> Path:
    """A copy of what a run needs."""
    for name in CODE:
        source = ROOT / name
        folder.mkdir(exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    return folder


def run(folder: Path, environment: dict[str, str], *arguments: str) -> None:
    """Run the study, or the part of it, in ``folder``."""
    whole = os.environ.get("SLURM_STUDY")
    (folder / "study.yaml").write_text(
        (ROOT / whole).read_text() if whole else yaml.safe_dump(small_config())
    )
    command = [sys.executable, "-m", "snakemake", "--configfile", "study.yaml", *arguments]
    result = subprocess.run(
        [*command, "--", *(() if whole else PART)],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=7200,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]


def digests(folder: Path) -> dict[str, str]:
    """File -> sha256 of all results that hold no times."""
    results = folder / "results"
    return {
        path.relative_to(results).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.relative_to(results).parts[0] not in NOT_COMPARED
    }


def test_results_are_byte_identical_to_a_local_run(cluster: Cluster, tmp_path: Path) -> None:
    on_slurm, local = (checkout(tmp_path / name) for name in ("slurm", "local"))
    status = ["--slurm-init-seconds-before-status-checks", "3"]
    run(on_slurm, cluster.environment, "--profile", "profiles/slurm", *status)
    run(local, cluster.environment, "--cores", "2")
    expected = digests(local)
    assert len(expected) >= len(PART)
    assert digests(on_slurm) == expected
    assert set(cluster.states(on_slurm)) == {"COMPLETED"}
