"""Write the layer similarity of one regime and how much its seeds agree."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.tables import write_table
from crossmodal.provenance.record import recorded
from crossmodal.representations.similarity import (
    SimilarityConfig,
    layer_similarity,
    seed_variability,
)

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    rdms = ModelRDMs.read(snakemake.input.rdms)
    config = SimilarityConfig(**snakemake.params.similarity)
    layer_similarity(rdms, config).write(snakemake.output.similarity)
    write_table(seed_variability(rdms, config.method), snakemake.output.seeds)
