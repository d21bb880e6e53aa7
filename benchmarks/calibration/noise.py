"""Smooth noise in a brain mask, and null studies made of it."""

import numpy as np
from nilearn.datasets import load_mni152_brain_mask
from scipy import fft

VOXEL_MM = 8
N_PARTICIPANTS, N_LAYERS = 12, 3
BORDER = 8  # voxels around the volume, so that its opposite sides know nothing of each other
GAUSSIAN_SHARE, GAUSSIAN_SD_MM, EXPONENTIAL_MM = 0.6, 6.0, 14.0


class Noise:
    """Stationary Gaussian noise with the long-tailed spatial autocorrelation of real maps.

    A Gaussian plus an exponential (Cox et al. 2017, 10.1089/brain.2016.0475).
    """

    def __init__(self) -> None:
        image = load_mni152_brain_mask(resolution=VOXEL_MM)
        self.mask = np.asarray(image.dataobj) > 0
        self.affine = image.affine
        self.shape = tuple(fft.next_fast_len(n + BORDER) for n in self.mask.shape)
        axes = [np.minimum(np.arange(n), n - np.arange(n)) * float(VOXEL_MM) for n in self.shape]
        distance = np.sqrt(sum(a**2 for a in np.meshgrid(*axes, indexing="ij")))
        correlation = GAUSSIAN_SHARE * np.exp(-(distance**2) / (4 * GAUSSIAN_SD_MM**2))
        correlation += (1 - GAUSSIAN_SHARE) * np.exp(-distance / EXPONENTIAL_MM)
        power = np.maximum(fft.fftn(correlation).real, 0)
        self.amplitude = np.sqrt(power * correlation.size).astype(np.float32)

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """float32 (n, voxel) with variance 1.

        Real and imaginary part of one transform of white noise are two independent fields.
        """
        inside = tuple(slice(0, size) for size in self.mask.shape)
        fields: list[np.ndarray] = []
        while len(fields) < n:
            white = rng.standard_normal((*self.shape, 2), dtype=np.float32).view(np.complex64)
            field = fft.ifftn(white[..., 0] * self.amplitude)[inside][self.mask]
            fields += [field.real, field.imag]
        return np.array(fields[:n], dtype=np.float32)


def null_study(noise: Noise, rng: np.random.Generator) -> np.ndarray:
    """float32 (participant, layer, voxel) without any effect.

    Layers of a participant correlate at .5; participants differ in variance.
    """
    shared = noise.draw(N_PARTICIPANTS, rng)[:, None]
    own = noise.draw(N_PARTICIPANTS * N_LAYERS, rng).reshape(N_PARTICIPANTS, N_LAYERS, -1)
    spread = rng.lognormal(0, 0.3, size=(N_PARTICIPANTS, 1, 1)).astype(np.float32)
    return spread * (np.sqrt(0.5) * shared + np.sqrt(0.5) * own).astype(np.float32)
