"""Random changes of whole batches that keep every label."""

import torch
from torch import Tensor

from crossmodal.families.cross_channel.fit_config import Augmentation


def augment_frames(frames: Tensor, config: Augmentation, generator: torch.Generator) -> Tensor:
    """Shift, flip, brighten and add noise to (clip, frame, row, col) in [0, 1].

    Every frame of a clip is shifted and flipped alike: faces move, they do not jump.
    """
    n, _, n_rows, n_cols = frames.shape
    rows = torch.arange(n_rows) + _integers(n, config.shift_px, generator)
    cols = torch.arange(n_cols) + _integers(n, config.shift_px, generator)
    if config.flip:
        mirrored = torch.rand(n, 1, generator=generator) < 0.5
        cols = torch.where(mirrored, n_cols - 1 - cols, cols)
    clip = torch.arange(n)[:, None, None, None]
    frame = torch.arange(frames.shape[1])[None, :, None, None]
    rows = rows.clamp(0, n_rows - 1)[:, None, :, None]
    cols = cols.clamp(0, n_cols - 1)[:, None, None, :]
    frames = frames[tuple(i.to(frames.device) for i in (clip, frame, rows, cols))]
    if config.brightness:
        frames = frames + _uniform((n, 1, 1, 1), config.brightness, generator).to(frames.device)
    if config.frame_noise:
        frames = frames + config.frame_noise * _normal(frames, generator)
    return frames.clamp(0, 1)


def augment_mel(mel: Tensor, config: Augmentation, generator: torch.Generator) -> Tensor:
    """Rotate in time, shift in bands, change level, add noise and mask (clip, band, time)."""
    n, n_bands, n_times = mel.shape
    times = torch.arange(n_times) + _integers(n, round(config.time_shift * n_times), generator)
    bands = torch.arange(n_bands) + _integers(n, config.band_shift, generator)
    clip = torch.arange(n)[:, None, None]
    bands = bands.clamp(0, n_bands - 1)[:, :, None]
    times = times.remainder(n_times)[:, None, :]
    mel = mel[tuple(i.to(mel.device) for i in (clip, bands, times))]
    if config.gain:
        mel = mel + _uniform((n, 1, 1), config.gain, generator).to(mel.device)
    if config.mel_noise:
        mel = mel + config.mel_noise * _normal(mel, generator)
    for _ in range(config.n_masks):
        mel = _mask(_mask(mel, 1, config.mask_share, generator), 2, config.mask_share, generator)
    return mel


def mixing_weights(n: int, alpha: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Partner of each clip, int64 (clip,), and the share kept of the clip itself, (clip,)."""
    partner = torch.randperm(n, generator=generator)
    if not alpha:
        return partner, torch.ones(n)
    # A beta draw from two gamma draws; torch's own beta sampler takes no generator.
    gammas = torch._standard_gamma(torch.full((2, n), alpha), generator=generator)
    share = gammas[0] / gammas.sum(0).clamp_min(1e-12)
    return partner, torch.maximum(share, 1 - share)


def mix(x: Tensor, partner: Tensor, share: Tensor) -> Tensor:
    """share * x + (1 - share) * x[partner], clip by clip."""
    share = share.to(x.device).reshape(-1, *[1] * (x.ndim - 1))
    return share * x + (1 - share) * x[partner.to(x.device)]


def _mask(mel: Tensor, axis: int, share: float, generator: torch.Generator) -> Tensor:
    size = mel.shape[axis]
    length = torch.rand(len(mel), 1, generator=generator) * share * size
    start = torch.rand(len(mel), 1, generator=generator) * (size - length)
    position = torch.arange(size)
    masked = (position >= start) & (position < start + length)
    masked = masked[:, :, None] if axis == 1 else masked[:, None, :]
    return torch.where(masked.to(mel.device), mel.mean((1, 2), keepdim=True), mel)


def _integers(n: int, largest: int, generator: torch.Generator) -> Tensor:
    return torch.randint(-largest, largest + 1, (n, 1), generator=generator)


def _uniform(shape: tuple[int, ...], largest: float, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(shape, generator=generator) - 1) * largest


def _normal(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=generator).to(like.device)
