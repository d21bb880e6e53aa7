"""CPU time, as the benchmarks measure it."""

import time
from collections.abc import Callable


def cpu_s(work: Callable[[], object], repeats: int = 3) -> float:
    """Least CPU time of several calls (the machine may be shared)."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)
