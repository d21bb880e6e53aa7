"""Dual bootstrap over participants and groups of clips (Schuett et al. 2023).

The resampling, the noise ceilings and the three covariances are those of rsatoolbox's
``eval_dual_bootstrap`` without cross-validation, computed for all models at once and with
exact ranks from ``crossmodal.rsa``; rsatoolbox's ``Result`` then turns the covariances into
tests. (rsatoolbox itself takes 14 ms per model and sample for Spearman: an hour a region.)
"""

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from crossmodal.inference.regions.rows import Rows, Whitening

MIN_GROUPS = 3  # samples with fewer different groups stay NaN and do not count


def noise_ceiling(data: Rows, counts: np.ndarray) -> tuple[float, float]:
    """Lower (leave one participant out) and upper bound of a model's mean similarity.

    Parameters
    ----------
    data : one row per participant
    counts : int (participant,), how often each is in the sample

    Returns
    -------
    lower, upper; NaN with fewer than two different participants (Nili et al. 2014)
    """
    present = np.flatnonzero(counts)
    if len(present) < 2:
        return np.nan, np.nan
    weights = np.tile(counts.astype(np.float32), (len(present) + 1, 1))
    weights[np.arange(len(present)), present] = 0
    pooled, tests = data.like(weights @ data.summands), data.select(present)
    everyone = pooled.select(slice(len(present), None))
    lower = pooled.select(slice(len(present))).paired(tests).mean()
    return float(lower), float(tests.similarity(everyone).mean())


@dataclass(frozen=True)
class Draws:
    """Bootstrap samples: participants int (sample, participant), groups int (sample, group)."""

    participants: np.ndarray
    groups: np.ndarray

    @classmethod
    def random(cls, n_samples: int, n_participants: int, n_groups: int, seed: int) -> "Draws":
        rng = np.random.default_rng(seed)
        return cls(
            rng.integers(n_participants, size=(n_samples, n_participants)),
            rng.integers(n_groups, size=(n_samples, n_groups)),
        )


@dataclass(frozen=True)
class SampledPairs:
    """Pairs of a sample of conditions; a condition is never paired with itself.

    numbers : int (pair,), of the pairs in ``triu_indices`` order of all conditions
    first, second : int (pair,), places of the two conditions in the sample
    """

    numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray

    @classmethod
    def of(cls, groups: np.ndarray, drawn: np.ndarray) -> "SampledPairs":
        """``groups`` : int (condition,), the group each condition belongs to; ``drawn`` : int
        (group,), groups drawn with replacement."""
        n = len(groups)
        chosen = np.sort(np.concatenate([np.flatnonzero(groups == group) for group in drawn]))
        first, second = np.triu_indices(len(chosen), 1)
        different = chosen[first] != chosen[second]
        first, second = first[different], second[different]
        one, other = chosen[first], chosen[second]
        return cls(one * n - one * (one + 1) // 2 + other - one - 1, first, second)


@dataclass(frozen=True)
class Bootstrap:
    """Evaluations of all models in every sample.

    Shapes
    ------
    evaluations : (sample, model, kind): mean similarity over participants; kinds: participants
        and clips resampled, participants only, clips only
    ceilings : (2, sample, kind): lower and upper noise ceiling
    n_groups : how many groups of clips were resampled
    """

    evaluations: np.ndarray
    ceilings: np.ndarray
    n_groups: int

    def covariances(self) -> np.ndarray:
        """(kind, model + 2, model + 2): of the evaluations and the two ceilings."""
        valid = np.isfinite(self.ceilings).all(axis=(0, 2))
        joint = np.concatenate([self.evaluations, self.ceilings.transpose(1, 0, 2)], axis=1)[valid]
        joint = joint - joint.mean(axis=0)
        return np.einsum("ijk,ilk->kjl", joint, joint, optimize=True) / (len(joint) - 1)


def dual_bootstrap(
    models: np.ndarray, data: np.ndarray, groups: np.ndarray, draws: Draws, comparison: str
) -> list[Bootstrap]:
    """Evaluate all models in all regions in every bootstrap sample.

    Parameters
    ----------
    models : (model, pair)
    data : (region, participant, pair)
    groups : int (condition,); conditions of one group are drawn together

    Returns
    -------
    One ``Bootstrap`` per region
    """
    n_regions, n_participants, _ = data.shape
    n_samples = len(draws.groups)
    flat = data.reshape(n_regions * n_participants, -1)
    evaluations = np.full((n_regions, n_samples, len(models), 3), np.nan)
    ceilings = np.full((n_regions, 2, n_samples, 3), np.nan)
    counts = np.stack([np.bincount(row, minlength=n_participants) for row in draws.participants])
    everyone = np.ones(n_participants, dtype=int)
    whole = _Sample(models, flat, n_regions, comparison)
    for b in tqdm(range(n_samples), desc="bootstrap", mininterval=5, disable=None):
        if len(np.unique(draws.groups[b])) < MIN_GROUPS:
            continue
        pairs = SampledPairs.of(groups, draws.groups[b])
        part = _Sample(
            models[:, pairs.numbers], flat[:, pairs.numbers], n_regions, comparison, pairs
        )
        kinds = ((part, counts[b]), (whole, counts[b]), (part, everyone))
        for kind, (sample, count) in enumerate(kinds):
            evaluations[:, b, :, kind] = sample.similarities @ (count / count.sum())
            for r in range(n_regions):
                ceilings[r, :, b, kind] = noise_ceiling(sample.data[r], count)
    n_groups = draws.groups.shape[1]
    return [Bootstrap(e, c, n_groups) for e, c in zip(evaluations, ceilings, strict=True)]


class _Sample:
    """Data of each region and their similarities (region, model, participant) to the models."""

    def __init__(
        self,
        models: np.ndarray,
        flat: np.ndarray,
        n_regions: int,
        comparison: str,
        pairs: SampledPairs | None = None,
    ) -> None:
        whitening = None
        if comparison.startswith("whitened") and pairs is not None:
            whitening = Whitening.of(pairs.first, pairs.second)
        rows = Rows.of(flat, comparison, whitening)
        n = len(flat) // n_regions
        self.data = [rows.select(slice(r * n, (r + 1) * n)) for r in range(n_regions)]
        values = rows.similarity(rows.like(models))
        self.similarities = values.reshape(n_regions, n, -1).transpose(0, 2, 1)
