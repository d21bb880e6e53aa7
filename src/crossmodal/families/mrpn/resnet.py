"""ResNet-18 as the extractor of frames and spectrograms, with torchvision's parameter names."""

from collections.abc import Iterator
from pathlib import Path

import torch
from monai.networks.nets.resnet import ResNet
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from crossmodal.contracts.errors import InputError

STAGES = ("stem", "stage1", "stage2", "stage3", "stage4", "features")
PUBLISHED_PLANES = (64, 128, 256, 512)


def build_extractor(n_channels: int, width: float = 1.0) -> ResNet:
    """ResNet-18 (He et al. 2016) without its classifier; ``width`` scales all channels.

    At width 1 the state dict is torchvision's ``resnet18`` without ``fc``. MONAI's own default
    first stride is 1 (made for small volumes); the published network has 2.
    """
    planes = [max(1, round(width * n)) for n in PUBLISHED_PLANES]
    return ResNet(
        "basic",
        [2, 2, 2, 2],
        planes,
        spatial_dims=2,
        n_input_channels=n_channels,
        conv1_t_stride=2,
        bias_downsample=False,
        feed_forward=False,
    )


def n_features(width: float) -> int:
    """Units that an extractor gives per image."""
    return max(1, round(width * PUBLISHED_PLANES[-1]))


def stages(extractor: ResNet, images: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Name and output of each stage: stem (after its pool), stage1–4, features (image, unit)."""
    x = extractor.maxpool(extractor.act(extractor.bn1(extractor.conv1(images))))
    yield "stem", x
    for number in (1, 2, 3, 4):
        x = getattr(extractor, f"layer{number}")(x)
        yield f"stage{number}", x
    yield "features", extractor.avgpool(x).flatten(1)


def load_extractor(extractor: ResNet, path: str | Path) -> None:
    """Load a torchvision-format ``resnet18`` state dict (.safetensors, .pth) in place.

    A classifier (``fc.*``) in the file is left out. Where the network takes one channel and
    the file three, the first kernels are summed over channels: the same as showing the one
    channel three times.

    Raises
    ------
    InputError : no such file, an unreadable one, a layer missing, unknown or of another shape
    """
    stored = {k: v for k, v in read_state(path).items() if not k.startswith("fc.")}
    own = extractor.state_dict()
    first = stored.get("conv1.weight")
    if (
        first is not None
        and first.ndim == 4
        and first.shape[1] == 3
        and extractor_channels(own) == 1
    ):
        stored["conv1.weight"] = first.sum(1, keepdim=True)
    check_state(path, stored, own)
    extractor.load_state_dict(stored)


def extractor_channels(state: dict[str, Tensor]) -> int:
    """Input channels of an extractor, from its state."""
    return state["conv1.weight"].shape[1]


def read_state(path: str | Path) -> dict[str, Tensor]:
    """A state dict from .safetensors or .pth (tensors only: nothing else in it is run).

    Raises
    ------
    InputError : no such file, or one that holds no state dict
    """
    if not Path(path).is_file():
        raise InputError(path, "file", "a ResNet-18 state dict", "no such file")
    try:
        if Path(path).suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, RuntimeError, EOFError, ValueError, KeyError) as error:
        line = (str(error).splitlines() or [type(error).__name__])[0]  # an empty file says nothing
        raise InputError(path, "file", "a readable state dict", line) from None
    except Exception as error:  # the unpickler's own error class; importing it means pickle
        raise InputError(path, "file", "tensors only", type(error).__name__) from None
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise InputError(path, "file", "a dict of tensors", type(state).__name__)
    return state


def check_state(path: str | Path, stored: dict[str, Tensor], own: dict[str, Tensor]) -> None:
    """Names and shapes of ``stored`` against a network's ``own`` state; names the layer.

    Raises
    ------
    InputError : the first layer that is missing, unknown or of another shape
    """
    for name, tensor in own.items():
        if name not in stored:
            if name.endswith("num_batches_tracked"):  # absent in files of old torch versions
                stored[name] = tensor.clone()
                continue
            raise InputError(path, f"layer {name}", f"shape {tuple(tensor.shape)}", "no such layer")
        if stored[name].shape != tensor.shape:
            got = tuple(stored[name].shape)
            raise InputError(path, f"layer {name}", f"shape {tuple(tensor.shape)}", got)
    if unknown := sorted(set(stored) - set(own)):
        raise InputError(path, f"layer {unknown[0]}", "no such layer in a ResNet-18", "one")
