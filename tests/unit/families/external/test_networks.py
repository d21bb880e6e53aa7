"""Networks that others made: hooks, ONNX, preprocessing, twins, and what is refused."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from crossmodal.contracts.clips import Clip
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.families.external.block import ExternalNetwork, Preprocessing
from crossmodal.families.external.files import (
    network_files,
    picture_files,
    weight_files,
    weights_digest,
)
from crossmodal.families.external.preprocessing import (
    pictures_tensor,
    settled,
    sound_tensor,
    spread_frames,
)
from crossmodal.families.external.rdms import (
    clip_stimuli,
    network_rdms,
    picture_stimuli,
    read_picture,
)
from crossmodal.families.external.scratch_rdms import LayerRows
from crossmodal.families.external.sources import library, open_network
from crossmodal.families.external.taps import pooled, tapped, tensor_of
from crossmodal.representations.rdm import correlation_rdm
from tests.unit.families.external.nets import Small, Sound

NETS = str(Path(__file__).with_name("nets.py"))
RNG = np.random.default_rng(11)
PICTURES = RNG.integers(0, 256, size=(5, 8, 8, 3), dtype=np.uint8)
LAYERS = ("conv", "relu", "out")


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, pixels in enumerate(PICTURES):
        Image.fromarray(pixels).save(folder / f"p{number}.png")
    return picture_files(str(folder))


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., ExternalNetwork]:
    torch.manual_seed(3)
    save_file(Small().state_dict(), tmp_path / "small.safetensors")

    def make(**options: Any) -> ExternalNetwork:
        values = {"source": "module", "path": str(tmp_path / "small.safetensors"),
                  "module": f"{NETS}:Small", "input": "face_rgb", "layers": LAYERS}  # fmt: skip
        return ExternalNetwork(**(values | options))

    return make


def rdms_of(network: ExternalNetwork, pictures: dict[str, str]) -> ModelRDMs:
    return network_rdms(network, "small", picture_stimuli(network, pictures), 1)


@torch.no_grad()
def by_hand(network: torch.nn.Module) -> dict[str, np.ndarray]:
    """Activations (picture, unit), each layer called by hand, one picture after the other."""
    x = torch.from_numpy(PICTURES.transpose(0, 3, 1, 2)).float() / 255
    conv = torch.cat([network.conv(one) for one in x.split(1)])
    relu = conv.clamp(min=0)
    layers = {"conv": conv, "relu": relu, "out": network.out(relu.flatten(1))}
    return {name: value.flatten(1).numpy() for name, value in layers.items()}


def test_layers_equal_those_by_hand(
    small: Callable[..., ExternalNetwork], pictures: dict[str, str]
) -> None:
    """'conv' before the ReLU that overwrites it: without a copy both would be the same."""
    torch.manual_seed(3)
    expected = by_hand(Small())
    found = rdms_of(small(), pictures).select("ensemble")
    assert found.layers == LAYERS
    assert found.stimulus_ids == ("p0", "p1", "p2", "p3", "p4")
    assert found.arms == ("visual",) * 3
    for row, layer in zip(found.dissimilarities, found.layers, strict=True):
        np.testing.assert_allclose(row, correlation_rdm(expected[layer]), atol=1e-6)


def test_twins_are_others_and_the_same_again(
    small: Callable[..., ExternalNetwork], pictures: dict[str, str], tmp_path: Path
) -> None:
    rdms = rdms_of(small(), pictures)
    assert set(rdms.sources) == {"ensemble", "untrained"}
    own, twin = (rdms.select(name).dissimilarities for name in ("ensemble", "untrained"))
    assert np.abs(own - twin).max() > 0.01
    rdms.write(tmp_path / "a.h5")
    rdms_of(small(), pictures).write(tmp_path / "b.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    assert set(rdms_of(small(twin="none"), pictures).sources) == {"ensemble"}


def test_exported_networks_have_hooks_that_fire(
    small: Callable[..., ExternalNetwork], pictures: dict[str, str], tmp_path: Path
) -> None:
    torch.manual_seed(3)
    program = torch.export.export(Small().eval(), (torch.zeros(1, 3, 8, 8),))
    torch.export.save(program, tmp_path / "small.pt2")
    exported = ExternalNetwork(source="torch_export", path=str(tmp_path / "small.pt2"),
                               input="face_rgb", layers=("conv", "out"))  # fmt: skip
    found = rdms_of(exported, pictures)
    own = rdms_of(small(layers=("conv", "out")), pictures).select("ensemble")
    np.testing.assert_allclose(
        found.select("ensemble").dissimilarities, own.dissimilarities, atol=1e-6
    )
    twin = found.select("untrained").dissimilarities
    assert np.abs(twin - own.dissimilarities).max() > 0.01


def test_dropout_that_was_exported_switched_on(tmp_path: Path) -> None:
    network = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Dropout())
    torch.export.save(
        torch.export.export(network.train(), (torch.zeros(1, 3),)), tmp_path / "x.pt2"
    )
    config = ExternalNetwork(
        source="torch_export", path=str(tmp_path / "x.pt2"), input="face_rgb", layers=("0",)
    )
    with pytest.raises(InputError, match="exported in eval mode .* got dropout that is on"):
        open_network(config)


def test_onnx_gives_the_same(
    small: Callable[..., ExternalNetwork], pictures: dict[str, str], tmp_path: Path
) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    torch.manual_seed(3)
    weights = {k: v.numpy() for k, v in Small().state_dict().items()}
    path = onnx_file(onnx, weights, tmp_path / "small.onnx")
    network = ExternalNetwork(source="onnx", path=path, input="face_rgb", layers=LAYERS)
    found, own = rdms_of(network, pictures), rdms_of(small(), pictures)
    np.testing.assert_allclose(
        found.select("ensemble").dissimilarities, own.select("ensemble").dissimilarities, atol=1e-5
    )
    twin = found.select("untrained").dissimilarities
    assert np.abs(twin - found.select("ensemble").dissimilarities).max() > 0.01
    with pytest.raises(InputError, match=r"layers: expected some of 4 names .*'conv'"):
        open_network(ExternalNetwork(source="onnx", path=path, input="face_rgb", layers=("x",)))
    path = onnx_file(onnx, weights, tmp_path / "other.onnx", "Unheard")
    network = ExternalNetwork(source="onnx", path=path, input="face_rgb", layers=("conv",))
    with pytest.raises(InputError, match="operators: expected a graph that onnxruntime can run"):
        open_network(network)


def onnx_file(onnx: Any, weights: dict[str, np.ndarray], path: Path, relu: str = "Relu") -> str:
    make, of = onnx.helper, onnx.numpy_helper.from_array
    nodes = [
        make.make_node("Conv", ["x", "conv.weight", "conv.bias"], ["conv"], pads=[1, 1, 1, 1]),
        make.make_node(relu, ["conv"], ["relu"]),
        make.make_node("Flatten", ["relu"], ["flat"]),
        make.make_node("Gemm", ["flat", "out.weight", "out.bias"], ["out"], transB=1),
    ]
    kept = [of(v, k) for k, v in weights.items() if "unused" not in k]
    shape = make.make_tensor_value_info("x", 1, [1, 3, 8, 8])
    result = make.make_tensor_value_info("out", 1, [1, 2])
    graph = make.make_graph(nodes, "small", [shape], [result], kept)
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return str(path)


def sounds(lengths: tuple[int, ...] = (16000, 20000, 24000)) -> list[Clip]:
    return [
        Clip(f"s{k}", audio=RNG.normal(0, 0.1 * (k + 1), n).astype(np.float32),
             sample_rate_hz=16000.0, mel_power=np.ones((2, 2), np.float32))
        for k, n in enumerate(lengths)
    ]  # fmt: skip


def test_sounds_of_any_length_are_pooled_over_time(tmp_path: Path) -> None:
    save_file(Sound().state_dict(), tmp_path / "sound.safetensors")
    values = {"source": "module", "path": str(tmp_path / "sound.safetensors"),
              "module": f"{NETS}:Sound", "input": "waveform", "layers": ("conv",)}  # fmt: skip
    clips = sounds()
    network = ExternalNetwork(**values, time_axis=2)
    stimuli = clip_stimuli(network, lambda arrays: clips)
    rdms = network_rdms(network, "sound", stimuli, 1)
    assert rdms.arms[0] == "auditory"
    for other in ({"pool": "none"}, {"time_axis": 1}):
        network = ExternalNetwork(**values, **other)
        with pytest.raises(InputError, match="units, as for others .pool: mean"):
            network_rdms(network, "sound", clip_stimuli(network, lambda arrays: clips), 1)
    network = ExternalNetwork(**values, pool="none", preprocessing={"window_s": 1.0})
    network_rdms(network, "sound", clip_stimuli(network, lambda arrays: clips), 1)
    seen = ExternalNetwork(**(values | {"input": "face_rgb"}))
    with pytest.raises(InputError, match="Clip s0: modalities: expected video for face_rgb"):
        network_rdms(seen, "sound", clip_stimuli(seen, lambda arrays: clips), 1)


def test_loudness_does_not_leak_in() -> None:
    options = Preprocessing(rate_hz=16000)
    audio = RNG.normal(0, 0.05, 16000).astype(np.float32)
    quiet, loud = (sound_tensor(audio * gain, 16000, options) for gain in (0.1, 3.0))
    torch.testing.assert_close(quiet, loud)
    level_db = 10 * np.log10(float(quiet.square().mean()))
    assert level_db == pytest.approx(-25, abs=1e-3)
    silence = sound_tensor(np.zeros(16000, np.float32), 16000, options)
    assert not silence.any()


def test_every_sound_comes_at_the_networks_rate() -> None:
    time_s = np.arange(48000) / 48000
    tone = np.sin(2 * np.pi * 440 * time_s).astype(np.float32)
    found = sound_tensor(tone, 48000, Preprocessing(rate_hz=16000))[0].numpy()
    assert abs(len(found) - 16000) <= 1
    assert np.argmax(np.abs(np.fft.rfft(found[:16000]))) == 440
    cut = sound_tensor(tone, 48000, Preprocessing(rate_hz=16000, window_s=2.0))
    assert cut.shape == (1, 32000)
    assert not cut[0, 16010:].any()


def test_pictures_are_scaled_and_shaped_as_said() -> None:
    wide = np.zeros((1, 4, 8, 3), np.uint8)
    wide[0, :, 2:6] = (10, 20, 30)
    options = Preprocessing(crop="centre", scale=1.0, mean=(1.0, 2.0, 3.0), sd=(2.0,) * 3)
    found = pictures_tensor(wide, options)
    assert found.shape == (1, 3, 4, 4)
    assert found[0, :, 0, 0].tolist() == [4.5, 9.0, 13.5]
    bgr = pictures_tensor(wide, Preprocessing(scale=1.0, colour="bgr", channels="last"))
    assert bgr[0, 0, 0].tolist() == [30, 20, 10]
    padded = pictures_tensor(wide, Preprocessing(scale=1.0, crop="pad", colour="grey"))
    assert padded.shape == (1, 1, 8, 8)
    assert padded[0, 0, 0].tolist() == [0.0] * 8
    assert padded[0, 0, 4, 4] == pytest.approx(0.299 * 10 + 0.587 * 20 + 0.114 * 30, abs=1e-4)
    small = pictures_tensor(wide, Preprocessing(scale=1.0, size_px=2, crop="stretch"))
    assert small.shape == (1, 3, 2, 2)


def test_the_models_own_preprocessor_fills_what_is_null(tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text(
        '{"do_normalize": true, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.2, 0.2],'
        '"size": {"height": 224, "width": 224}, "rescale_factor": 0.00392156862745098}'
    )
    values = {"source": "transformers", "path": str(tmp_path), "input": "face_rgb", "layers": "a"}
    found = settled(ExternalNetwork(**values, preprocessing={"sd": (1.0, 1.0, 1.0)}))
    assert (found.size_px, found.mean, found.sd) == (224, (0.5, 0.4, 0.3), (1.0, 1.0, 1.0))
    assert found.scale == pytest.approx(1 / 255)
    with pytest.raises(InputError, match=r"preprocessing.mean: expected 3 numbers"):
        settled(ExternalNetwork(**values, preprocessing={"mean": (1.0, 2.0)}))


def test_timm_says_its_preprocessing_and_arguments_in_its_own_config(
    small: Callable[..., ExternalNetwork], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As save_for_hf of timm writes it: without, pictures would go in with mean 0 and SD 1."""
    save_file(Small().state_dict(), tmp_path / "model.safetensors")
    network = small(source="timm", module=None, path=str(tmp_path))
    written = {"architecture": "small", "num_classes": 2, "model_args": {"img_size": 8},
               "pretrained_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.2] * 3,
                                  "input_size": [3, 8, 8]}}  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(written))
    found = settled(network)
    assert (found.mean, found.sd, found.size_px) == ((0.5, 0.4, 0.3), (0.2,) * 3, 8)
    assert found.scale == pytest.approx(1 / 255)
    asked: dict[str, Any] = {}

    def create_model(name: str, **options: Any) -> Small:
        asked.update(options, name=name)
        return Small()

    monkeypatch.setitem(sys.modules, "timm", SimpleNamespace(create_model=create_model))
    open_network(network)
    assert asked == {"name": "small", "pretrained": False, "num_classes": 2, "img_size": 8}
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="config.json: architecture: expected a name"):
        open_network(network)


