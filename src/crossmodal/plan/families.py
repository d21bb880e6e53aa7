"""How much mrpn and affect3d have to compute, from their config blocks.

Work of mrpn is counted in pixels that a ResNet-18 of width 1 is trained on: forward and
backward. Everything else is expressed in them, so that trainings end to end and on stored
features lie on one line.
"""

from collections.abc import Mapping, Sequence

from crossmodal.families.affect3d.block import Affect3dSettings
from crossmodal.families.mrpn.block import MrpnSettings
from crossmodal.families.mrpn.config import MrpnInputs, MrpnTraining
from crossmodal.stimuli.block import Stimuli

WINDOW_PIXELS = 256 * 250
FORWARD = 0.4  # share of forward and backward; measured .38 to .43 at widths .125 to 1
# Pixels (see above) that the fusion of one step costs, forward and backward: 40 microseconds.
FUSION_PIXELS = 16.0
ACTIVATION_BYTES = 500.0  # per pixel at width 1; 440 to 530 counted in saved tensors
AFFECT_FRAMES = 16


def mrpn_work(
    block: MrpnSettings, stimuli: Stimuli, found: Mapping[str, float], clip_s: float
) -> dict[str, float]:
    """Millions of pixels per clip of each rule's jobs, and bytes kept in memory."""
    modalities = block.inputs.modalities
    steps = _steps(block.inputs, clip_s)
    px = {"video": stimuli.face.rgb_px**2 if stimuli.face else 0, "audio": WINDOW_PIXELS}
    cost = width_cost(block.network.width) / 1e6

    def pixels(of: Sequence[str], training: MrpnTraining | None = None) -> float:
        most = (training and training.n_steps) or float("inf")
        return cost * sum(min(steps[m], most) * px[m] for m in of)

    pretrain, train = block.pretrain, block.train
    epochs, folds = train.loop.n_epochs, block.n_folds
    study_share = found["conditions"] / found["clips"]
    fold_share = study_share / folds
    trained = 1 - (1 + block.n_validation_folds) * fold_share

    def cross_validation(of: Sequence[str], n_whole: float) -> float:
        """All folds' training and validation, and ``n_whole`` trainings on all clips."""
        fits = folds * trained + n_whole
        validated = FORWARD * folds * max(block.n_validation_folds, 1) * fold_share
        if train.train_extractors:
            return epochs * (fits * pixels(of, train) + validated * pixels(of))
        n_steps = sum(steps[m] for m in of)
        return FORWARD * pixels(modalities) + epochs * fits * n_steps * FUSION_PIXELS / 1e6

    variants = [variant_modalities(name, modalities) for name in block.variants]
    clip_bytes = 4 * 16_000 * clip_s  # sound; frames are in a scratch file
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
        * sum(cross_validation(variant_modalities(v, modalities), 0) for v in noisy.variants),
        # As many untrained and pretrained networks as trained ones.
        "mrpn_forward_work": FORWARD * pixels(modalities) * 3 * block.n_seeds,
        "mrpn_clip_bytes": clip_bytes,
        "mrpn_train_bytes": found["clips"] * clip_bytes + _activation_bytes(block, steps, px),
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


def variant_modalities(name: str, modalities: Sequence[str]) -> Sequence[str]:
    """What a variant sees, by its name: 'audio_t', 'video_nt', or all."""
    first = name.split("_")[0]
    return [first] if first in ("video", "audio") else modalities


def _steps(inputs: MrpnInputs, clip_s: float) -> dict[str, float]:
    """Frames and windows of a clip."""
    n_windows = max(clip_s - inputs.window_s, 0) / inputs.window_hop_s + 1
    return {"video": inputs.video_rate_hz * clip_s, "audio": n_windows}


def width_cost(width: float) -> float:
    """Time of a convolutional network over that at width 1: memory traffic and arithmetic.

    Measured for ResNet-18, one core: 196, 333, 821 and 2,516 ns per pixel at widths .125, .25,
    .5 and 1; the arms of cross_channel follow the same curve within a fifth.
    """
    return 0.04 + 0.17 * width + 0.79 * width**2


def affect3d_work(block: Affect3dSettings, clip_s: float, frame_rate_hz: float) -> dict[str, float]:
    """Millions of pixels of all windows per clip, by network passes."""
    network, training = block.network, block.training
    size = network.width**2 * network.image_px**2 * AFFECT_FRAMES / 1e6
    n_frames = clip_s * min(frame_rate_hz, training.frame_rate_hz)
    windows = max(n_frames - AFFECT_FRAMES, 0) / training.hop_frames + 1
    return {
        "affect_work": windows * size * training.loop.n_epochs,
        "affect_forward_work": windows * size * 2 * block.n_seeds,
    }
