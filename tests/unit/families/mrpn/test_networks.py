"""N0, N1, N2 against the paper's equations, written out again."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.functional import batch_norm, conv2d, cross_entropy, max_pool2d

from crossmodal.contracts.errors import InputError
from crossmodal.families.mrpn.networks import (
    FUSED,
    Fusion,
    Mrpn,
    MrpnConfig,
    TransformerAggregator,
    total_loss,
)
from crossmodal.families.mrpn.resnet import build_extractor, load_extractor, n_features, stages
from crossmodal.families.mrpn.steps import Steps, join

SMALL = {"width": 0.0625, "aggregated_units": 8, "hidden_units": 6}
THREE = {"video": 5, "audio": 4, "touch": 3}


def features(units: dict[str, int], lengths: tuple[int, ...] = (2, 5, 1, 3)) -> dict[str, Steps]:
    generator = torch.Generator().manual_seed(1)
    return {
        m: join([torch.randn(length, n, generator=generator) for length in lengths])
        for m, n in units.items()
    }


def fusion(network: str, units: dict[str, int], aggregator: str = "lstm") -> Fusion:
    torch.manual_seed(0)
    module = Fusion(MrpnConfig(network=network, aggregator=aggregator, **SMALL), 4, units)
    for layer in module.modules():  # running statistics as after training
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    return module


def test_n0_and_n1_are_the_same_graph_at_test_time() -> None:
    n0, n1 = (fusion(name, {"video": 5, "audio": 4}).eval() for name in ("N0", "N1"))
    shared = {k: v for k, v in n1.state_dict().items() if not k.startswith("heads.")}
    assert set(shared) == set(n0.state_dict())
    n0.load_state_dict(shared)
    inputs = features({"video": 5, "audio": 4})
    assert list(n1(inputs)) == [FUSED]
    torch.testing.assert_close(n0(inputs)[FUSED], n1(inputs)[FUSED], rtol=0, atol=0)


@pytest.mark.parametrize("aggregator", ["lstm", "transformer"])
def test_three_modalities_have_a_head_each_in_training_only(aggregator: str) -> None:
    network = fusion("N2", THREE, aggregator)
    scores = network.train()(features(THREE))
    assert list(scores) == [FUSED, *THREE]
    assert {tuple(s.shape) for s in scores.values()} == {(4, 4)}
    assert list(network.eval()(features(THREE))) == [FUSED]


def test_n2_follows_equation_9() -> None:
    network = fusion("N2", {"video": 5, "audio": 4}).eval()
    inputs = features({"video": 5, "audio": 4})
    parts = []
    for m in ("video", "audio"):
        f = torch.stack([network.aggregate[m].lstm(clip)[0][-1] for clip in inputs[m].clips()])
        f_hat = network.normalise[m](f)
        dense, norm = network.residual[m].dense, network.residual[m].norm
        parts.append(f_hat + norm(torch.sigmoid(f_hat @ dense.weight.T + dense.bias)))
    hidden = torch.relu(network.fuse.dense(torch.cat(parts, 1)))
    expected = network.fuse.scores(network.fuse.norm(hidden))
    torch.testing.assert_close(network(inputs)[FUSED], expected)


def test_heads_see_features_before_the_residual() -> None:
    network = fusion("N2", {"video": 5, "audio": 4}).train()
    seen = []
    network.heads["video"].register_forward_pre_hook(lambda _, x: seen.append(x[0]))
    normal = []
    network.normalise["video"].register_forward_hook(lambda _, __, y: normal.append(y))
    network(features({"video": 5, "audio": 4}))
    torch.testing.assert_close(seen[0], normal[0], rtol=0, atol=0)


def test_losses_add_up() -> None:
    labels = torch.tensor([0, 1, 2, 3])
    n0, n1 = fusion("N0", THREE).train(), fusion("N1", THREE).train()
    inputs = features(THREE)
    assert list(n0(inputs)) == [FUSED]
    scores = n1(inputs)
    expected = sum(cross_entropy(scores[name], labels) for name in [FUSED, *THREE])
    torch.testing.assert_close(total_loss(scores, labels), expected)


def test_one_modality_alone_is_a_network() -> None:
    assert fusion("N0", {"audio": 4}).eval()(features({"audio": 4}))[FUSED].shape == (4, 4)


@pytest.mark.parametrize("aggregator", ["lstm", "transformer"])
def test_a_clip_does_not_depend_on_the_others_in_its_batch(aggregator: str) -> None:
    network = fusion("N2", {"video": 5, "audio": 4}, aggregator).eval()
    together = features({"video": 5, "audio": 4})
    alone = {m: join([s.clips()[3]]) for m, s in together.items()}
    torch.testing.assert_close(network(together)[FUSED][3:], network(alone)[FUSED])


def test_transformer_averages_valid_steps_only() -> None:
    torch.manual_seed(0)
    aggregate = TransformerAggregator(3, 8).eval()
    clip = torch.randn(4, 3)
    longer = Steps(torch.cat([clip, torch.randn(9, 3)]), (4, 9))
    torch.testing.assert_close(aggregate(longer)[:1], aggregate(join([clip])))


def test_layers_end_where_the_scores_begin() -> None:
    torch.manual_seed(0)
    network = Mrpn(MrpnConfig(**SMALL), 3, {"video": 3, "audio": 1}).eval()
    images = {"video": join([torch.randn(2, 3, 32, 32)] * 2)}
    images["audio"] = join([torch.randn(3, 1, 32, 32)] * 2)
    layers = dict(network.layers(images))
    assert list(layers)[:3] == ["visual_stem", "visual_stage1", "visual_stage2"]
    assert {len(a) for a in layers.values()} == {2}
    scores = network.fusion.fuse.scores(layers["crossmodal_normalised"])
    torch.testing.assert_close(scores, network(images)[FUSED])


# --- ResNet-18 -----------------------------------------------------------------------------


def reference_resnet18(state: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """He et al. 2016 as torchvision computes it, on a state dict with torchvision's names."""

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        keys = ("running_mean", "running_var", "weight", "bias")
        return batch_norm(x, *(state[f"{name}.{key}"] for key in keys))

    x = torch.relu(norm(conv2d(x, state["conv1.weight"], stride=2, padding=3), "bn1"))
    x = max_pool2d(x, 3, 2, 1)
    for stage in range(1, 5):
        for block in range(2):
            at = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            y = conv2d(x, state[f"{at}.conv1.weight"], stride=stride, padding=1)
            y = conv2d(torch.relu(norm(y, f"{at}.bn1")), state[f"{at}.conv2.weight"], padding=1)
            y = norm(y, f"{at}.bn2")
            if f"{at}.downsample.0.weight" in state:
                x = conv2d(x, state[f"{at}.downsample.0.weight"], stride=stride)
                x = norm(x, f"{at}.downsample.1")
            x = torch.relu(x + y)
    return x.mean((2, 3))


