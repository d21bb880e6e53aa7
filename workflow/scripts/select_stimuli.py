"""Write the table of one set of clips: the study's, the pool's or the voices'."""

from typing import TYPE_CHECKING, Any

from crossmodal.provenance.hashing import sha256_files
from crossmodal.provenance.record import recorded
from crossmodal.stimuli.demographics import with_genders
from crossmodal.stimuli.selection import named_clips
from crossmodal.stimuli.table import stimulus_table

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    clips, given = list(snakemake.input.clips), snakemake.input.get("clip_table") or None
    actor_column = getattr(snakemake.params, "actor_column", None)
    names = named_clips(clips, snakemake.params.naming, given, actor_column)
    names = with_genders(names, snakemake.input.get("demographics") or None)
    table = stimulus_table(names, sha256_files(clips), snakemake.wildcards.set)
    table.write(snakemake.output.table)
