"""A private one-node Slurm for the tests of this folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NEEDED = ("munged", "mariadbd", "slurmdbd", "slurmctld", "slurmd", "sbatch")
SYSTEM_PATH = ":/usr/sbin:/sbin"


@dataclass
class Cluster:
    """A running Slurm: the environment that its clients need."""

    environment: dict[str, str]

    def __call__(self, *command: str) -> str:
        """Run a Slurm client; its output."""
        result = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=60
        )
        return result.stdout.strip()

    def states(self, work_dir: Path) -> list[str]:
        """Final or present state of every job submitted from ``work_dir``, oldest first."""
        rows = self("sacct", "-X", "-n", "-P", "--format=WorkDir%200,State").splitlines()
        pairs = [row.rsplit("|", 1) for row in rows]
        return [state.split()[0] for folder, state in pairs if folder == str(work_dir)]


@dataclass
class Toy:
    """The toy workflow in a folder of its own, run with profiles/slurm."""

    folder: Path
    cluster: Cluster
    started: list[subprocess.Popen] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start Snakemake; what it says goes to snakemake.txt."""
        command = [sys.executable, "-m", "snakemake", "--profile", "profiles/slurm"]
        fast = ["--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "10"]
        with open(self.folder / "snakemake.txt", "ab") as output:
            process = subprocess.Popen(
                [*command, *fast, *arguments],
                cwd=self.folder,
                env=self.cluster.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run Snakemake to its end; everything it said."""
        process = self.start(*arguments)
        code = process.wait(timeout=300)
        said = (self.folder / "snakemake.txt").read_text()
        assert code == expect, said
        return said

    def wait_for_start(self, n: int = 1) -> None:
        """Wait until ``n`` jobs have begun their work."""
        wait_until(lambda: len(self.lines("starts.txt")) >= n, "the jobs' start")

    def wait_for_states(self, *expected: str) -> None:
        """Wait until accounting knows of just these jobs: it lags behind on a busy machine."""
        wait_until(
            lambda: sorted(self.cluster.states(self.folder)) == sorted(expected),
            f"jobs to be {expected}",
            timeout_s=20,
        )

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []


def wait_until(true: Callable[[], bool], what: str, timeout_s: float = 120) -> None:
    """Poll until ``true()``; fail with ``what`` after ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for {what}"
        time.sleep(0.5)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Slurm in a temporary folder, stopped at the end."""
    path = os.environ["PATH"] + SYSTEM_PATH
    if missing := [name for name in NEEDED if shutil.which(name, path=path) is None]:
        message = f"needs a Slurm to start: {', '.join(missing)} not installed (tests/slurm/up.sh)"
        if os.environ.get("REQUIRE_SLURM"):
            pytest.fail(message)
        pytest.skip(message)
    state = tmp_path_factory.mktemp("slurm")
    subprocess.run([HERE / "up.sh", state], check=True, timeout=300, stdout=subprocess.DEVNULL)
    path = os.pathsep.join([str(state / "bin"), str(Path(sys.executable).parent), path])
    extra = {
        "PATH": path,
        "SLURM_CONF": str(state / "slurm.conf"),
        "PYTHONPATH": str(ROOT / "src"),
        "CROSSMODAL_ROOT": str(ROOT),
    }
    try:
        yield Cluster(os.environ | extra)
    finally:
        subprocess.run([HERE / "down.sh", state], check=False, timeout=120)


@pytest.fixture
def toy(cluster: Cluster, tmp_path: Path) -> Iterator[Toy]:
    """A copy of the toy workflow; its jobs are cancelled at the end."""
    shutil.copytree(HERE / "toy", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "profiles/slurm", tmp_path / "profiles/slurm")
    workflow = Toy(tmp_path, cluster)
    yield workflow
    for process in workflow.started:
        if process.poll() is None:
            process.kill()
    jobs = cluster("squeue", "-h", "-o", "%i|%Z").splitlines()
    mine = [row.split("|")[0] for row in jobs if row.endswith(f"|{tmp_path}")]
    if mine:
        cluster("scancel", *mine)


def kill(process: subprocess.Popen) -> None:
    """SIGKILL: no handler runs, nothing is cleaned up."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
