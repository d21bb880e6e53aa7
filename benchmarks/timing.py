"""How the benchmarks measure time."""

import time
from collections.abc import Callable
from typing import Any


def cpu_s(work: Callable[[], object], repeats: int = 3) -> float:
    """Least CPU time of several calls (the machine may be shared)."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def seconds(work: Callable[[], object], device: Any) -> float:
    """Time of one call on a torch.device: of the process on a CPU, on the wall with a GPU."""
    if device.type != "cuda":
        return cpu_s(work, 1)
    import torch  # other benchmarks of this module's users need none

    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start