def test_frames_are_spread_over_the_clip() -> None:
    assert spread_frames(80, 4).tolist() == [10, 30, 50, 70]
    assert spread_frames(2, 4).tolist() == [0, 0, 1, 1]


def test_pooling() -> None:
    x = torch.arange(24.0).reshape(1, 2, 3, 4)
    assert pooled(x, "mean", 1).tolist() == x.mean(1).flatten().tolist()
    assert pooled(x, "last", 2).tolist() == x[:, :, -1].flatten().tolist()
    assert pooled(x, "max", 0).tolist() == x[0].flatten().tolist()
    assert pooled(x, "none", 1).tolist() == list(range(24))
    assert pooled(x[:, 0, 0], "mean", 1).tolist() == [0, 1, 2, 3]  # no time left


def test_rows_give_the_rdm_of_all_at_once() -> None:
    activations = RNG.normal(5, 1, size=(6, 9001)).astype(np.float32)
    activations[[2, 4]] = 3.0  # constant
    rows = LayerRows("x")
    for number, row in enumerate(activations):
        rows.add(str(number), row)
    np.testing.assert_allclose(rows.rdm(), correlation_rdm(activations), atol=1e-6)


def test_nan_names_layer_and_stimulus(tmp_path: Path, pictures: dict[str, str]) -> None:
    save_file(Small().state_dict(), tmp_path / "x.safetensors")
    Image.fromarray(np.full((8, 8, 3), 255, np.uint8)).save(pictures["p3"])
    network = ExternalNetwork(source="module", path=str(tmp_path / "x.safetensors"),
                              layers=LAYERS, module=f"{NETS}:Broken", input="face_rgb")  # fmt: skip
    with pytest.raises(InputError, match="layer relu, stimulus p3: expected finite .*, got nan"):
        rdms_of(network, pictures)


