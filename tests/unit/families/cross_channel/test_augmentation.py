"""Augmentation moves, never mixes up, and leaves alone what is switched off."""

import numpy as np
import torch
from torch.testing import assert_close

from crossmodal.families.cross_channel import augmentation
from crossmodal.families.cross_channel.augmentation import Augmentation


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_everything_off_changes_nothing():
    frames, mel = torch.rand(4, 2, 8, 8), torch.rand(4, 6, 10)
    assert_close(augmentation.augment_frames(frames, Augmentation(), generator()), frames)
    assert_close(augmentation.augment_mel(mel, Augmentation(), generator()), mel)


def test_all_frames_of_a_clip_move_alike():
    one = torch.rand(5, 1, 16, 16)
    moved = augmentation.augment_frames(
        one.repeat(1, 3, 1, 1), Augmentation(shift_px=3, flip=True), generator()
    )
    assert_close(moved[:, 0], moved[:, 2])
    assert not torch.equal(moved[:, :1], one)


def test_a_flip_is_a_mirror_image():
    frames = torch.rand(40, 1, 4, 6)
    flipped = augmentation.augment_frames(frames, Augmentation(flip=True), generator())
    mirrored = (flipped == frames.flip(3)).flatten(1).all(1)
    same = (flipped == frames).flatten(1).all(1)
    assert (mirrored ^ same).all()
    assert 5 < mirrored.sum() < 35


def test_time_shifts_rotate():
    mel = torch.arange(12.0).repeat(30, 3, 1)
    moved = augmentation.augment_mel(mel, Augmentation(time_shift=0.25), generator())
    assert_close(moved.sort(2).values, mel)
    shifts = {int(row[0]) for row in moved[:, 0]}
    assert shifts <= {0, 1, 2, 3, 9, 10, 11}
    assert len(shifts) > 3


def test_masks_cover_at_most_their_share():
    mel = torch.rand(50, 20, 40)
    masked = augmentation.augment_mel(mel, Augmentation(n_masks=1, mask_share=0.2), generator())
    changed = masked != mel
    assert changed.all(2).sum(1).max() <= 5  # bands: 0.2 x 20, and one more by rounding
    assert changed.all(1).sum(1).max() <= 9
    assert changed.any(2).any(1).float().mean() > 0.9


def test_mixing_keeps_the_larger_share_and_is_linear():
    partner, share = augmentation.mixing_weights(200, 0.4, generator())
    assert sorted(partner.tolist()) == list(range(200))
    assert share.min() >= 0.5
    assert share.max() <= 1
    x = torch.rand(200, 3)
    expected = share[:, None] * x + (1 - share[:, None]) * x[partner]
    assert_close(augmentation.mix(x, partner, share), expected)


def test_beta_draws_have_the_distribution_of_numpy():
    _, share = augmentation.mixing_weights(20_000, 0.4, generator())
    reference = np.random.default_rng(0).beta(0.4, 0.4, 20_000)
    reference = np.maximum(reference, 1 - reference)
    np.testing.assert_allclose(share.mean(), reference.mean(), atol=0.01)
    np.testing.assert_allclose(share.std(), reference.std(), atol=0.01)


def test_no_mixing_keeps_clips_whole():
    _, share = augmentation.mixing_weights(5, 0.0, generator())
    assert_close(share, torch.ones(5))
