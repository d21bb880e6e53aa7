"""Noise that is structured in time: drift, breathing and heart beat, spikes."""

from dataclasses import dataclass

import numpy as np

from crossmodal.simulate.brain_config import BrainConfig

N_DRIFTS = 3  # half cosines within a run: slower than any high-pass filter keeps
BREATHING_HZ, HEART_HZ, RATE_JITTER_HZ = 0.27, 1.1, 0.01


@dataclass(frozen=True)
class TemporalNoise:
    """Low-rank noise in percent of the baseline, and spikes.

    Shapes: courses float32 (volume, component); weights float32 (component, voxel);
    spikes: (volume, height of the slice as a fraction, relative change) each.
    """

    courses: np.ndarray
    weights: np.ndarray
    spikes: tuple[tuple[int, float, float], ...]

    @classmethod
    def draw(
        cls, config: BrainConfig, n_volumes: int, fluid: np.ndarray, rng: np.random.Generator
    ) -> "TemporalNoise":
        """``fluid`` (voxel,) is the fraction of CSF, where pulsation is strongest."""
        drift_weights = rng.standard_normal((N_DRIFTS, len(fluid))) / np.sqrt(N_DRIFTS)
        everywhere = 0.5 + 0.5 * rng.random((2, len(fluid)))
        pulse_weights = everywhere * (1 + np.array([[0.0], [2.0]]) * fluid)
        pulses = physiological_courses(n_volumes, config.repetition_time_s, rng)
        courses = np.hstack([drift_courses(n_volumes), pulses])
        weights = np.vstack(
            [config.drift_percent * drift_weights, config.physiological_percent * pulse_weights]
        )
        spikes = tuple(
            _spike(n_volumes, config.spike_percent, rng) for _ in range(config.spikes_per_run)
        )
        return cls(courses.astype(np.float32), weights.astype(np.float32), spikes)

    def slow_percent(self, volume: int) -> np.ndarray:
        """Drift and physiology of one volume, float32 (voxel,), percent of the baseline."""
        return self.courses[volume] @ self.weights

    def with_spikes(self, run: np.ndarray) -> np.ndarray:
        """Scale one slice of one volume per spike, in place; ``run`` (x, y, z, volume)."""
        for volume, height, change in self.spikes:
            run[:, :, int(height * run.shape[2]), volume] *= 1 + change
        return run


def _spike(n_volumes: int, percent: float, rng: np.random.Generator) -> tuple[int, float, float]:
    """Volume, height of the slice (fraction of the stack), relative change."""
    sign = rng.choice([-1, 1])
    return int(rng.integers(n_volumes)), float(rng.random()), float(sign * percent / 100)


def drift_courses(n_volumes: int) -> np.ndarray:
    """Half cosines of SD 1, float64 (volume, N_DRIFTS)."""
    phase = (np.arange(n_volumes) + 0.5) / n_volumes * np.pi
    return np.sqrt(2) * np.cos(phase[:, None] * np.arange(1, N_DRIFTS + 1))


def physiological_courses(
    n_volumes: int, repetition_time_s: float, rng: np.random.Generator
) -> np.ndarray:
    """Breathing and heart beat of SD 1 as the slow sampling aliases them, (volume, 2)."""
    rates = np.array([BREATHING_HZ, HEART_HZ]) + RATE_JITTER_HZ * np.cumsum(
        rng.standard_normal((n_volumes, 2)), axis=0
    ) / np.sqrt(n_volumes)
    phase = 2 * np.pi * np.cumsum(rates * repetition_time_s, axis=0) + rng.uniform(0, 6.28, 2)
    return np.sqrt(2) * np.sin(phase)