def test_a_layer_that_hardly_varies_is_told(
    tmp_path: Path, pictures: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    network = Small()
    torch.nn.init.constant_(network.out.weight, 1e-9)
    with torch.no_grad():
        network.out.bias.copy_(torch.tensor([0.0, 1.0]))
    save_file(network.state_dict(), tmp_path / "x.safetensors")
    config = ExternalNetwork(source="module", path=str(tmp_path / "x.safetensors"), layers=LAYERS,
                             module=f"{NETS}:Small", input="face_rgb")  # fmt: skip
    rdms_of(config, pictures)
    told = [r.getMessage() for r in caplog.records if "hardly varies" in r.getMessage()]
    assert len(told) == 1
    assert told[0].startswith("layer out ")


def test_hooks_are_gone_after_an_error() -> None:
    network = Small()
    with pytest.raises(KeyError, match="x"), tapped(network, ("conv",)):
        raise KeyError("x")
    assert not network.conv._forward_hooks


def test_outputs_that_hold_no_tensor() -> None:
    x = torch.zeros(2)
    assert tensor_of((None, x), "a") is x
    assert tensor_of({"hidden": x}, "a") is x
    with pytest.raises(InputError, match="layer a: expected a tensor, got NoneType"):
        tensor_of(None, "a")


def test_digests_are_checked(
    small: Callable[..., ExternalNetwork], pictures: dict[str, str]
) -> None:
    digest = weights_digest([small().path])
    rdms_of(small(sha256=digest), pictures)
    with pytest.raises(InputError, match=f"sha256: expected {'0' * 64}, got {digest}"):
        rdms_of(small(sha256="0" * 64), pictures)


def test_layers_by_pattern_and_by_wrong_name(small: Callable[..., ExternalNetwork]) -> None:
    assert open_network(small(layers=("[co]*",))).layers == ("conv", "out")
    expected = r"layers: expected some of 5 names \['conv', 'relu', 'flat', 'out', 'unused'\]"
    with pytest.raises(InputError, match=f"{expected}, got 'cnov'"):
        open_network(small(layers=("cnov",)))


def test_modules_that_are_never_called(
    small: Callable[..., ExternalNetwork], pictures: dict[str, str]
) -> None:
    with pytest.raises(InputError, match="layer unused: expected modules that the forward pass"):
        rdms_of(small(layers=("unused",)), pictures)


def test_inputs_that_do_not_fit(
    small: Callable[..., ExternalNetwork], pictures: dict[str, str]
) -> None:
    wrong = small(preprocessing={"size_px": 6})
    with pytest.raises(InputError, match=r"input: expected what it takes, got shape \(1, 3, 6, 6"):
        rdms_of(wrong, pictures)
    with pytest.raises(InputError, match="face_rgb or frames for pictures, got waveform"):
        picture_stimuli(small(input="waveform"), pictures)


def test_weights_of_another_network(small: Callable[..., ExternalNetwork]) -> None:
    state = Small().state_dict()
    path = small().path
    save_file({k: v for k, v in state.items() if k != "conv.bias"}, path)
    with pytest.raises(InputError, match="one for each parameter, got none for conv.bias"):
        open_network(small())
    save_file(state | {"more": torch.zeros(1)}, path)
    with pytest.raises(InputError, match="only the module's, got more too"):
        open_network(small())
    save_file(state | {"conv.bias": torch.zeros(9)}, path)
    with pytest.raises(InputError, match=re.escape("conv.bias of shape (4,), got (9,)")):
        open_network(small())


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".ckpt"])
def test_pickles_are_refused(
    small: Callable[..., ExternalNetwork], tmp_path: Path, suffix: str
) -> None:
    (tmp_path / f"x{suffix}").write_bytes(b"PK")
    with pytest.raises(InputError, match=f"makes them of a pickle.*, got {suffix}, a pickle"):
        network_files(small(path=str(tmp_path / f"x{suffix}")))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"pytorch_model{suffix}").write_bytes(b"PK")
    network = small(source="transformers", module=None, path=str(folder))
    with pytest.raises(InputError, match="got the pickle pytorch_model"):
        network_files(network)


