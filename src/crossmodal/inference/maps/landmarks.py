"""Named places of the whole brain in MNI space, which come with nilearn's wheel."""

import re
from functools import cache

import numpy as np
from nilearn.datasets import fetch_coords_dosenbach_2010

from crossmodal.contracts.rois import Roi

RADIUS_MM = 5.0  # the regions were 10 mm in diameter
SOURCE = "Dosenbach et al. 2010, doi:10.1126/science.1194144"


@cache
def dosenbach_regions() -> tuple[Roi, ...]:
    """160 spheres of cortex, basal ganglia, thalamus and cerebellum, from meta-analyses.

    The running number behind each name is dropped: 'fusiform 84' -> 'fusiform'.
    """
    found = fetch_coords_dosenbach_2010()
    centres_mm = found.rois[["x", "y", "z"]].to_numpy(dtype=np.float64)
    return tuple(
        Roi(re.sub(r" \d+$", "", label), "L" if x < 0 else "R", (x, y, z), RADIUS_MM, "", SOURCE)
        for label, (x, y, z) in zip(found.labels, centres_mm.tolist(), strict=True)
    )
