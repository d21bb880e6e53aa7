"""Write t maps of contrasts between conditions of one participant."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.contrasts import contrast_maps
from crossmodal.bold.events import EventsConfig
from crossmodal.bold.glm import GLMConfig
from crossmodal.bold.run_files import RunFiles
from crossmodal.bold.spaces import read_space
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    maps = contrast_maps(
        RunFiles.from_lists(
            snakemake.params.runs, snakemake.input, snakemake.params.slice_reference
        ),
        read_space(snakemake.params.voxel_mm, snakemake.input),
        snakemake.params.contrasts,
        EventsConfig(**snakemake.params.events),
        GLMConfig(**snakemake.params.glm),
        snakemake.params.smoothing_mm,
    )
    for path, contrast in zip(snakemake.output.maps, maps, strict=True):
        contrast.write(path)
