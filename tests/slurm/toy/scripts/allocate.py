"""Hold 400 MB for a while."""

import time
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_text

if TYPE_CHECKING:
    snakemake: Any

block = bytearray(b"x") * 400_000_000
time.sleep(4)
write_text(snakemake.output[0], f"{len(block)}\n")
