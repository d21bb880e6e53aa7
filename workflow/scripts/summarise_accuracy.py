"""Write accuracy, confusions and learning curves of one regime over its seeds."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.contracts.tables import write_table
from crossmodal.contracts.training import Training
from crossmodal.families.cross_channel import accuracy
from crossmodal.families.cross_channel.trained import trained_table
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    table = StimulusTable.read(snakemake.input.table)
    tuned = [Training.read(path) for path in snakemake.input.training]
    pretrained = [Training.read(path) for path in snakemake.input.pretraining]
    regime, seed = snakemake.wildcards.regime, snakemake.params.study_seed
    write_table(accuracy.accuracy_per_fold(tuned), snakemake.output.accuracy)
    write_table(accuracy.accuracy_summary(tuned, table, regime, seed), snakemake.output.summary)
    write_table(accuracy.confusion_table(tuned), snakemake.output.confusion)
    write_table(accuracy.learning_curves(pretrained + tuned), snakemake.output.curves)
    trained_table([*pretrained, *tuned]).write(snakemake.output.trained)
