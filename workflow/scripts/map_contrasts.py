"""Write t maps of contrasts between conditions of one participant."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.align.spaces import read_space
from crossmodal.bold.model.contrasts import contrast_maps
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.run_files import RunFiles
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    maps = contrast_maps(
        RunFiles.from_lists(params.runs, snakemake.input, **params.reading),
        read_space(params.voxel_mm, snakemake.input, params.reading["trust_affine"]),
        params.contrasts,
        EventsConfig(**params.events),
        GLMConfig(**params.glm),
        params.smoothing_mm,
    )
    for path, contrast in zip(snakemake.output.maps, maps, strict=True):
        contrast.write(path)
