"""What layers of a network give, by forward hooks or, in ONNX, by naming tensors."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

from torch import Tensor, nn

from crossmodal.contracts.errors import InputError


def chosen_layers(path: str, known: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Names that the given names and patterns select, in the network's order.

    Raises
    ------
    InputError : a name or pattern that selects nothing; tells the names there are
    """
    for pattern in wanted:
        if not any(name == pattern or fnmatchcase(name, pattern) for name in known):
            shown = [*known[:6], "…", *known[-6:]] if len(known) > 12 else list(known)
            raise InputError(path, "layers", f"some of {len(known)} names {shown}", repr(pattern))
    return tuple(
        name for name in known if any(name == one or fnmatchcase(name, one) for one in wanted)
    )


@contextmanager
def tapped(network: nn.Module, layers: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """A mapping that each forward pass fills with copies of the layers' outputs.

    Copies, because later layers change some tensors in place (25 of 93 in timm's resnet18). The
    hooks are gone afterwards, also after an error.
    """
    modules, found, handles = dict(network.named_modules()), {}, []

    def keep(name: str) -> Any:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            found[name] = tensor_of(output, name).detach().clone()

        return hook

    try:
        handles = [modules[name].register_forward_hook(keep(name)) for name in layers]
        yield found
    finally:
        for handle in handles:
            handle.remove()


def tensor_of(output: Any, layer: str) -> Tensor:
    """The tensor of a module's output: itself, or the first in a tuple or mapping.

    Raises
    ------
    InputError : no tensor in it
    """
    if isinstance(output, Tensor):
        return output
    values = output.values() if isinstance(output, Mapping) else output
    if isinstance(values, Sequence) or isinstance(output, Mapping):
        for value in values:
            if isinstance(value, Tensor):
                return value
    raise InputError("network", f"layer {layer}", "a tensor", type(output).__name__)


def require_all(path: str, layers: Sequence[str], found: Mapping[str, Any]) -> None:
    """Refuse modules that no forward pass calls: their hooks never fire.

    Raises
    ------
    InputError : names the first
    """
    if silent := [name for name in layers if name not in found]:
        expected = "modules that the forward pass calls"
        raise InputError(path, f"layer {silent[0]}", expected, "one that it never calls")


def pooled(activation: Tensor, pool: str, axis: int) -> Tensor:
    """Output of a layer -> (unit,): time (``axis``) pooled, the rest one after the other.

    Axis 0 is that of frames seen one by one. Outputs (1, unit) have no time.
    """
    if axis == 0 or activation.ndim >= max(axis + 1, 3):
        if pool == "mean":
            activation = activation.mean(axis)
        elif pool == "max":
            activation = activation.amax(axis)
        elif pool == "last":
            activation = activation.select(axis, -1)
    return activation.flatten()
