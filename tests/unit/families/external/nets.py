"""A small network as people have them in a file of their own."""

import torch
from torch import Tensor, nn


class Small(nn.Module):
    """Pictures (n, 3, 8, 8) to two numbers; the ReLU changes its input in place."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.flat = nn.Flatten()
        self.out = nn.Linear(4 * 64, 2)
        self.unused = nn.Linear(1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.flat(self.relu(self.conv(x))))


class Sound(nn.Module):
    """Sounds (1, sample) to (1, channel, time) and their mean."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 4, 400, stride=160)
        self.out = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.conv(x[:, None]).mean(2))


class Broken(Small):
    """Not a number for white pictures."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return self.out(self.flat(self.relu(y * torch.nan if x.min() > 0.99 else y)))
