"""What maps are drawn on: the MNI template, or one participant's mean BOLD image."""

from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
from nilearn.datasets import load_mni152_template

from crossmodal.contracts.rois import read_rois
from crossmodal.figures.brain_maps import BrainMap, Slices, strongest_cuts_mm

N_CUTS = 7


def slices_for(
    blocks: dict[str, list[BrainMap]],
    cuts_mm: Sequence[float] | None,
    background: str | Path | None,
    rois: str | Path | None,
) -> Slices:
    """Slices for maps in MNI space (no ``background``) or in the space of ``background``.

    ``cuts_mm`` are MNI heights; for another space, or None, cuts follow the maps.
    """
    maps = [one for block in blocks.values() for one in block]
    if background:
        image = nib.as_closest_canonical(nib.load(background))
        return Slices(image, strongest_cuts_mm(maps, N_CUTS))
    cuts = tuple(cuts_mm) if cuts_mm else strongest_cuts_mm(maps, N_CUTS)
    spheres = read_rois(rois) if rois else ()
    return Slices(load_mni152_template(resolution=2), cuts, spheres)
