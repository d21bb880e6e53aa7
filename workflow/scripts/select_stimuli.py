"""Write the table of one set of clips: the study's, the pool's or the voices'."""

from typing import TYPE_CHECKING, Any

from crossmodal.provenance.hashing import sha256_files
from crossmodal.provenance.record import recorded
from crossmodal.stimuli.demographics import with_genders
from crossmodal.stimuli.naming import PARSERS
from crossmodal.stimuli.table import stimulus_table

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    clips = list(snakemake.input.clips)
    names = [PARSERS[snakemake.params.naming](path) for path in clips]
    names = with_genders(names, snakemake.input.get("demographics") or None)
    table = stimulus_table(names, sha256_files(clips), snakemake.wildcards.set)
    table.write(snakemake.output.table)
