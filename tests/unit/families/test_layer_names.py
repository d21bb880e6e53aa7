"""The lists of layer names are those of the networks themselves."""

import pytest
import torch

from crossmodal.contracts.layer_names import AFFECT3D, cross_channel_layers, mrpn_layers
from crossmodal.families.affect3d.layers import describe_layers
from crossmodal.families.affect3d.network import Affect3d, Affect3dConfig
from crossmodal.families.cross_channel.layer_table import describe_layers as cross_channel_layers_of
from crossmodal.families.cross_channel.network import CrossChannel, CrossChannelConfig
from crossmodal.families.mrpn.networks import Mrpn, MrpnConfig
from crossmodal.families.mrpn.steps import join
from crossmodal.families.mrpn.variants import VARIANTS
from crossmodal.families.registry import Families, known_layers, n_models


@pytest.mark.parametrize("audio_blocks", [1, 3])
def test_cross_channel(audio_blocks: int) -> None:
    config = CrossChannelConfig(width=0.05, audio_blocks=audio_blocks)
    table = cross_channel_layers_of(CrossChannel(config, 2)).frame
    arms = cross_channel_layers(audio_blocks)
    assert {arm: tuple(rows.layer) for arm, rows in table.groupby("arm")} == arms
    assert sum(map(len, arms.values())) == 29


@pytest.mark.parametrize("name", VARIANTS)
def test_mrpn(name: str) -> None:
    variant = VARIANTS[name]
    config = MrpnConfig(network=variant.network, width=0.0625, aggregated_units=8, hidden_units=6)
    channels = {m: {"video": 3, "audio": 1}[m] for m in variant.modalities}
    network = Mrpn(config, 3, channels).eval()
    images = {m: join([torch.randn(2, n, 32, 32)] * 2) for m, n in channels.items()}
    found = tuple(layer for layer, _ in network.layers(images))
    assert found == mrpn_layers(name)


def test_affect3d() -> None:
    table = describe_layers(Affect3d(Affect3dConfig(width=0.05, image_px=16))).frame
    assert table.layer.tolist() == list(AFFECT3D)


def test_known_layers_are_those_of_the_configured_families() -> None:
    assert known_layers(Families()) == []
    assert known_layers(Families(affect3d={})) == list(AFFECT3D)
    assert len(known_layers(Families(cross_channel={"network": {"audio_blocks": 1}}))) == 29


def test_models_are_counted_for_every_regime() -> None:
    assert n_models(Families()) == 0
    mrpn = {"regimes": ["emotion", "gender"], "rdm_variant": "n2"}
    assert n_models(Families(mrpn=mrpn, affect3d={})) == 2 * 20 + 11
