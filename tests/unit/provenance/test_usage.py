"""A job's own account of what it used."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crossmodal.provenance.usage import cpu_s, instructions, kernels, used

SPIN = "t = __import__('time'); e = t.process_time() + .3\nwhile t.process_time() < e: pass"


def test_children_count_and_nothing_is_missed_between_looks() -> None:
    before = sum(cpu_s())
    subprocess.run([sys.executable, "-c", SPIN], check=True)
    found = used(before)
    assert found["user_s"] + found["system_s"] >= before + 0.3
    assert found["before_s"] == pytest.approx(before, abs=1e-3)


def test_the_peak_is_that_of_the_largest_process() -> None:
    code = "b = bytearray(400_000_000); b[::4096] = b'x' * len(b[::4096])"
    script = f"""
import json, subprocess, sys
from crossmodal.provenance.usage import used
small = used(0.0)["peak_mb"]
subprocess.run([sys.executable, "-c", {code!r}], check=True)
print(json.dumps([small, used(0.0)["peak_mb"]]))
"""
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    small, large = json.loads(said.stdout)
    assert small < 400 < large < 600


def test_kernels_are_those_of_the_loaded_libraries() -> None:
    import numpy as np

    np.ones((4, 4)) @ np.ones((4, 4))
    found = kernels()
    assert any(one["library"] == "openblas" and one["kernel"] for one in found["libraries"])
    assert all(set(one) == {"library", "version", "kernel", "threads"}
               for one in found["libraries"])  # fmt: skip
    assert "/" not in json.dumps(found), "no path of this machine"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("processor : 0\nflags : fpu avx avx2 fma\nprocessor : 1\nflags : fpu\n",
         ["avx", "avx2", "fma"]),
        ("processor : 0\nFeatures : fp asimd sve\n", ["asimd", "sve"]),
        ("", []),
    ],
)  # fmt: skip
def test_instruction_sets_are_read(text: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    assert instructions(tmp_path / "cpuinfo") == found
    assert instructions(tmp_path / "none") == []