@pytest.fixture(scope="module")
def extractor() -> nn.Module:
    torch.manual_seed(0)
    return build_extractor(3).eval()


def test_extractor_is_torchvisions_resnet18(extractor: nn.Module) -> None:
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(
            extractor(x), reference_resnet18(extractor.state_dict(), x), rtol=1e-4, atol=1e-4
        )
    assert sum(p.numel() for p in extractor.parameters()) == 11_689_512 - 513_000  # without fc


def test_stages_end_in_the_features(extractor: nn.Module) -> None:
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        found = dict(stages(extractor, x))
        torch.testing.assert_close(found["features"], extractor(x))
    assert found["stage4"].shape == (1, n_features(1.0), 2, 2)


def saved(path: Path, state: dict[str, torch.Tensor]) -> Path:
    torch.save(state, path)
    return path


def test_weights_load_by_path_without_the_classifier(tmp_path: Path) -> None:
    source, target = build_extractor(3, 0.0625), build_extractor(3, 0.0625)
    state = source.state_dict() | {"fc.weight": torch.zeros(7, 32), "fc.bias": torch.zeros(7)}
    load_extractor(target, saved(tmp_path / "r.pth", state))
    for name, tensor in source.state_dict().items():
        torch.testing.assert_close(target.state_dict()[name], tensor)


def test_colour_weights_on_one_channel_equal_the_grey_image_shown_thrice(tmp_path: Path) -> None:
    colour, grey = build_extractor(3, 0.0625).eval(), build_extractor(1, 0.0625).eval()
    load_extractor(grey, saved(tmp_path / "r.pth", colour.state_dict()))
    x = torch.randn(2, 1, 32, 32)
    torch.testing.assert_close(grey(x), colour(x.expand(-1, 3, -1, -1)), rtol=1e-4, atol=1e-5)


def test_weights_of_another_shape_name_the_layer(tmp_path: Path) -> None:
    path = saved(tmp_path / "r.pth", build_extractor(3, 0.125).state_dict())
    with pytest.raises(InputError, match=r"layer conv1.weight: expected shape \(4, 3, 7, 7\)"):
        load_extractor(build_extractor(3, 0.0625), path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("layer3.1.bn2.bias"), "layer3.1.bn2.bias.*no such layer"),
        (lambda s: s.update({"layer9.x": torch.zeros(1)}), "layer layer9.x: expected no such"),
        (lambda s: s.update({"conv1.weight": [1]}), "expected a dict of tensors"),
    ],
)
def test_weights_that_do_not_fit(tmp_path: Path, change, message: str) -> None:
    state = dict(build_extractor(3, 0.0625).state_dict())
    change(state)
    with pytest.raises(InputError, match=message):
        load_extractor(build_extractor(3, 0.0625), saved(tmp_path / "r.pth", state))


def test_missing_and_damaged_weights(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_extractor(build_extractor(3, 0.0625), tmp_path / "none.pth")
    for name in ("r.pth", "r.safetensors"):
        (tmp_path / name).write_bytes(b"not weights")
        with pytest.raises(InputError, match="expected (a readable state dict|tensors only)"):
            load_extractor(build_extractor(3, 0.0625), tmp_path / name)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"network": "N3"}, "network: expected one of"),
        ({"aggregator": "gru"}, "aggregator: expected one of"),
        ({"width": 0}, "width: expected at least 0.01"),
        ({"aggregator": "transformer", "aggregated_units": 6}, "multiple of 4 heads"),
    ],
)
def test_bad_config(config: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        MrpnConfig(**config)


def test_bad_fusion_and_steps() -> None:
    with pytest.raises(InputError, match="modalities: expected at least one"):
        Fusion(MrpnConfig(), 3, {})
    with pytest.raises(InputError, match="n_classes: expected at least 2"):
        Fusion(MrpnConfig(), 1, {"audio": 2})
    with pytest.raises(InputError, match="at least 1 step per clip"):
        Steps(torch.zeros(3, 2), (3, 0))
