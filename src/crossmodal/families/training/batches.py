"""Batches of a fit: some rows of what a family trains on, shuffled for training, in order else."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor


class Shuffled:
    """Rows once an epoch, in an order that depends on seed and epoch only.

    A family says in ``batch`` what a step gets of some rows (indices int64, row) of its data;
    whatever is random there must come from the generator.

    Parameters
    ----------
    rows : indices of the training part; nothing else is ever asked for
    batch_size : rows per step
    seed : together with ``epoch``, which the loop sets, the only source of randomness
    smallest : a last batch of fewer rows is left out (batch normalisation needs two)
    """

    def __init__(self, rows: Sequence[int], batch_size: int, seed: int, smallest: int = 1) -> None:
        self.rows = torch.as_tensor(list(rows), dtype=torch.int64)
        self.batch_size, self.seed, self.smallest, self.epoch = batch_size, seed, smallest, 0

    def batch(self, rows: Tensor, generator: torch.Generator) -> Any:
        """Inputs and targets of some rows."""
        raise NotImplementedError

    def __len__(self) -> int:
        full, rest = divmod(len(self.rows), self.batch_size)
        return full + (rest >= self.smallest and rest > 0)

    def __iter__(self) -> Iterator[Any]:
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        order = self.rows[torch.randperm(len(self.rows), generator=generator)]
        for rows in order.split(self.batch_size)[: len(self)]:
            yield self.batch(rows, generator)


class InOrder:
    """Rows in order, each once; ``make`` gives inputs and targets of rows (indices int64, row)."""

    def __init__(self, rows: Sequence[int], batch_size: int, make: Callable[[Tensor], Any]) -> None:
        self.parts = torch.as_tensor(list(rows), dtype=torch.int64).split(batch_size)
        self.make = make

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[Any]:
        return map(self.make, self.parts)
