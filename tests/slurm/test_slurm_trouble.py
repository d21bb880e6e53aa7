"""Jobs on a real Slurm in trouble: each ends as the profile promises."""

import getpass

import pytest
import yaml

from tests.slurm.conftest import Cluster, Toy, kill

pytestmark = [pytest.mark.slurm, pytest.mark.full]


def node(cluster: Cluster) -> str:
    return cluster("sinfo", "-h", "-o", "%n").splitlines()[0]


def test_a_job_over_its_memory_is_killed_and_retried_with_more(toy: Toy) -> None:
    toy.run("--set-resources", "hungry:mem_mb=450*attempt", "--", "out/hungry.txt")
    assert toy.lines("out/hungry.txt") == ["400000000"]
    first, second = toy.cluster.states(toy.folder)
    assert first in ("OUT_OF_MEMORY", "FAILED")  # with and without cgroups
    assert second == "COMPLETED"
    logs = [path.read_text() for path in sorted(toy.folder.glob(".snakemake/slurm_logs/**/*.log"))]
    assert sum("exceeded memory limit" in text for text in logs) == 1


def test_a_cancelled_job_is_submitted_again(toy: Toy) -> None:
    process = toy.start("--", "out/slow-1.txt")
    toy.wait_for_start()
    toy.cluster("scancel", "--state", "RUNNING", "--user", getpass.getuser())
    assert process.wait(timeout=300) == 0
    toy.wait_for_states("CANCELLED", "COMPLETED")


def test_a_node_that_goes_down_and_comes_back_is_survived(toy: Toy) -> None:
    process = toy.start("--config", "seconds=15", "--", "out/slow-1.txt")
    toy.wait_for_start()
    name = node(toy.cluster)
    toy.cluster("scontrol", "update", f"nodename={name}", "state=down", "reason=test")
    toy.cluster("scontrol", "update", f"nodename={name}", "state=resume")
    assert process.wait(timeout=300) == 0
    assert toy.lines("out/slow-1.txt") == ["done"]
    assert toy.lines("overlaps.txt") == []


def test_a_killed_snakemake_leaves_no_job_that_writes_beside_the_next(toy: Toy) -> None:
    targets = ["out/slow-1.txt", "out/slow-2.txt"]
    process = toy.start("--config", "seconds=25", "--", *targets)
    toy.wait_for_start(2)
    kill(process)
    toy.wait_for_states("RUNNING", "RUNNING")
    toy.run("--unlock", "--", *targets)
    said = toy.run("--config", "seconds=25", "--", *targets)
    assert "cancelling 2 Slurm job(s) of an earlier run" in said
    toy.wait_for_states("CANCELLED", "CANCELLED", "COMPLETED", "COMPLETED")
    assert toy.lines("overlaps.txt") == []
    assert [toy.lines(target) for target in targets] == [["done"], ["done"]]


def test_small_jobs_share_a_submission_on_one_core(toy: Toy) -> None:
    targets = [f"out/small-{n}.txt" for n in range(4)]
    toy.run("--", *targets)
    toy.wait_for_states("COMPLETED")
    assert len({toy.lines(target)[0] for target in targets}) == 1
    job = toy.lines(targets[0])[0].split()[0]
    assert toy.cluster("sacct", "-X", "-n", "-P", "-j", job, "--format=AllocCPUS") == "1"


def test_a_job_that_wants_a_gpu_gets_one_on_a_gpu_partition(toy: Toy) -> None:
    toy.run("--", "out/trained-1.txt", "out/slow-1.txt")
    job, partition = toy.lines("out/trained-1.txt")[0].split()
    assert partition == "gpu"
    granted = toy.cluster("sacct", "-X", "-n", "-P", "-j", job, "--format=AllocTRES")
    assert "gres/gpu=1" in granted
    jobs = toy.cluster("sacct", "-X", "-n", "-P", "--format=WorkDir%200,Partition").splitlines()
    assert sorted(row.split("|")[1] for row in jobs if row.startswith(f"{toy.folder}|")) == [
        "cpu", "gpu",
    ]  # fmt: skip


def test_slurm_writes_the_file_of_partitions(toy: Toy) -> None:
    said = toy.cluster("generate-slurm-partition-config")
    partitions = yaml.safe_load(said)["partitions"]
    assert set(partitions) == {"cpu", "gpu"}


def test_a_failure_names_rule_wildcards_and_log(toy: Toy) -> None:
    said = toy.run("--retries", "0", "--", "out/failing-7.txt", expect=1)
    assert "Error in rule failing" in said
    assert "out/failing-7.txt" in said
    assert "n=7" in said
    assert "logs/failing-7.log" in said
    assert "out of luck" in said
