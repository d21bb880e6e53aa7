"""Regions from images: labels of an atlas or of a participant's own anatomy, localiser masks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nibabel as nib
import numpy as np

from crossmodal.contracts.atlas import Atlas, require_space
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

Carry = Callable[[np.ndarray], np.ndarray]
SCANNER = 1  # NIfTI's form code of a participant's own space


def voxel_centres_mm(betas: Betas) -> np.ndarray:
    """Coordinates of the mask's voxels in the space of the betas, (voxel, 3)."""
    return nib.affines.apply_affine(betas.affine, np.argwhere(betas.mask))


@dataclass(frozen=True)
class OwnRegions:
    """The images that one participant's regions are read from.

    image, labels : a label image and the table of its names; None for none
    regions : names to take of the table; None for all
    carry : points of the betas' space (point, 3), mm, to the label image's; None: the same space
    masks : region -> image whose voxels that are not 0 are inside, in the betas' space
    """

    image: str | None = None
    labels: str | None = None
    regions: Sequence[str] | None = None
    carry: Carry | None = None
    masks: Mapping[str, str] = field(default_factory=dict)

    def of(self, betas: Betas, taken: Collection[str] = ()) -> dict[str, np.ndarray]:
        """Region -> bool (voxel,). Each voxel centre takes the label of the voxel it lies in,
        whatever the image's grid.

        Raises
        ------
        InputError : an image that is not 3-D or of another space, a bad table, a name that is
            ``taken`` or not in the table
        """
        centres = voxel_centres_mm(betas)
        found = self._labelled(betas, centres) if self.image else {}
        if both := sorted(set(found) & set(taken)):
            expected = "names that no sphere of roi.spheres has"
            raise InputError(self.labels, "name", expected, repr(both[0]))
        for name, path in self.masks.items():
            if name in found or name in taken:
                raise InputError(path, "roi.masks", "names of no other region", repr(name))
            require_space(path, betas.space)
            found[name] = mask_at(path, centres)
        return found

    def _labelled(self, betas: Betas, centres: np.ndarray) -> dict[str, np.ndarray]:
        require_space(self.image, betas.space if self.carry is None else "T1w")
        points = centres if self.carry is None else self.carry(centres)
        found = Atlas.read(self.image, self.labels).regions_at(points)
        return {name: found[name] for name in chosen(found, self.regions, self.labels)}


def chosen(known: Collection[str], wanted: Sequence[str] | None, labels: str | None) -> list[str]:
    """The regions to take.

    Raises
    ------
    InputError : a wanted name that the table of labels lacks
    """
    for name in wanted or ():
        if name not in known:
            raise InputError("config", "roi.atlas.regions", f"names of {labels}", repr(name))
    return list(known if wanted is None else wanted)


def mask_at(path: str | Path, points_mm: np.ndarray) -> np.ndarray:
    """bool (point,): which points (point, 3) lie in voxels that are not 0.

    Raises
    ------
    InputError : not a 3-D image
    """
    with reading(path, "an image of a region"):
        image = nib.load(path)
        values = np.nan_to_num(np.asarray(image.dataobj, dtype=np.float32))
    if values.ndim != 3:
        raise InputError(path, "shape", "a 3-D image", values.shape)
    return Atlas(values, image.affine, {}).labels_at(points_mm) != 0


def image_problem(path: str, space: str, labels: Mapping[int, str] | None) -> None:
    """Refuse a participant's image before any work.

    Parameters
    ----------
    space : in which it should lie
    labels : of a label image, those that are needed; None of a mask

    Raises
    ------
    InputError : no image, 4-D, of another space, left and right unknown, a region without voxel
    """
    require_space(path, space)
    with reading(path, "an image of regions"):
        image = nib.load(path)
        values = np.nan_to_num(np.asarray(image.dataobj))
    if values.ndim != 3:
        raise InputError(path, "shape", "a 3-D image", values.shape)
    codes = [int(image.header[key]) for key in ("sform_code", "qform_code") if key in image.header]
    if codes and not any(codes):
        raise InputError(path, "sform and qform codes", "one above 0", "0 and 0")
    if space.startswith("MNI") and codes and next(filter(None, codes)) == SCANNER:
        expected = f"an image in {space} (roi.atlas.space: T1w carries it there)"
        raise InputError(path, "space", expected, "form code 1 (scanner)")
    if labels is None:
        if not values.any():
            raise InputError(path, "values", "at least one voxel that is not 0", "none")
        return
    present = set(np.unique(values).tolist())
    for name in dict.fromkeys(labels.values()):
        if not any(label in present for label, other in labels.items() if other == name):
            raise InputError(path, name, "at least one voxel", "none")
