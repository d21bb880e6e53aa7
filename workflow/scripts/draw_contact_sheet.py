"""Draw a contact sheet of some of the study's clips."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.actor_files import actor_file_part
from crossmodal.contracts.clips import read_clips
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.figures.contact_sheet import choose_spread, clip_label, draw_contact_sheet
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.provenance.record import figure_id, recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    params, table = snakemake.params, StimulusTable.read(snakemake.input.table)
    rows = table.frame.set_index("stimulus_id")
    files = dict(zip(params.actors, snakemake.input.clips, strict=True))
    ids = choose_spread(table.stimulus_ids, params.sheet["n_clips"])
    parts = {i: actor_file_part(rows.identity[i]) for i in ids}
    clips = [next(read_clips(files[parts[i]], [i])) for i in ids]
    labels = [clip_label(i, rows.loc[i]) for i in ids]
    figure = draw_contact_sheet(clips, labels, params.sheet["n_frames"], params.mel_duration_s)
    paths = [snakemake.output.pdf, snakemake.output.png]
    save_figure(figure, paths, figure_id(snakemake), "Contact sheet of the clips")
