"""Random time slices of either modality, and one spatial change per clip."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from crossmodal.families.mrpn.config import SpatialAugmentation
from crossmodal.families.mrpn.steps import Steps


@dataclass(frozen=True)
class MrpnAugmentation(SpatialAugmentation):
    """How much training clips vary; zero means never."""

    time_slices: bool = True
    """Whether clips are cut to random slices; modalities are cut independently."""


def random_slice(n_steps: int, n_min: int, generator: torch.Generator | None) -> tuple[int, int]:
    """Start and length of a random slice with at least ``n_min`` steps (all, if fewer exist).

    Without a generator: everything. Lengths are uniform, then starts.
    """
    if generator is None or n_steps <= n_min:
        return 0, n_steps
    length = int(torch.randint(n_min, n_steps + 1, (), generator=generator))
    start = int(torch.randint(0, n_steps - length + 1, (), generator=generator))
    return start, length


def augment_faces(frames: Steps, config: MrpnAugmentation, generator: torch.Generator) -> Steps:
    """Rotate, scale, shift, mirror, brighten: drawn once per clip, equal for all its frames.

    ``frames.values`` float32 (frame, channel, row, col), about in [-2, 2].
    """
    draws = 2 * torch.rand(len(frames), 7, generator=generator) - 1
    theta = affine_matrices(draws, config)
    clip = frames.clip_index
    x = frames.values
    grid = affine_grid(theta[clip].to(x.device), list(x.shape), align_corners=False)
    x = grid_sample(x, grid, padding_mode="border", align_corners=False)
    factor = (1 + config.contrast * draws[clip, 4]).to(x.device)[:, None, None, None]
    offset = (config.brightness * draws[clip, 5]).to(x.device)[:, None, None, None]
    return frames.with_values(x * factor + offset)


def affine_matrices(draws: Tensor, config: MrpnAugmentation) -> Tensor:
    """(clip, 2, 3) maps from output to input coordinates in [-1, 1], from draws in [-1, 1]."""
    angle = draws[:, 0] * math.radians(config.rotation_deg)
    zoom = 1 + config.scale * draws[:, 1]
    mirror = torch.where(draws[:, 6] > 0, -1.0, 1.0) if config.flip else torch.ones(len(draws))
    top = torch.stack([zoom * angle.cos() * mirror, -zoom * angle.sin()], dim=1)
    bottom = torch.stack([zoom * angle.sin() * mirror, zoom * angle.cos()], dim=1)
    shift = 2 * config.shift * draws[:, 2:4]
    return torch.cat([torch.stack([top, bottom], dim=1), shift[:, :, None]], dim=2)
