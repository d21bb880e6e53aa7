"""Dual bootstrap over participants and groups of clips (Schuett et al. 2023).

The resampling, the noise ceilings and the three covariances are those of rsatoolbox's
``eval_dual_bootstrap`` without cross-validation, computed for all models at once and with
exact ranks from ``crossmodal.rsa``; rsatoolbox's ``Result`` then turns the covariances into
tests. (rsatoolbox itself takes 14 ms per model and sample for Spearman: an hour a region.)
"""

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from crossmodal.rsa.ranks import rank_rows

COMPARISONS = ("spearman", "pearson")
MIN_GROUPS = 3  # samples with fewer different groups stay NaN and do not count


@dataclass(frozen=True)
class Rows:
    """RDMs prepared for one comparison, both (rdm, pair), float32.

    ``summands`` : what a group's RDMs are averaged over: exact centred ranks (Spearman) or
    z-scores (Pearson); ``unit`` : the same with length 1, so that dot products are
    correlations. A constant row becomes zeros: it predicts nothing.
    """

    summands: np.ndarray
    unit: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, comparison: str) -> "Rows":
        rows = np.array(rows, dtype=np.float32, order="C")
        if comparison == "spearman":
            squares = np.empty(len(rows))
            rank_rows(rows, squares)
        else:
            rows -= rows.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
            squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
        scale = np.where(squares > 0, 1 / np.sqrt(np.maximum(squares, 1e-30)), 0)
        unit = rows * scale[:, None].astype(np.float32)
        # Sums of half-integer ranks are exact, so that equal mean ranks stay ties.
        return cls(rows if comparison == "spearman" else unit, unit)

    def select(self, rows: slice) -> "Rows":
        return Rows(self.summands[rows], self.unit[rows])


def noise_ceiling(data: Rows, counts: np.ndarray, comparison: str) -> tuple[float, float]:
    """Lower (leave one participant out) and upper bound of a model's mean correlation.

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
    pooled = Rows.of(weights @ data.summands, comparison).unit
    tests = data.unit[present]
    lower = np.einsum("ij,ij->i", pooled[:-1], tests).mean()
    return float(lower), float((tests @ pooled[-1]).mean())


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


def sampled_pairs(groups: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Pair numbers of a sample of condition groups; a condition is never paired with itself.

    Parameters
    ----------
    groups : int (condition,), the group each condition belongs to
    drawn : int (group,), groups drawn with replacement
    """
    n = len(groups)
    chosen = np.sort(np.concatenate([np.flatnonzero(groups == group) for group in drawn]))
    first, second = (chosen[i] for i in np.triu_indices(len(chosen), 1))
    first, second = first[first != second], second[first != second]
    return first * n - first * (first + 1) // 2 + second - first - 1


@dataclass(frozen=True)
class Bootstrap:
    """Evaluations of all models in every sample.

    Shapes
    ------
    evaluations : (sample, model, kind): mean correlation over participants; kinds: participants
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
        pairs = sampled_pairs(groups, draws.groups[b])
        part = _Sample(models[:, pairs], flat[:, pairs], n_regions, comparison)
        kinds = ((part, counts[b]), (whole, counts[b]), (part, everyone))
        for kind, (sample, count) in enumerate(kinds):
            evaluations[:, b, :, kind] = sample.correlations @ (count / count.sum())
            for r in range(n_regions):
                ceilings[r, :, b, kind] = noise_ceiling(sample.data[r], count, comparison)
    n_groups = draws.groups.shape[1]
    return [Bootstrap(e, c, n_groups) for e, c in zip(evaluations, ceilings, strict=True)]


class _Sample:
    """Data of each region and their correlations (region, model, participant) with the models."""

    def __init__(
        self, models: np.ndarray, flat: np.ndarray, n_regions: int, comparison: str
    ) -> None:
        rows = Rows.of(flat, comparison)
        n = len(flat) // n_regions
        self.data = [rows.select(slice(r * n, (r + 1) * n)) for r in range(n_regions)]
        correlations = rows.unit @ Rows.of(models, comparison).unit.T
        self.correlations = (
            correlations.reshape(n_regions, n, -1).transpose(0, 2, 1).astype(np.float64)
        )
