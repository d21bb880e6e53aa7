"""Anatomical names of places: from an atlas, else from the spheres of regions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nibabel.affines import apply_affine
from scipy.spatial import cKDTree

from crossmodal.contracts.atlas import Atlas
from crossmodal.contracts.rois import Roi, read_rois

Named = tuple[str, float]  # name, and the distance to it in mm: 0 inside it
UNKNOWN: Named = ("", np.nan)


@dataclass(frozen=True)
class Anatomy:
    """``atlas`` : in the space of the maps; ``rois`` : spheres in MNI space, asked where there is
    no atlas; ``others`` : spheres asked where none of ``rois`` holds a point."""

    atlas: Atlas | None = None
    rois: Sequence[Roi] = ()
    others: Sequence[Roi] = ()

    @classmethod
    def read(
        cls, image: str | Path | None, labels: str | Path | None, spheres: str | Path | None
    ) -> "Anatomy":
        """From files, as far as they are given; nilearn's landmarks where there is no atlas."""
        if image:
            return cls(Atlas.read(image, labels))
        # Imported late: it brings nilearn, and the command line reads this file.
        from crossmodal.inference.maps.landmarks import dosenbach_regions

        return cls(None, read_rois(spheres) if spheres else (), dosenbach_regions())

    def named(self, points_mm: np.ndarray, space: str) -> list[Named]:
        """Name of each of the points (point, 3) of ``space``, and the distance to what it names.

        The region that holds the point (of several of ``rois``, the one whose centre is nearest),
        else the nearest one: of spheres by their surface, of labels by their nearest voxel.
        ('', NaN) where nothing is known.
        """
        points_mm = np.asarray(points_mm, dtype=np.float64).reshape(-1, 3)
        if self.atlas is not None:
            return _nearest_labels(self.atlas, points_mm)
        spheres = [*self.rois, *self.others]
        if not (spheres and space.startswith("MNI")):
            return [UNKNOWN] * len(points_mm)
        to_centre = np.stack([roi.distance_mm(points_mm) for roi in spheres], axis=1)
        outside = np.maximum(to_centre - [roi.radius_mm for roi in spheres], 0)
        # Inside one of the study's own regions, others do not compete.
        own = outside[:, : len(self.rois)] == 0
        held = own.any(axis=1)
        outside[held, len(self.rois) :] = np.inf
        # The nearest surface; of several that hold the point, the nearest centre.
        nearest = np.lexsort((to_centre, outside), axis=1)[:, 0]
        return [
            (f"{spheres[k].name} {spheres[k].hemisphere}", float(outside[i, k]))
            for i, k in enumerate(nearest)
        ]


def _nearest_labels(atlas: Atlas, points_mm: np.ndarray) -> list[Named]:
    """The label of each point's voxel, else that of the nearest voxel with a named label."""
    found = [(atlas.names.get(int(label), ""), 0.0) for label in atlas.labels_at(points_mm)]
    voxels = np.argwhere(np.isin(atlas.labels, list(atlas.names)))
    if not len(voxels):
        return [UNKNOWN] * len(points_mm)
    labels = atlas.labels[tuple(voxels.T)].astype(int)
    distances_mm, nearest = cKDTree(apply_affine(atlas.affine, voxels)).query(points_mm)
    beside = [
        (atlas.names[labels[k]], float(mm)) for k, mm in zip(nearest, distances_mm, strict=True)
    ]
    return [inside if inside[0] else other for inside, other in zip(found, beside, strict=True)]
