"""Write the brain RDMs of all participants and regions."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.rois import read_rois
from crossmodal.inference.regions.rdms import RoiPatterns, roi_rdms
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    rois = read_rois(snakemake.input.spheres) if snakemake.input.get("spheres") else ()
    atlas = {key: snakemake.input.get(key) for key in ("image", "labels")}
    residuals = snakemake.input.residuals
    paths = list(zip(snakemake.input.betas, *([residuals] if residuals else []), strict=True))
    roi_rdms(
        paths,
        snakemake.params.participants,
        rois,
        atlas if atlas["image"] else None,
        RoiPatterns(**snakemake.params.patterns),
    ).write(snakemake.output.rdms)
