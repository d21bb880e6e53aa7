"""Write head motion, confounds and the mean image of one BOLD run."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.align.epi_mask import brain_in_epi
from crossmodal.bold.align.motion import MotionConfig, realign
from crossmodal.bold.align.transform_files import write_affines
from crossmodal.bold.model.confounds import MEASURED, motion_parameters, write_confounds
from crossmodal.bold.model.dvars import dvars
from crossmodal.bold.model.run_quality import aligned_brain, run_quality
from crossmodal.bold.read.agreement import check_same_grid
from crossmodal.bold.read.derivatives import sidecar
from crossmodal.bold.read.images import read_first, read_series, write_volume
from crossmodal.bold.read.steady import n_skipped
from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    config = MotionConfig(**snakemake.params.motion)
    trust = snakemake.params.trust_affine
    check_same_grid([snakemake.input.first, snakemake.input.bold], trust)
    skip = snakemake.params.skip_volumes
    given = snakemake.input
    first = read_first(given.first, trust, n_skipped(given.first, skip))
    run = read_series(given.bold, trust, n_skipped(given.bold, skip))
    matrices, mean = realign(*run, *first, config)
    brain = brain_in_epi(mean)
    series = aligned_brain(*run, matrices, first[1], brain)
    changes = dict(zip(MEASURED, dvars(series), strict=True))
    write_affines(snakemake.output.motion, matrices)
    write_confounds(snakemake.output.confounds, motion_parameters(matrices), changes)
    write_volume(snakemake.output.mean, mean, first[1])
    raw = [snakemake.input.bold, snakemake.input.first]
    write_json(snakemake.output.motion_json, sidecar("motion", raw, Options=config.__dict__))
    write_json(snakemake.output.confounds_json, sidecar("confounds", raw[:1]))
    write_json(snakemake.output.mean_json, sidecar("boldref", raw))
    run_quality(series, brain, first[1].voxel_mm).write(snakemake.output.quality)
