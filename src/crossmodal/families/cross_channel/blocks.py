"""What the arms of the cross-channel network are built of."""

from collections import deque
from collections.abc import Iterator

from torch import Tensor, nn

Layers = Iterator[tuple[str, Tensor]]


def convolution(
    n_in: int, n_out: int, kernel: int, normalised: bool = True, bias: float = 0.0
) -> nn.Sequential:
    """'Same' convolution and ReLU, with batch normalisation in between unless told otherwise.

    ``bias`` is the initial one; weights start as in the published networks (Glorot, uniform).
    """
    convolve = nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2)
    nn.init.xavier_uniform_(convolve.weight)
    nn.init.constant_(convolve.bias, bias)
    middle = [nn.BatchNorm2d(n_out)] if normalised else []
    return nn.Sequential(convolve, *middle, nn.ReLU())


def dense(n_in: int, n_out: int) -> nn.Sequential:
    """Flatten, fully connected, ReLU."""
    linear = nn.Linear(n_in, n_out)
    nn.init.xavier_uniform_(linear.weight)
    nn.init.zeros_(linear.bias)
    return nn.Sequential(nn.Flatten(), linear, nn.ReLU())


def pool(dropout: float, size: int = 2) -> nn.Sequential:
    """Maximum over ``size`` x ``size``, then dropout (which does nothing in evaluation)."""
    return nn.Sequential(nn.MaxPool2d(size), nn.Dropout(dropout))


class Shunting(nn.Module):
    """Shunting inhibition a / (decay + b) of excitatory maps a by inhibitory maps b.

    Fregnac et al. 2003, in the form of Barros & Wermter 2016, equation 6; both inputs >= 0.
    """

    def __init__(self, decay: float) -> None:
        super().__init__()
        self.decay = decay

    def forward(self, excitatory: Tensor, inhibitory: Tensor) -> Tensor:
        return excitatory / (self.decay + inhibitory)


def last_layer(layers: Layers) -> Tensor:
    """Run through all layers and return the last activation."""
    return deque(layers, maxlen=1)[0][1]
