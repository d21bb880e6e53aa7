"""Write the table of a network's layers."""

from typing import TYPE_CHECKING, Any

from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.layer_table import describe_layers
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    config = CrossChannelConfig(**snakemake.params.network)
    # The readout is not in the table, so its number of classes does not matter.
    network = CrossChannel(config, 2, tuple(snakemake.params.modalities))
    describe_layers(network).write(snakemake.output.layers)
