"""Write which models explain which regions, with noise ceilings and bootstrap errors."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.inference.regions.files import shared_stimuli
from crossmodal.inference.regions.model_tests import (
    ModelTable,
    RoiInference,
    compare_models,
    condition_groups,
)
from crossmodal.inference.regions.structure import gradients, variance_table
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params, output = snakemake.params, snakemake.output
    brain = RoiRDMs.read(snakemake.input.brain)
    sets = [ModelRDMs.read(path) for path in snakemake.input.models]
    brain = brain.restricted(shared_stimuli(brain, sets))
    models = ModelTable.gather(sets, params.sources, brain.stimulus_ids)
    config = RoiInference(**params.inference)
    table = StimulusTable.read(snakemake.input.table) if snakemake.input.get("table") else None
    groups = condition_groups(table, brain.stimulus_ids, config.bootstrap_by)
    fits, singles, pairs = compare_models(brain, models, groups, config, params.seed)
    write_table(fits, output.models)
    write_table(singles, output.participants)
    write_table(pairs, output.pairs)
    timing = ModelRDMs.read(snakemake.input.timing) if snakemake.input.get("timing") else None
    variance = variance_table(brain, models, config.comparison, params.seed, timing)
    write_table(variance, output.variance)
    write_table(gradients(singles, params.hierarchy, params.seed), output.gradient)
