"""Anatomical names of places: from an atlas, else from the spheres of the regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crossmodal.contracts.atlas import Atlas
from crossmodal.contracts.rois import Roi, read_rois


@dataclass(frozen=True)
class Anatomy:
    """``atlas`` : in the space of the maps; ``rois`` : spheres in MNI space, asked where there is
    no atlas."""

    atlas: Atlas | None = None
    rois: Sequence[Roi] = ()

    @classmethod
    def read(
        cls, image: str | Path | None, labels: str | Path | None, spheres: str | Path | None
    ) -> "Anatomy":
        """From files, as far as they are given."""
        if image:
            return cls(Atlas.read(image, labels))
        return cls(None, read_rois(spheres) if spheres else ())

    def name(self, point_mm: np.ndarray, space: str) -> str:
        """Name of a point of ``space``; '' where nothing is known.

        Of several spheres that hold the point, the one whose centre is nearest.
        """
        if self.atlas is not None:
            label = int(self.atlas.labels_at(np.asarray(point_mm)[None])[0])
            return self.atlas.names.get(label, "")
        inside = [roi for roi in self.rois if space.startswith("MNI") and roi.contains(point_mm)]
        if not inside:
            return ""
        nearest = min(inside, key=lambda roi: float(roi.distance_mm(point_mm)))
        return f"{nearest.name} {nearest.hemisphere}"
