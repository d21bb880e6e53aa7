"""Names of the layers of the network families, for whoever must know them without a network."""

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
MRPN_ARMS = ("visual", "auditory")
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


def mrpn_layers(variant: str) -> tuple[str, ...]:
    """Layers of a variant: one arm or both, residuals in N2 only."""
    arms = {"video": ("visual",), "audio": ("auditory",)}
    names = MRPN_ARM if variant.startswith("n2") else MRPN_ARM[:-1]
    return (
        *(f"{arm}_{name}" for arm in arms.get(variant.split("_")[0], MRPN_ARMS) for name in names),
        *("crossmodal_dense", "crossmodal_normalised"),
    )
