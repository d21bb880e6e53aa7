"""Maps of participants as any program writes them: one NIfTI each, without our sidecar."""

from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps, sidecar_path
from crossmodal.contracts.reading import reading

MNI_CODE = 4  # NIfTI's xform code of MNI 152 space
SPACES = {1: "scanner", 2: "aligned", 3: "Talairach", MNI_CODE: "MNI152"}
GRID_TOLERANCE_MM = 1e-3


def read_participant_maps(paths: Sequence[str | Path]) -> list[Maps]:
    """One ``Maps`` per file, all on one grid and in one space.

    Maps of this program keep the names of their sidecar; others are named by volume, or
    'map' where there is one. A voxel that is NaN, infinite or exactly 0 has no data: SPM writes
    NaN outside its mask, FSL and AFNI write 0.

    Raises
    ------
    InputError : a file that is no NIfTI of real numbers or whose space is unknown; grids or
        spaces that differ; one file given twice, under whatever name
    """
    maps = [_read(path) for path in paths]
    for path, one in zip(paths, maps, strict=True):
        _require_alike(path, one, paths[0], maps[0])
    _require_distinct(paths, maps)
    return maps


def _read(path: str | Path) -> Maps:
    with reading(path, "a NIfTI with a map of a participant"):
        return _read_any(path)


def _read_any(path: str | Path) -> Maps:
    if sidecar_path(path).is_file() and '"quantity"' in sidecar_path(path).read_text("utf-8"):
        return Maps.read(path)
    image = nib.load(path)
    if image.get_data_dtype().kind not in "iuf":
        raise InputError(path, "data type", "real numbers", image.get_data_dtype())
    data = np.asarray(image.dataobj, dtype=np.float32)
    data = data.reshape(*data.shape[:3], -1)  # a single volume, or 5-D with empty axes
    if data.ndim != 4 or image.ndim < 3:
        raise InputError(path, "shape", "three axes, or four with one map each", image.shape)
    has_data = np.isfinite(data) & (data != 0)
    mask = has_data.any(axis=3)
    if not mask.any():
        raise InputError(path, "values", "voxels with data (finite and not 0)", "none")
    values = np.where(has_data, data, np.nan)[mask].T.copy()
    names = tuple(f"map {i + 1}" for i in range(len(values))) if len(values) > 1 else ("map",)
    return Maps(values, mask, image.affine, names, "value", _space(path, image))


def _space(path: str | Path, image: nib.Nifti1Image) -> str:
    sform, qform = int(image.header["sform_code"]), int(image.header["qform_code"])
    if not sform and not qform:
        expected = "a space (sform or qform code above 0)"
        raise InputError(path, "orientation", expected, "both codes 0: left and right are unknown")
    return SPACES.get(sform or qform, f"space of NIfTI code {sform or qform}")


def _require_alike(path: str | Path, one: Maps, first_path: str | Path, first: Maps) -> None:
    if one.mask.shape != first.mask.shape:
        raise InputError(path, "grid", f"{first.mask.shape}, as {first_path}", one.mask.shape)
    if not np.isclose(one.affine, first.affine, atol=GRID_TOLERANCE_MM).all():
        expected = f"{first.affine.round(3).tolist()}, as {first_path}"
        raise InputError(path, "affine", expected, one.affine.round(3).tolist())
    for field in ("space", "names"):
        expected, got = getattr(first, field), getattr(one, field)
        if got != expected:
            raise InputError(path, field, f"{expected}, as {first_path}", got)


def _require_distinct(paths: Sequence[str | Path], maps: Sequence[Maps]) -> None:
    seen: dict[bytes, str | Path] = {}
    for path, one in zip(paths, maps, strict=True):
        if (twin := seen.setdefault(one.values.tobytes(), path)) is not path:
            raise InputError(path, "values", "another participant's", f"those of {twin}")
