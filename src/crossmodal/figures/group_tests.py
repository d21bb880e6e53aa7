"""One group's maps with the outline of each corrected test."""

import numpy as np
from matplotlib.figure import Figure
from nibabel import Nifti1Image

from crossmodal.contracts.group_result import GroupResult
from crossmodal.contracts.maps import Maps
from crossmodal.figures.backgrounds import N_CUTS, slices_for
from crossmodal.figures.brain_maps import BrainMap, Slices, draw_maps, strongest_cuts_mm


def draw_group_tests(result: GroupResult, titles: dict[str, str]) -> Figure:
    """One row a layer and test: t everywhere, outlined where the test passes alpha.

    Parameters
    ----------
    titles : statistic beside the maximum of t -> its name
    """
    tests = {"p_fwe": "maximum of t"}
    tests |= {f"p_{name}": titles[name] for name in result.facts["statistics"] if name in titles}
    t, alpha = result.maps["t"], result.facts["alpha"]
    blocks = {
        layer: [
            BrainMap(t.volume(layer), _below(result.maps[p], layer, alpha), t.affine, title)
            for p, title in tests.items()
        ]
        for layer in t.names
    }
    quantity = (
        f"t over {result.facts['n_participants']} participants\nblack outline: p < {alpha:g}, "
        "family-wise error corrected over voxels"
    )
    return draw_maps(blocks, _slices(blocks, t), quantity)


def _slices(blocks: dict[str, list[BrainMap]], t: Maps) -> Slices:
    if t.space.startswith("MNI"):
        return slices_for(blocks, None, None, None)
    tested = Nifti1Image(t.mask.astype(np.float32), t.affine)  # no anatomy is known
    every = [one for block in blocks.values() for one in block]
    return Slices(tested, strongest_cuts_mm(every, N_CUTS))


def _below(p: Maps, layer: str, alpha: float) -> np.ndarray:
    return np.nan_to_num(p.volume(layer), nan=1.0) < alpha
