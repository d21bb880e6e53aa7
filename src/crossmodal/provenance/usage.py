"""What a job used, and the kernels that computed its numbers; measured by the job itself.

Snakemake looks at a job's processes every half second, later every 30 s, and misses what ended
between two looks. The kernel's own account of a process and its children misses nothing.
"""

import resource
import sys
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

# Of a processor's many instruction sets those that kernels are chosen by.
INSTRUCTIONS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vnni", "amx_tile",
                "asimd", "sve")  # fmt: skip
RSS_PER_MB = 1e6 if sys.platform == "darwin" else 1e6 / 1024  # ru_maxrss is in bytes there


def cpu_s() -> tuple[float, float]:
    """User and system seconds of this process and of its children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime for one in both), sum(one.ru_stime for one in both)


def used(before_s: float) -> dict[str, float]:
    """CPU seconds and peak memory so far.

    Parameters
    ----------
    before_s : CPU seconds before the job's work: interpreter and imports

    Returns
    -------
    user_s, system_s : with children; before_s; peak_mb : of the largest of these processes
    """
    user_s, system_s = cpu_s()
    children_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / RSS_PER_MB
    peak_mb = max(own_peak_mb(), children_mb)
    seconds = {"user_s": user_s, "system_s": system_s, "before_s": before_s}
    return {name: round(value, 3) for name, value in seconds.items()} | {
        "peak_mb": round(peak_mb, 1)
    }


def own_peak_mb(path: str | Path = "/proc/self/status") -> float:
    """Largest resident memory of this program.

    Not ``ru_maxrss`` where the system says it otherwise: Linux starts that at the size of the
    process that started this one (findings/maxrss_of_the_parent.sh).
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = [float(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_PER_MB
    return found[0] * 1024 / 1e6 if found else own


def kernels() -> dict[str, Any]:
    """Instruction sets of the processor; of each loaded library its kernel and threads.

    OpenBLAS chooses by the processor (or OPENBLAS_CORETYPE); speed and last digits follow.
    """
    libraries = [
        {
            "library": one["internal_api"],
            "version": one.get("version"),
            "kernel": one.get("architecture"),
            "threads": one["num_threads"],
        }
        for one in threadpool_info()
    ]
    return {"instructions": instructions(), "libraries": sorted(libraries, key=str)}


def instructions(path: str | Path = "/proc/cpuinfo") -> list[str]:
    """Those of INSTRUCTIONS that the processor has; none where the system does not say."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    said = [line.partition(":")[2].split() for line in lines if line.startswith(("flags", "Feat"))]
    return [name for name in INSTRUCTIONS if said and name in said[0]]
