"""Maps: several brain maps (one per layer) in one 4-D NIfTI with a JSON sidecar."""

import json
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np

from crossmodal.contracts.atomic import atomic_path, write_json
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads


@dataclass(frozen=True)
class Maps:
    """One value per map and voxel of a mask.

    Shapes and units
    ----------------
    values : float32 (map, voxel); voxels in C order of ``mask``; NaN where undefined
    mask : bool (x, y, z); outside it the NIfTI holds NaN
    affine : float64 (4, 4), voxel index -> mm
    names : one per map, e.g. the layers
    quantity : what a value is, e.g. 'Fisher z of Spearman correlation'
    space : name of the space of ``affine``

    Raises
    ------
    InputError : shapes that disagree
    """

    values: np.ndarray
    mask: np.ndarray
    affine: np.ndarray
    names: tuple[str, ...]
    quantity: str
    space: str

    def __post_init__(self) -> None:
        expected = (len(self.names), int(self.mask.sum()))
        if self.values.shape != expected:
            raise InputError("Maps", "values", f"shape {expected}", self.values.shape)

    def volume(self, name: str) -> np.ndarray:
        """One map as float32 (x, y, z), NaN outside the mask."""
        if name not in self.names:
            raise InputError("Maps", "name", f"one of {list(self.names)}", repr(name))
        volume = np.full(self.mask.shape, np.nan, dtype=np.float32)
        volume[self.mask] = self.values[self.names.index(name)]
        return volume

    def image(self, name: str) -> nib.Nifti1Image:
        """One map as a NIfTI image."""
        return nib.Nifti1Image(self.volume(name), self.affine)

    @classmethod
    @reads("a NIfTI of maps with its JSON sidecar")
    def read(cls, path: str | Path) -> "Maps":
        """Read the NIfTI and its sidecar; the mask is where any map is not NaN."""
        image = nib.load(path)
        data = np.asarray(image.dataobj, dtype=np.float32)
        meta = json.loads(sidecar_path(path).read_text())
        if data.ndim != 4 or data.shape[3] != len(meta["names"]):
            raise InputError(path, "4th axis", f"{len(meta['names'])} maps", data.shape)
        mask = ~np.isnan(data).all(axis=3)
        return cls(
            data[mask].T.copy(),
            mask,
            image.affine,
            tuple(meta["names"]),
            meta["quantity"],
            meta["space"],
        )

    def write(self, path: str | Path) -> None:
        data = np.full((*self.mask.shape, len(self.names)), np.nan, dtype=np.float32)
        data[self.mask] = self.values.T
        with atomic_path(path) as temporary:
            nib.Nifti1Image(data, self.affine).to_filename(temporary)
        write_json(
            sidecar_path(path),
            {"names": list(self.names), "quantity": self.quantity, "space": self.space},
        )


def sidecar_path(path: str | Path) -> Path:
    """``x.nii.gz`` or ``x.nii`` -> ``x.json``."""
    return Path(str(path).removesuffix(".gz").removesuffix(".nii") + ".json")
