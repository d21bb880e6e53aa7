"""Fail with one line in the rule's log."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    snakemake: Any

Path(snakemake.log[0]).write_text("ERROR failing: out of luck\n")
sys.exit(1)