def test_what_is_not_there(small: Callable[..., ExternalNetwork], tmp_path: Path) -> None:
    hub = small(source="transformers", module=None, path="facebook/wav2vec2-base")
    with pytest.raises(InputError, match="nothing is downloaded, got no such file or folder"):
        network_files(hub)
    with pytest.raises(InputError, match="module: expected a Python file, got no such file"):
        network_files(small(module=f"{tmp_path}/none.py:Net"))
    with pytest.raises(InputError, match="module: expected a class Other"):
        open_network(small(module=f"{NETS}:Other"))
    folder = tmp_path / "folder"
    folder.mkdir()
    save_file({"a": torch.zeros(1)}, folder / "model.safetensors")
    with pytest.raises(InputError, match="config.json: expected a file that names"):
        network_files(small(source="timm", module=None, path=str(folder)))
    with pytest.raises(InputError, match="path: expected a .onnx file, got a folder"):
        network_files(small(source="onnx", module=None, path=str(folder)))
    with pytest.raises(InputError, match="expected a .onnx file for onnx, got small.safetensors"):
        network_files(small(source="onnx", module=None))
    with pytest.raises(InputError, match="expected FILE.py:CLASS for source module"):
        small(module=None)
    with pytest.raises(InputError, match="pictures: expected files .png"):
        picture_files(str(tmp_path / "folder"))
    for suffix in ("png", "bmp"):
        Image.new("RGB", (2, 2)).save(folder / f"a.{suffix}")
    with pytest.raises(InputError, match="each stimulus once, got 'a' twice"):
        picture_files(str(folder))


