"""Prevalence inference: in how many people is there an effect (Allefeld et al. 2016).

The minimum over participants is compared with minima of their permuted maps; second-level
permutations combine one first-level permutation of each participant.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Prevalence:
    """Outcome per voxel, with n participants.

    p_global : float (voxel,); p of 'no effect in anybody', uncorrected
    p_corrected : float (voxel,); the same, corrected over voxels by the maximum
    gamma : float (voxel,); largest prevalence that is refuted at alpha, corrected: more than
        this share of people have the effect. NaN where nothing is refuted
    """

    p_global: np.ndarray
    p_corrected: np.ndarray
    gamma: np.ndarray


def prevalence(values: np.ndarray, n_combinations: int, alpha: float, seed: int) -> Prevalence:
    """Minimum-statistic prevalence inference.

    Parameters
    ----------
    values : (participant, permutation, voxel); permutation 0 is the observed map, the others
        come from permuted condition labels
    n_combinations : second-level permutations, the observed one among them

    Raises
    ------
    ValueError : fewer than two participants or no permutations
    """
    n, n_permutations, _ = values.shape
    if n < 2 or n_permutations < 2:
        raise ValueError(
            f"prevalence needs two or more participants and permutations, not {n} and "
            f"{n_permutations - 1}"
        )
    observed = values[:, 0].min(axis=0)
    reached = np.ones(len(observed))
    reached_by_max = np.ones(len(observed))
    rng = np.random.default_rng(seed)
    for _ in range(n_combinations - 1):
        chosen = rng.integers(0, n_permutations, size=n)
        minimum = values[np.arange(n), chosen].min(axis=0)
        reached += minimum >= observed
        reached_by_max += minimum.max() >= observed
    p_global, p_corrected = reached / n_combinations, reached_by_max / n_combinations
    return Prevalence(p_global, p_corrected, largest_refuted(p_global, p_corrected, n, alpha))


def largest_refuted(
    p_global: np.ndarray, p_corrected: np.ndarray, n_participants: int, alpha: float
) -> np.ndarray:
    """Largest prevalence gamma whose null is refuted (Allefeld et al. 2016, eq. 20).

    The p of prevalence <= gamma is ((1 - gamma) p^(1/n) + gamma)^n; correction over voxels
    leaves (alpha - p_corrected) / (1 - p_corrected) of the level.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.clip((alpha - p_corrected) / (1 - p_corrected), 0, None) ** (1 / n_participants)
        single = p_global ** (1 / n_participants)
        gamma = (left - single) / (1 - single)
    return np.where((p_corrected < alpha) & (gamma >= 0), gamma, np.nan)
