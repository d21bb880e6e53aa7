"""Write the id and the partition of the Slurm job that this runs in."""

import os
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_text

if TYPE_CHECKING:
    snakemake: Any

job = os.environ["SLURM_JOB_ID"], os.environ["SLURM_JOB_PARTITION"]
write_text(snakemake.output[0], " ".join(job) + "\n")