BROKEN = {
    "syntax": "class Net(:\n",
    "import": "import no_such_module\n",
    "arguments": "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self, n):\n"
    "        super().__init__()\n",
    "kind": "class Net:\n    pass\n",
}


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("syntax", "net.py: content: expected a Python file that can be imported, got SyntaxError"),
        ("import", "net.py: content: expected a Python file that can be imported, got ModuleNotFo"),
        ("arguments", "expected a class Net that is called without arguments, got TypeError"),
        ("kind", "net.py: Net: expected a torch.nn.Module, got Net"),
    ],
)
def test_modules_that_cannot_be_made(
    small: Callable[..., ExternalNetwork], tmp_path: Path, broken: str, message: str
) -> None:
    (tmp_path / "net.py").write_text(BROKEN[broken])
    with pytest.raises(InputError, match=message):
        open_network(small(module=f"{tmp_path}/net.py:Net"))


def test_damaged_files_are_one_line(small: Callable[..., ExternalNetwork], tmp_path: Path) -> None:
    for name in ("x.safetensors", "x.pt2", "preprocessor_config.json", "x.onnx"):
        (tmp_path / name).write_text("no such format")
    with pytest.raises(InputError, match="expected weights as safetensors, got Safetensor"):
        open_network(small(path=str(tmp_path / "x.safetensors")))
    exported = small(source="torch_export", module=None, path=str(tmp_path / "x.pt2"))
    with pytest.raises(InputError, match="expected a program of torch.export, got no zip archive"):
        open_network(exported)
    with pytest.raises(InputError, match="expected a preprocessor's options, got JSONDecodeError"):
        settled(small(source="transformers", module=None, path=str(tmp_path)))
    with pytest.raises(InputError, match="preprocessing.sd: expected numbers above 0"):
        settled(small(preprocessing={"sd": (1.0, 0.0, 1.0)}))
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    with pytest.raises(InputError, match="expected an ONNX file, got DecodeError"):
        open_network(small(source="onnx", module=None, path=str(tmp_path / "x.onnx")))


