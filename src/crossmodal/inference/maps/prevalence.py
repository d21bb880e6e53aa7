"""Prevalence inference: in how many people is there an effect (Allefeld et al. 2016).

The minimum over participants is compared with minima of their permuted maps; second-level
permutations combine one first-level permutation of each participant.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm


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
    return prevalence_of_layers([[values]], n_combinations, alpha, seed)[0]


def smallest_p(unchanged: float, n_participants: int, n_combinations: int) -> float:
    """The smallest corrected p to expect, whatever the effect.

    Parameters
    ----------
    unchanged : share of a participant's permutations that leave the model as it is, the
        identity among them; a combination of such ones is the observed minimum again
    """
    return (1 + (n_combinations - 1) * unchanged**n_participants) / n_combinations


def prevalence_of_layers(
    layers: Iterable[Iterable[np.ndarray]], n_combinations: int, alpha: float, seed: int
) -> list[Prevalence]:
    """As ``prevalence`` for several layers (or models), corrected over voxels and layers.

    Parameters
    ----------
    layers : blocks (participant, permutation, voxel) of each, with the same permutations; only
        one block is held at a time
    """
    with tqdm(desc="prevalence", unit="block", mininterval=5, disable=None) as bar:
        seconds = [second_level(_counted(blocks, bar), n_combinations, seed) for blocks in layers]
    maxima = np.sort(np.max([each.maxima for each in seconds], axis=0))
    out = []
    for each in seconds:
        larger = len(maxima) - np.searchsorted(maxima, each.observed, side="left")
        p_corrected = (1 + larger) / n_combinations
        gamma = largest_refuted(each.p_global, p_corrected, each.n_participants, alpha)
        out.append(Prevalence(each.p_global, p_corrected, gamma))
    return out


def _counted(blocks: Iterable[np.ndarray], bar: tqdm) -> Iterator[np.ndarray]:
    """The blocks as they are; the bar moves when one is done."""
    for values in blocks:
        yield values
        bar.update()


@dataclass(frozen=True)
class SecondLevel:
    """Minima over participants of one layer.

    observed, p_global : (voxel,); maxima : (combination - 1,), over voxels, of drawn minima
    """

    observed: np.ndarray
    p_global: np.ndarray
    maxima: np.ndarray
    n_participants: int


def second_level(blocks: Iterable[np.ndarray], n_combinations: int, seed: int) -> SecondLevel:
    """Compare observed minima with those of drawn permutations, equal for equal seeds.

    ``blocks`` : (participant, permutation, voxel), of all voxels one after the other
    """
    observed, reached, n = [], [], 0
    maxima = np.full(n_combinations - 1, -np.inf)
    for values in blocks:
        n, n_permutations, _ = values.shape
        if n < 2 or n_permutations < 2:
            raise ValueError(
                f"prevalence needs two or more participants and permutations, not {n} and "
                f"{n_permutations - 1}"
            )
        draws = np.random.default_rng(seed).integers(n_permutations, size=(n_combinations - 1, n))
        observed.append(values[:, 0].min(axis=0))
        reached.append(_reached(values, observed[-1], draws, maxima))
    return SecondLevel(
        np.concatenate(observed), np.concatenate(reached) / n_combinations, maxima, n
    )


def _reached(
    values: np.ndarray, observed: np.ndarray, draws: np.ndarray, maxima: np.ndarray
) -> np.ndarray:
    """How often minima of the drawn permutations reach the observed ones, the observed included.

    ``maxima`` (draw,) rise to those of these voxels.
    """
    reached, rows = np.ones(len(observed)), np.arange(len(values))
    for number, chosen in enumerate(draws):
        minimum = values[rows, chosen].min(axis=0)
        reached += minimum >= observed
        maxima[number] = max(maxima[number], minimum.max())
    return reached


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
