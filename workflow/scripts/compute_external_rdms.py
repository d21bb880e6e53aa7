"""Write the RDMs of the layers of a network that others made, and of its untrained twins."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.families.external.block import ExternalNetwork
from crossmodal.families.external.files import picture_files
from crossmodal.families.external.rdms import clip_stimuli, network_rdms, picture_stimuli
from crossmodal.families.training.clips import clips_of_table
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    torch.set_num_threads(snakemake.threads)
    network = ExternalNetwork(**snakemake.params.network)
    if snakemake.params.pictures:
        stimuli = picture_stimuli(network, picture_files(snakemake.params.pictures))
    else:
        table, paths = StimulusTable.read(snakemake.input.table), list(snakemake.input.clips)
        stimuli = clip_stimuli(network, lambda arrays: clips_of_table(paths, table, arrays))
    rdms = network_rdms(network, snakemake.wildcards.regime, stimuli, snakemake.params.seed)
    rdms.write(snakemake.output.rdms)
