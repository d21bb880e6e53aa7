"""Write head motion, confounds and the mean image of one BOLD run."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.agreement import check_same_grid
from crossmodal.bold.confounds import motion_parameters, write_confounds
from crossmodal.bold.images import read_first, read_series, write_volume
from crossmodal.bold.motion import MotionConfig, realign
from crossmodal.bold.transform_files import write_affines
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    config = MotionConfig(**snakemake.params.motion)
    check_same_grid([snakemake.input.first, snakemake.input.bold])
    first = read_first(snakemake.input.first)
    matrices, mean = realign(*read_series(snakemake.input.bold), *first, config)
    write_affines(snakemake.output.motion, matrices)
    write_confounds(snakemake.output.confounds, motion_parameters(matrices))
    write_volume(snakemake.output.mean, mean, first[1])
