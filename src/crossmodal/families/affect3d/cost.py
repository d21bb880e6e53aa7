"""How much affect3d has to compute, from its config block."""

from crossmodal.families.affect3d.block import Affect3dSettings
from crossmodal.families.cost import Facts

AFFECT_FRAMES = 16


def cost(block: Affect3dSettings, facts: Facts) -> dict[str, float]:
    """Millions of pixels of all windows per clip, by network passes."""
    network, training = block.network, block.training
    size = network.width**2 * network.image_px**2 * AFFECT_FRAMES / 1e6
    n_frames = facts.clip_s * min(facts.frame_rate_hz, training.frame_rate_hz)
    windows = max(n_frames - AFFECT_FRAMES, 0) / training.hop_frames + 1
    return {
        "affect_work": windows * size * training.loop.n_epochs,
        "affect_forward_work": windows * size * 2 * block.n_seeds,
    }
