"""Steps: sequences of different lengths, laid end to end, so that no network sees padding."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from crossmodal.contracts.errors import InputError


@dataclass(frozen=True)
class Steps:
    """All time steps of a batch's clips.

    values : (step, …), the steps of the first clip, then those of the second, …
    lengths : number of steps of each clip, at least 1

    Raises
    ------
    InputError : lengths that do not add up, or an empty sequence
    """

    values: Tensor
    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        if sum(self.lengths) != len(self.values) or min(self.lengths, default=0) < 1:
            got = f"lengths {self.lengths} for {len(self.values)} steps"
            raise InputError("Steps", "lengths", "at least 1 step per clip", got)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def clip_index(self) -> Tensor:
        """int64 (step,): the clip each step belongs to."""
        return torch.repeat_interleave(torch.arange(len(self)), torch.tensor(self.lengths))

    def with_values(self, values: Tensor) -> "Steps":
        """The same clips with something else computed for each step."""
        return Steps(values, self.lengths)

    def clips(self) -> tuple[Tensor, ...]:
        """One tensor (step, …) per clip."""
        return self.values.split(self.lengths)

    def padded(self) -> tuple[Tensor, Tensor]:
        """(clip, longest, …) filled up with zeros, and bool (clip, longest): True is padding."""
        n_steps = torch.tensor(self.lengths, device=self.values.device)
        position = torch.arange(max(self.lengths), device=self.values.device)
        return pad_sequence(self.clips(), batch_first=True), position >= n_steps[:, None]

    def mean(self) -> Tensor:
        """(clip, …): mean over each clip's steps."""
        return torch.stack([clip.mean(0) for clip in self.clips()])

    def to(self, device: torch.device) -> "Steps":
        return self.with_values(self.values.to(device, non_blocking=True))


def join(clips: Sequence[Tensor]) -> Steps:
    """Sequences (step, …) of several clips as Steps."""
    return Steps(torch.cat(list(clips)), tuple(len(clip) for clip in clips))
