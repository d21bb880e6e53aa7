"""Draw the three figures of affect3d."""

from typing import TYPE_CHECKING, Any

import h5py
import pandas as pd

from crossmodal.figures.affect3d import draw_plane, draw_relevance, draw_traces
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    output, identity = snakemake.output, figure_id(snakemake)
    traces = pd.read_csv(snakemake.input.traces, sep="\t")
    coverage = pd.read_csv(snakemake.input.coverage, sep="\t")
    with h5py.File(snakemake.input.relevance, "r") as file:
        videos = {name: {key: group[key][()] for key in group} for name, group in file.items()}
    figure = draw_traces(traces, list(videos))
    save_figure(figure, output.traces, identity, "Valence and arousal over time")
    save_figure(draw_relevance(videos), output.relevance, identity, "Relevance over the face")
    frames = {name: arrays["frames"] for name, arrays in videos.items()}
    figure = draw_plane(traces, frames, coverage)
    save_figure(figure, output.plane, identity, "Predictions on the affect plane")
