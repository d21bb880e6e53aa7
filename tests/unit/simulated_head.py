"""Images of a simulated participant at rest, without running a whole simulation."""

import numpy as np
from scipy import ndimage

from crossmodal.bold.read.images import Grid
from crossmodal.simulate.brain import simulate_t1
from crossmodal.simulate.brain_bold import StillHead
from crossmodal.simulate.brain_config import BrainConfig
from crossmodal.simulate.brain_pose import draw_head
from crossmodal.simulate.brain_tissue import Tissue

Image = tuple[np.ndarray, Grid]


def simulated_pair(
    config: BrainConfig, label: str, seed: int
) -> tuple[Image, Image, np.ndarray, np.ndarray]:
    """Mean BOLD image, T1w, its brain mask and the planted BOLD -> T1w matrix."""
    tissue, head = Tissue.load(), draw_head(label, config.anatomy_warp_mm, seed)
    still = StillHead.build(config, head, tissue)
    seen_mm = still.seen_mm(np.arange(np.prod(still.grid.shape)))
    noise = 2 * np.random.default_rng(seed).standard_normal(still.grid.shape)
    mean = np.abs(still.intensity_at(seen_mm).reshape(still.grid.shape) + noise)
    t1, affine = simulate_t1(config, head, tissue, seed, label)
    bright = ndimage.gaussian_filter(t1, 1 / config.t1_voxel_mm) > 150
    brain = ndimage.binary_fill_holes(ndimage.binary_opening(bright))
    epi = (mean.astype(np.float32), Grid(still.grid.shape, still.grid.affine))
    return epi, (t1, Grid(t1.shape, affine)), brain, np.asarray(head.bold_to_t1)
