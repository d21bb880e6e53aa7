"""Names of the layers of the network families, for whoever must know them without a network."""

from collections.abc import Mapping, Sequence
from typing import Any

VISUAL = (
    *("conv1", "conv2", "pool1", "conv3", "conv4", "pool2", "conv5", "conv6", "conv7", "pool3"),
    *("conv8", "conv9", "conv10", "conv10_inhibition", "shunting", "pool4", "dense"),
)
AUDITORY = {
    3: ("conv1", "pool1", "conv2", "pool2", "conv3", "conv3_inhibition", "shunting", "pool3",
        "dense"),
    1: ("conv1", "conv2", "conv3", "conv3_inhibition", "shunting", "pool1", "dense"),
}  # fmt: skip
CROSS_MODAL = {
    3: ("conv", "pool", "dense"),
    1: ("conv", "conv_inhibition", "shunting", "pool", "dense"),
}
MRPN_ARM = (
    *("stem", "stage1", "stage2", "stage3", "stage4", "features", "aggregated", "normalised"),
    "residual",
)
MRPN = (
    *(f"{arm}_{name}" for arm in ("visual", "auditory") for name in MRPN_ARM),
    *("crossmodal_dense", "crossmodal_normalised"),
)
AFFECT3D = (
    *(f"visual_{kind}{block}" for block in (1, 2, 3) for kind in ("conv", "pool", "norm")),
    *("visual_average", "visual_affect"),
)


def cross_channel_layers(audio_blocks: int = 3) -> dict[str, tuple[str, ...]]:
    """Arm -> its layers in order: 29 in all."""
    return {
        "visual": tuple(f"visual_{name}" for name in VISUAL),
        "auditory": tuple(f"auditory_{name}" for name in AUDITORY[audio_blocks]),
        "cross_modal": tuple(f"crossmodal_{name}" for name in CROSS_MODAL[audio_blocks]),
    }


def known_layers(families: Mapping[str, Any]) -> Sequence[str]:
    """All layers of the configured families."""
    names: list[str] = []
    if network := families.get("cross_channel"):
        arms = cross_channel_layers((network.get("network") or {}).get("audio_blocks", 3))
        names += [name for arm in arms.values() for name in arm]
    names += MRPN if "mrpn" in families else ()
    return names + list(AFFECT3D if "affect3d" in families else ())
