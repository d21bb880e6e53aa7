"""Group maps and the template they lie on, as data of the brain viewer."""

from typing import Any

import nibabel as nib
import numpy as np
from nilearn.datasets import load_mni152_template

from crossmodal.contracts.corrections import CORRECTIONS
from crossmodal.contracts.group_result import CLUSTER_COLUMNS, GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.report.packing import pack, quantise

TEMPLATE_MM = 2
P_LEVELS = 254


def template_volume() -> dict[str, Any]:
    """The MNI template at 2 mm: nobody's anatomy, so it may stand in a public page."""
    image = nib.as_closest_canonical(load_mni152_template(resolution=TEMPLATE_MM))
    data = np.asarray(image.dataobj, dtype=np.float64)
    codes = quantise(data, 0.0, float(data.max())).codes
    return {"shape": list(data.shape), "affine": image.affine.tolist(), "values": pack(codes)}


def canonical(volume: np.ndarray, affine: np.ndarray) -> nib.Nifti1Image:
    """The volume with axes left to right, back to front, bottom to top."""
    return nib.as_closest_canonical(nib.Nifti1Image(volume, affine))


def p_codes(p: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Index of each p in sorted ``levels``, the next larger where it is none of them; 255: NaN."""
    index = np.searchsorted(levels, p - 1e-7).clip(0, len(levels) - 1)
    return np.where(np.isfinite(p), index, 255).astype(np.uint8)


def p_levels(p: np.ndarray) -> np.ndarray:
    """All distinct p, or 254 of them spread over their ranks: rounding is always upwards."""
    distinct = np.unique(p[np.isfinite(p)])
    if len(distinct) <= P_LEVELS:
        return distinct if len(distinct) else np.ones(1)
    ranks = np.round(np.linspace(0, len(distinct) - 1, P_LEVELS)).astype(int)
    return distinct[ranks]


def group_data(result: GroupResult, arms: dict[str, str]) -> dict[str, Any]:
    """One model set for the viewer.

    Parameters
    ----------
    result : with the maps 'mean' and 't', and those of ``CORRECTIONS`` that the study has
    arms : layer -> arm
    """
    mean = result.maps["mean"]
    ps = {over: result.maps[p] for over, (p, _) in CORRECTIONS.items() if p in result.maps}
    mask = np.asarray(canonical(mean.mask.astype(np.uint8), mean.affine).dataobj).astype(bool)
    levels = {over: p_levels(p.values) for over, p in ps.items()}
    layers = []
    for name in mean.names:
        entry = {"name": name, "arm": arms.get(name, "")}
        for quantity in ("mean", "t"):
            maps = result.maps[quantity]
            values = _masked(maps, name, mask)
            limit = _limit(maps)
            entry[quantity] = pack(quantise(values, -limit, limit).codes)
        for over, p in ps.items():
            entry[f"p_{over}"] = pack(p_codes(_masked(p, name, mask), levels[over]))
        layers.append(entry)
    image = canonical(mean.mask.astype(np.uint8), mean.affine)
    return {
        "shape": list(mask.shape),
        "affine": image.affine.tolist(),
        "space": mean.space,
        "mask": pack(mask),
        "layers": layers,
        "limits": {name: _limit(result.maps[name]) for name in ("mean", "t")},
        "quantities": {name: result.maps[name].quantity for name in ("mean", "t")},
        "p_levels": {over: one.tolist() for over, one in levels.items()},
        "facts": result.facts,
        "clusters": _clusters(result),
    }


def _masked(maps: Maps, name: str, mask: np.ndarray) -> np.ndarray:
    return np.asarray(canonical(maps.volume(name), maps.affine).dataobj)[mask]


def _limit(maps: Maps) -> float:
    finite = np.abs(maps.values[np.isfinite(maps.values)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def _clusters(result: GroupResult) -> list[dict[str, Any]]:
    frame = result.clusters[list(CLUSTER_COLUMNS)]
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def arms_of(rdms: ModelRDMs) -> dict[str, str]:
    """Layer -> arm."""
    return dict(zip(rdms.layers, rdms.arms, strict=True))