def test_a_twin_that_would_be_the_trained_network(tmp_path: Path) -> None:
    """Weights that are buffers or constants of a graph stay: 'untrained' would be a copy."""
    network = torch.nn.Sequential(torch.nn.BatchNorm1d(3), torch.nn.ReLU()).eval()
    path = tmp_path / "x.pt2"
    torch.export.save(torch.export.export(network, (torch.zeros(1, 3),)), path)
    config = ExternalNetwork(source="torch_export", path=str(path), input="frames", layers=("1",))
    open_network(config)
    with pytest.raises(InputError, match="twin: expected matrices among its parameters"):
        open_network(config, 5)


def test_tensors_beside_an_onnx_file_are_weights(
    small: Callable[..., ExternalNetwork], tmp_path: Path
) -> None:
    """torch.onnx.export writes them there: a digest of the graph alone would say nothing."""
    (tmp_path / "x.onnx").write_bytes(b"graph")
    network = small(source="onnx", module=None, path=str(tmp_path / "x.onnx"))
    alone = weights_digest(weight_files(network))
    (tmp_path / "x.onnx.data").write_bytes(b"weights")
    first = weights_digest(weight_files(network))
    (tmp_path / "x.onnx.data").write_bytes(b"others")
    assert len({alone, first, weights_digest(weight_files(network))}) == 3
    assert network_files(network) == weight_files(network)


