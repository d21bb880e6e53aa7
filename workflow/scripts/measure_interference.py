"""Accuracy of mrpn's networks with one noisy modality, and their paired differences."""

from typing import TYPE_CHECKING, Any

import torch

from crossmodal.contracts.tables import write_table
from crossmodal.families.mrpn.experiment import MrpnFamily, read_tables
from crossmodal.families.mrpn.interference import Interference, difference_table, run_interference
from crossmodal.families.mrpn.states import extractor_files
from crossmodal.provenance.resume import resumable

if TYPE_CHECKING:
    snakemake: Any

with resumable(snakemake) as folder:
    torch.set_num_threads(snakemake.threads)
    family = MrpnFamily(**snakemake.params.family)
    experiment = Interference(**snakemake.params.interference)
    tables, seed = read_tables(snakemake.input.tables), snakemake.params.study_seed
    clips, regime = snakemake.input.clips, snakemake.wildcards.regime
    extractors = extractor_files(snakemake.input)
    accuracy = run_interference(family, experiment, tables, clips, regime, extractors, seed, folder)
    write_table(accuracy, snakemake.output.accuracy)
    write_table(difference_table(accuracy, seed), snakemake.output.differences)
