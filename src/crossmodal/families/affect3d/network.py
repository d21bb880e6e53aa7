"""The 3-D convolutional network of Ceruti et al. 2018: 16 frames -> valence and arousal."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from crossmodal.families.affect3d.config import Affect3dConfig

N_FRAMES = 16
AXES = ("valence", "arousal")


class Block(nn.Module):
    """Conv3d 5x5x5 'same' - ReLU - MaxPool 2 - LayerNorm over (channel, time, row, col).

    # ASSUME: layer normalisation over all four axes, as its paper (Ba et al. 2016) defines it
    # for one case; scale and shift per channel keep the block independent of the image size.
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.convolve = nn.Conv3d(n_in, n_out, 5, padding=2)
        self.pool = nn.MaxPool3d(2)
        self.norm = nn.GroupNorm(1, n_out)

    def layers(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """'conv', 'pool' and 'norm' in order."""
        yield "conv", (x := torch.relu(self.convolve(x)))
        yield "pool", (x := self.pool(x))
        yield "norm", self.norm(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.pool(torch.relu(self.convolve(x))))


class Affect3d(nn.Module):
    """(window, 3, 16, row, col), standardised -> (window, 2): valence, arousal in [-1, 1]."""

    def __init__(self, config: Affect3dConfig) -> None:
        super().__init__()
        self.config = config
        n_in, blocks = 3, []
        for n_out in config.channels:
            blocks.append(Block(n_in, n_out))
            n_in = n_out
        self.blocks = nn.ModuleList(blocks)
        self.readout = nn.Linear(n_in, len(AXES))

    def feature_maps(self, windows: Tensor) -> Tensor:
        """Output of the last block, (window, channel, 2, row / 8, col / 8)."""
        for block in self.blocks:
            windows = block(windows)
        return windows

    def affect(self, maps: Tensor) -> Tensor:
        """Global average pool, linear, tanh."""
        return torch.tanh(self.readout(maps.mean((2, 3, 4))))

    def forward(self, windows: Tensor) -> Tensor:
        return self.affect(self.feature_maps(windows))

    def layers(self, windows: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Name and activation (window, …) of each layer."""
        x = windows
        for number, block in enumerate(self.blocks, 1):
            for name, activation in block.layers(x):
                yield f"visual_{name}{number}", activation
            x = activation
        yield "visual_average", (pooled := x.mean((2, 3, 4)))
        yield "visual_affect", torch.tanh(self.readout(pooled))


def n_published_weights(network: Affect3d) -> int:
    """Weights of convolutions and readout: what the paper's table counts, without LayerNorm."""
    parts = [block.convolve for block in network.blocks] + [network.readout]
    return sum(weight.numel() for part in parts for weight in part.parameters())