def test_onnx_tensors_in_a_file_that_nobody_knows_of(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    weights = {k: v.numpy() for k, v in Small().state_dict().items()}
    path = onnx_file(onnx, weights, tmp_path / "x.onnx")
    values = {"source": "onnx", "path": path, "input": "face_rgb", "layers": ("conv",)}
    own = open_network(ExternalNetwork(**values))(torch.ones(1, 3, 8, 8))["conv"]
    for name in ("x.onnx.data", "elsewhere.bin"):
        onnx.save(onnx.load(path, load_external_data=True), path, save_as_external_data=True,
                  location=name, size_threshold=0)  # fmt: skip
        if name == "elsewhere.bin":
            with pytest.raises(InputError, match="expected here or in x.onnx.data, got elsewhere"):
                open_network(ExternalNetwork(**values))
        else:
            found = open_network(ExternalNetwork(**values))(torch.ones(1, 3, 8, 8))["conv"]
            torch.testing.assert_close(found, own)


def test_pictures_as_people_see_them(tmp_path: Path) -> None:
    pixels = RNG.integers(0, 256, size=(4, 6, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(read_picture(str(tmp_path / "turned.png")), np.rot90(pixels, -1))
    clear = np.dstack([pixels, np.where(np.arange(6) < 3, 0, 255) + np.zeros((4, 1))])
    Image.fromarray(clear.astype(np.uint8)).save(tmp_path / "clear.png")
    found = read_picture(str(tmp_path / "clear.png"))
    assert not found[:, :3].any()
    np.testing.assert_array_equal(found[:, 3:], pixels[:, 3:])
    deep = np.linspace(0, 65535, 24).reshape(4, 6).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    with pytest.raises(InputError, match="pixels: expected 8 bits a channel, got mode I"):
        read_picture(str(tmp_path / "deep.png"))
    (tmp_path / "none.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match="none.png: content: expected a picture"):
        read_picture(str(tmp_path / "none.png"))


def test_a_library_that_is_not_installed() -> None:
    with pytest.raises(InputError, match=r"no_such_lib: pip install 'crossmodal\[no_such_lib\]'"):
        library("no_such_lib")


def test_the_converter_finds_weights_in_a_pickle(root: Path, tmp_path: Path) -> None:
    """Run by hand, in the reader's own environment: here on a file of tied weights."""
    code = (
        "import sys, torch; w = torch.ones(2, 2); "
        "torch.save({'state_dict': {'a': w, 'b': w}, 'epoch': 3}, sys.argv[1])"
    )
    pickled, target = str(tmp_path / "x.pt"), str(tmp_path / "x.safetensors")
    subprocess.run([sys.executable, "-c", code, pickled], check=True)
    command = [sys.executable, str(root / "docs/convert_weights.py"), pickled, target]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert told == f"2 tensors; sha256: {weights_digest([target])}\n"
    assert set(load_file(target)) == {"a", "b"}
