"""The network has the published layers, shapes and weights."""

import pytest
import torch
from torch.testing import assert_close

from crossmodal.contracts.errors import InputError
from crossmodal.families.cross_channel.blocks import Shunting
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.layer_table import describe_layers
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.layers import arm_of

PUBLISHED = {
    "visual_conv1": ("64x64x64", 1 * 64 * 9 + 64 + 128),
    "visual_conv2": ("64x64x64", 64 * 64 * 9 + 64 + 128),
    "visual_pool1": ("64x32x32", 0),
    "visual_conv3": ("128x32x32", 64 * 128 * 9 + 128 + 256),
    "visual_conv4": ("128x32x32", 128 * 128 * 9 + 128 + 256),
    "visual_pool2": ("128x16x16", 0),
    "visual_conv5": ("128x16x16", 128 * 128 * 9 + 128 + 256),
    "visual_conv6": ("128x16x16", 128 * 128 * 9 + 128 + 256),
    "visual_conv7": ("128x16x16", 128 * 128 * 9 + 128 + 256),
    "visual_pool3": ("128x8x8", 0),
    "visual_conv8": ("256x8x8", 128 * 256 * 9 + 256 + 512),
    "visual_conv9": ("256x8x8", 256 * 256 * 9 + 256 + 512),
    "visual_conv10": ("256x8x8", 256 * 256 * 9 + 256),
    "visual_conv10_inhibition": ("256x8x8", 256 * 256 * 9 + 256),
    "visual_shunting": ("256x8x8", 0),
    "visual_pool4": ("256x4x4", 0),
    "visual_dense": ("100", 256 * 16 * 100 + 100),
    "auditory_conv1": ("16x96x80", 1 * 16 * 49 + 16 + 32),
    "auditory_pool1": ("16x48x40", 0),
    "auditory_conv2": ("32x48x40", 16 * 32 * 49 + 32 + 64),
    "auditory_pool2": ("32x24x20", 0),
    "auditory_conv3": ("32x24x20", 32 * 32 * 49 + 32),
    "auditory_conv3_inhibition": ("32x24x20", 32 * 32 * 49 + 32),
    "auditory_shunting": ("32x24x20", 0),
    "auditory_pool3": ("32x12x10", 0),
    "auditory_dense": ("100", 32 * 120 * 100 + 100),
    "crossmodal_conv": ("16x10x10", 2 * 16 * 25 + 16 + 32),
    "crossmodal_pool": ("16x5x5", 0),
    "crossmodal_dense": ("200", 16 * 25 * 200 + 200),
}


def small(**kwargs) -> CrossChannelConfig:
    return CrossChannelConfig(width=0.1, **kwargs)


def test_every_layer_has_its_published_shape_and_weights():
    frame = describe_layers(CrossChannel(CrossChannelConfig(), 6)).frame
    got = {row.layer: (row.shape, row.n_weights) for row in frame.itertuples(index=False)}
    assert got == PUBLISHED
    assert list(got) == list(PUBLISHED)


def test_it_has_3_77_million_weights_with_six_outputs():
    network = CrossChannel(CrossChannelConfig(), 6)
    assert sum(weight.numel() for weight in network.parameters()) == 3_772_214


@pytest.mark.parametrize(("audio_blocks", "expected"), [(3, (17, 9, 3)), (1, (17, 7, 5))])
def test_both_audio_variants_have_29_layers(audio_blocks, expected):
    frame = describe_layers(CrossChannel(small(audio_blocks=audio_blocks), 6)).frame
    counts = frame.groupby("arm", sort=False).size()
    assert counts.to_dict() == dict(
        zip(("visual", "auditory", "cross_modal"), expected, strict=True)
    )


def test_width_changes_neither_number_nor_kind_of_layers():
    wide, narrow = (
        describe_layers(CrossChannel(CrossChannelConfig(width=width), 6)).frame
        for width in (1, 0.25)
    )
    assert wide[["layer", "arm", "kind"]].equals(narrow[["layer", "arm", "kind"]])


@pytest.mark.parametrize(
    ("modalities", "arms", "n_layers"),
    [(("audio",), {"auditory"}, 9), (("video",), {"visual"}, 17)],
)
def test_one_modality_gives_its_arm_alone(modalities, arms, n_layers):
    network = CrossChannel(small(), 6, modalities)
    frame = describe_layers(network).frame
    assert set(frame.arm) == arms
    assert len(frame) == n_layers
    inputs = torch.rand(2, 3, 64, 64), torch.rand(2, 96, 80)
    assert network(*inputs).shape == (2, 6)


def test_shunting_divides_excitation_by_decay_plus_inhibition():
    a, b = torch.tensor([2.0, 3.0]), torch.tensor([0.0, 1.5])
    assert_close(Shunting(0.5)(a, b), torch.tensor([4.0, 1.5]))


@pytest.mark.parametrize("audio_blocks", [3, 1])
def test_the_bias_of_inhibition_keeps_the_start_of_shunting_small(audio_blocks):
    torch.manual_seed(1)  # with inputs drawn anew each time it failed now and then
    frames, mel = torch.rand(4, 1, 64, 64), torch.randn(4, 96, 80)
    largest = []
    for bias in (0.0, 1.0):
        torch.manual_seed(0)
        config = CrossChannelConfig(audio_blocks=audio_blocks, width=0.25, inhibition_bias=bias)
        network = CrossChannel(config, 6).eval()
        with torch.no_grad():
            layers = dict(network.layers(frames, mel))
        largest.append(float(layers["auditory_shunting"].max()))
        biases = {
            float(tensor.min()) for name, tensor in network.state_dict().items()
            if "inhibition" in name and name.endswith("bias")
        }  # fmt: skip
        assert biases == {bias}
    assert largest[1] < largest[0]


def test_visual_layers_are_means_over_frames():
    torch.manual_seed(0)
    network = CrossChannel(small(), 6).eval()
    frames, mel = torch.rand(2, 3, 64, 64), torch.rand(2, 96, 80)
    together = dict(network.layers(frames, mel))
    single = [dict(network.layers(frames[:, [k]], mel)) for k in range(3)]
    for name in ("visual_conv1", "visual_shunting", "visual_dense"):
        mean = sum(layers[name] for layers in single) / 3
        assert_close(together[name], mean, rtol=1e-5, atol=1e-6)


def test_logits_follow_from_the_last_layer():
    torch.manual_seed(0)
    network = CrossChannel(small(), 4).eval()
    inputs = torch.rand(2, 2, 64, 64), torch.rand(2, 96, 80)
    layers = dict(network.layers(*inputs))
    assert_close(network(*inputs), network.readout(layers["crossmodal_dense"]))


def test_arms_are_named_by_the_layers():
    names = ("visual_conv1", "auditory_pool1", "crossmodal_dense")
    assert [arm_of(name) for name in names] == ["visual", "auditory", "cross_modal"]


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"audio_blocks": 2}, "audio_blocks: expected one of .1, 3., got 2"),
        ({"width": 0}, "width: expected at least 0.01"),
        ({"visual_px": 60}, "image sizes"),
        ({"mel_shape": (90, 80)}, "image sizes"),
    ],
)
def test_impossible_networks_are_refused(kwargs, message):
    with pytest.raises(InputError, match=message):
        CrossChannelConfig(**kwargs)


def test_unknown_modalities_are_refused():
    with pytest.raises(InputError, match="modalities: expected some of"):
        CrossChannel(small(), 6, ("smell",))


def test_one_class_is_refused():
    with pytest.raises(InputError, match="n_classes: expected at least 2, got 1"):
        CrossChannel(small(), 1)
