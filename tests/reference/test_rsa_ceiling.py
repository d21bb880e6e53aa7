"""Noise-ceiling maps against rsatoolbox."""

import numpy as np
import pytest
from rsatoolbox.inference.noise_ceiling import boot_noise_ceiling
from rsatoolbox.rdm import RDMs

from crossmodal.rsa.ceiling import noise_ceiling
from crossmodal.rsa.layout import arrange
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.tiles import tile_rdms

NAMES = {"spearman": "spearman", "pearson": "corr", "cosine": "cosine"}


@pytest.mark.parametrize("method", NAMES)
def test_ceilings_equal_rsatoolbox(method):
    rng = np.random.default_rng(0)
    mask = rng.random((5, 5, 4)) < 0.9
    shared = rng.normal(size=(1, 7, int(mask.sum())))
    people = [arrange(shared + rng.normal(size=shared.shape), "correlation", np.float64)
              for _ in range(4)]  # fmt: skip
    around = spheres(mask, np.eye(4), 1.8)
    lower, upper = noise_ceiling(people, around, method)
    rdms = np.stack([tile_rdms(p, around, 0)[0] for p in people])
    # Averaged ranks are compared in float32, the others in float64.
    tolerance = 5e-6 if method == "spearman" else 1e-10
    for centre in (3, 40):
        theirs = boot_noise_ceiling(RDMs(rdms[:, centre]), method=NAMES[method])
        np.testing.assert_allclose((lower[centre], upper[centre]), theirs, atol=tolerance)
    assert (lower <= upper).all()


def test_ceiling_needs_two_participants():
    around = spheres(np.ones((2, 2, 2), dtype=bool), np.eye(4), 1.0)
    with pytest.raises(ValueError, match="two participants or more"):
        noise_ceiling([], around, "spearman")
