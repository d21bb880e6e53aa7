"""What maps are drawn on: the MNI template, or one participant's mean BOLD image."""

from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
from nilearn.datasets import load_mni152_template
from nilearn.image import reorder_img
from nilearn.masking import compute_epi_mask

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
        return Slices(head_only(nib.load(background)), strongest_cuts_mm(maps, N_CUTS))
    cuts = tuple(cuts_mm) if cuts_mm else strongest_cuts_mm(maps, N_CUTS)
    spheres = read_rois(rois) if rois else ()
    return Slices(load_mni152_template(resolution=2), cuts, spheres)


def head_only(image: nib.Nifti1Image) -> nib.Nifti1Image:
    """A mean BOLD image along the world axes, zero outside the brain: no noise around it.

    Linear interpolation: the splines of a later resampling would ring around the mask.
    """
    canonical = nib.as_closest_canonical(image)
    brain = np.asarray(compute_epi_mask(canonical).dataobj).astype(bool)
    data = np.where(brain, np.asarray(canonical.dataobj, dtype=np.float32), 0)
    return reorder_img(nib.Nifti1Image(data, canonical.affine), resample="linear", copy_header=True)
