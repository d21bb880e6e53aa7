"""How much mrpn has to compute, from its config block.

Work is counted in pixels that a ResNet-18 of width 1 is trained on: forward and backward.
Everything else is expressed in them, so that trainings end to end and on stored features lie on
one line.
"""

from collections.abc import Mapping, Sequence

from crossmodal.families.cost import Facts, width_cost
from crossmodal.families.mrpn.block import MrpnSettings
from crossmodal.families.mrpn.config import MrpnInputs, MrpnTraining
from crossmodal.families.mrpn.variants import find_variant

WINDOW_PIXELS = 256 * 250
FORWARD = 0.4  # share of forward and backward; measured .38 to .43 at widths .125 to 1
# Pixels (see above) that the fusion of one step costs, forward and backward: 40 microseconds.
FUSION_PIXELS = 16.0
ACTIVATION_BYTES = 500.0  # per pixel at width 1; 440 to 530 counted in saved tensors


def cost(block: MrpnSettings, facts: Facts) -> dict[str, float]:
    """Millions of pixels per clip of each rule's jobs, and bytes kept in memory."""
    modalities = block.inputs.modalities
    steps = _steps(block.inputs, facts.clip_s)
    px = {"video": facts.rgb_px**2, "audio": WINDOW_PIXELS}
    cost = width_cost(block.network.width) / 1e6

    def pixels(of: Sequence[str], training: MrpnTraining | None = None) -> float:
        most = (training and training.n_steps) or float("inf")
        return cost * sum(min(steps[m], most) * px[m] for m in of)

    pretrain, train = block.pretrain, block.train
    epochs, held_out = train.loop.n_epochs, facts.test_share
    folds = 1 if held_out else block.n_folds
    study_share = facts.n_study / facts.n_clips
    tested = study_share * (held_out or 1 / folds)
    chosen_by = study_share * (1 - held_out) * block.n_validation_folds / block.n_folds
    trained = 1 - tested - chosen_by
    whole = 1 - study_share * held_out

    def cross_validation(of: Sequence[str], n_whole: float) -> float:
        """All folds' training and validation, and ``n_whole`` trainings on all clips.

        Held-out actors' clips are in none of them.
        """
        fits = folds * trained + n_whole * whole
        validated = FORWARD * folds * chosen_by
        if train.train_extractors:
            return epochs * (fits * pixels(of, train) + validated * pixels(of))
        n_steps = sum(steps[m] for m in of)
        return FORWARD * pixels(modalities) + epochs * fits * n_steps * FUSION_PIXELS / 1e6

    variants = [find_variant(name).modalities for name in block.variants]
    clip_bytes = 4 * 16_000 * facts.clip_s  # sound; frames are in a scratch file
    noisy = block.interference
    return {
        "mrpn_pretrain_work": sum(pixels([m], pretrain) for m in modalities)
        / len(modalities)
        * pretrain.loop.n_epochs,
        "mrpn_train_work": sum(cross_validation(of, 1) for of in variants) / len(variants),
        "mrpn_interference_work": 0
        if noisy is None
        else len(noisy.snr_db)
        * noisy.n_seeds
        * sum(cross_validation(find_variant(v).modalities, 0) for v in noisy.variants),
        # As many untrained and pretrained networks as trained ones.
        "mrpn_forward_work": FORWARD * pixels(modalities) * 3 * block.n_seeds,
        "mrpn_clip_bytes": clip_bytes,
        "mrpn_train_bytes": facts.n_clips * clip_bytes + _activation_bytes(block, steps, px),
    }


def _activation_bytes(
    block: MrpnSettings, steps: Mapping[str, float], px: Mapping[str, float]
) -> float:
    """What a batch's training end to end keeps for the way back; little on stored features."""
    train = block.train
    if not train.train_extractors:
        return 0.0
    most = train.n_steps or float("inf")
    pixels = sum(min(n, most) * px[m] for m, n in steps.items())
    return train.loop.batch_size * pixels * block.network.width * ACTIVATION_BYTES


def _steps(inputs: MrpnInputs, clip_s: float) -> dict[str, float]:
    """Frames and windows of a clip."""
    n_windows = max(clip_s - inputs.window_s, 0) / inputs.window_hop_s + 1
    return {"video": inputs.video_rate_hz * clip_s, "audio": n_windows}
