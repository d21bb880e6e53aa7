"""How much the cross-channel network has to compute, from its config block."""

from crossmodal.families.cost import Facts, width_cost
from crossmodal.families.cross_channel.block import CrossChannelFamily

# Multiply-adds of one forward pass at width 1, counted from the layers, in millions.
CROSS_CHANNEL_VISUAL_M, CROSS_CHANNEL_AUDITORY_M = 625.0, 100.0


def cost(block: CrossChannelFamily, facts: Facts) -> dict[str, float]:
    """Millions of multiply-adds per clip of each rule's jobs, and what else these grow with."""
    width = width_cost(block.network.width)
    shown, heard = (name in facts.modalities for name in ("video", "audio"))
    visual = width * CROSS_CHANNEL_VISUAL_M * block.n_frames * shown
    auditory = width * CROSS_CHANNEL_AUDITORY_M * heard
    # All folds and the final training; of held-out actors one fold, and neither sees them.
    fits = 2 * (1 - facts.test_share) if facts.test_share else block.n_folds + 1
    epochs_of = [block.pretrain.visual.n_epochs, block.pretrain.auditory.n_epochs]
    return {
        # The cross-modal part is trained on the arms' outputs, computed once.
        "pretrain_macs": visual * epochs_of[0] + auditory * epochs_of[1] + visual + auditory,
        "tune_macs": (visual + auditory) * block.tune.n_epochs * fits,
        "forward_macs": 3 * (visual + auditory) * block.n_seeds,
        "network_seeds": block.n_seeds,
        "network_frames": block.n_frames,
        "network_units": 1.6e6 * block.network.width,  # of all layers together
    }
