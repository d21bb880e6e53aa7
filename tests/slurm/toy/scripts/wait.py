"""Write a file after a while; note in overlaps.txt if another job is writing the same one."""

import fcntl
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_text

if TYPE_CHECKING:
    snakemake: Any

target = Path(snakemake.output[0])
with open(f"lock-{target.name}", "w") as lock:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with open("overlaps.txt", "a") as overlaps:
            overlaps.write(f"{target}\n")
    with open("starts.txt", "a") as starts:
        starts.write(f"{target}\n")
    time.sleep(snakemake.params.seconds)
    write_text(target, "done\n")
