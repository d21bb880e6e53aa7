"""Draw figure 2: RDMs of the upper layers, sorted by category."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.figures.rdm_panels import draw_rdms, label_map, sort_rdm
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    stimuli = StimulusTable.read(snakemake.input.stimuli)
    rows = {}
    for regime, path in zip(snakemake.params.regimes, snakemake.input.rdms, strict=True):
        rdms = ModelRDMs.read(path).select(snakemake.params.source)
        labels = label_map(stimuli, regime)
        rows[regime] = [sort_rdm(rdms, layer, labels) for layer in snakemake.params.layers]
    paths = [snakemake.output[name] for name in ("pdf", "png", "svg")]
    save_figure(draw_rdms(rows), paths, figure_id(snakemake), "RDMs of the upper layers")
