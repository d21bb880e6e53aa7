"""Write the brain RDMs of all participants and regions."""

from typing import TYPE_CHECKING, Any

from crossmodal.bold.align.transform_files import read_warp
from crossmodal.contracts.rois import read_rois
from crossmodal.inference.regions.own import OwnRegions
from crossmodal.inference.regions.rdms import RoiPatterns, roi_rdms
from crossmodal.provenance.record import recorded

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    given, params = snakemake.input, snakemake.params
    n = len(params.participants)
    rois = read_rois(given.spheres) if given.get("spheres") else ()
    images = [*given.images] or [None] * n
    carry = [read_warp(path) for path in given.warps] or [None] * n
    masks = [given.masks[i::n] for i in range(n)]  # mask after mask, each of all participants
    own = [
        OwnRegions(image, given.get("labels") or None, params.regions, to_image, dict(zip(
            params.masks, files, strict=True)))
        for image, to_image, files in zip(images, carry, masks, strict=True)
    ]  # fmt: skip
    paths = list(zip(given.betas, *([given.residuals] if given.residuals else []), strict=True))
    patterns = RoiPatterns(**params.patterns)
    roi_rdms(paths, params.participants, rois, own, patterns).write(snakemake.output.rdms)
