"""Tabulate and draw recall on voices of unseen actors."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.atomic import write_text
from crossmodal.contracts.class_scores import ClassScores
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.figures.confusion import draw_confusions
from crossmodal.figures.save import save_figure
from crossmodal.figures.style import use_style
from crossmodal.figures.voices import confusion_panels, draw_recall, markdown_table
from crossmodal.provenance.record import figure_id, recorded
from crossmodal.voices.recall import confusion_table, joined, recall_table
from crossmodal.voices.training import SETS, in_set, part_of

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    use_style()
    params, table = snakemake.params, StimulusTable.read(snakemake.input.table)
    tests = {name: part_of(table, in_set(table, name).nonzero()[0]) for name in SETS}
    paths, methods = iter(snakemake.input.networks), {}  # fold after fold of each network
    for preset, name in params.networks:  # once per seed
        folds = [ClassScores.read(next(paths)) for _ in range(params.n_folds)]
        methods.setdefault((preset, name), []).append(joined(folds))
    for key, path in zip(params.baseline, snakemake.input.baseline, strict=True):
        methods[tuple(key)] = [ClassScores.read(path)]
    recall = recall_table(methods, tests, params.seed)
    recall.insert(1, "standardised_by", recall.method.map(params.standardise))
    write_table(recall, snakemake.output.recall)
    write_text(snakemake.output.markdown, markdown_table(recall))
    confusion = confusion_table(methods, tests)
    write_table(confusion, snakemake.output.confusion)
    save_figure(draw_recall(recall), snakemake.output.figure, figure_id(snakemake), "Voices")
    figure = draw_confusions(confusion_panels(confusion), "predicted, unseen actor")
    save_figure(figure, snakemake.output.matrices, figure_id(snakemake), "Voices: confusions")
