"""The lists of layer names are those of the networks themselves."""

import pytest
import torch

from crossmodal.affect3d.layers import describe_layers
from crossmodal.affect3d.network import Affect3d, Affect3dConfig
from crossmodal.contracts.layer_names import AFFECT3D, MRPN, cross_channel_layers, known_layers
from crossmodal.mrpn.networks import Mrpn, MrpnConfig
from crossmodal.mrpn.steps import join
from crossmodal.network.cross_channel import CrossChannel, CrossChannelConfig
from crossmodal.network.layer_table import layer_table


@pytest.mark.parametrize("audio_blocks", [1, 3])
def test_cross_channel(audio_blocks: int) -> None:
    config = CrossChannelConfig(width=0.05, audio_blocks=audio_blocks)
    table = layer_table(CrossChannel(config, 2)).frame
    arms = cross_channel_layers(audio_blocks)
    assert {arm: tuple(rows.layer) for arm, rows in table.groupby("arm")} == arms
    assert sum(map(len, arms.values())) == 29


def test_mrpn() -> None:
    config = MrpnConfig(network="N2", width=0.0625, aggregated_units=8, hidden_units=6)
    network = Mrpn(config, 3, {"video": 3, "audio": 1}).eval()
    images = {"video": join([torch.randn(2, 3, 32, 32)] * 2)}
    images["audio"] = join([torch.randn(3, 1, 32, 32)] * 2)
    assert [name for name, _ in network.layers(images)] == list(MRPN)


def test_affect3d() -> None:
    table = describe_layers(Affect3d(Affect3dConfig(width=0.05, image_px=16))).frame
    assert table.layer.tolist() == list(AFFECT3D)


def test_known_layers_are_those_of_the_configured_families() -> None:
    assert known_layers({}) == []
    assert known_layers({"affect3d": {}}) == list(AFFECT3D)
    assert len(known_layers({"cross_channel": {"network": {"audio_blocks": 1}}})) == 29
