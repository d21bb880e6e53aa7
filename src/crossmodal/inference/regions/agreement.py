"""Whether participants' RDMs of a region agree at all: the noise ceiling against chance."""

import numpy as np

from crossmodal.inference.regions.rows import Rows
from crossmodal.rsa.models import pair_order

# ASSUME: where agreement has a larger p, no model that all participants share is tested.
ALPHA = 0.05
N_PERMUTATIONS = 1000


def agreement(
    data: np.ndarray, comparison: str, seed: int, n_permutations: int = N_PERMUTATIONS
) -> tuple[float, float]:
    """Mean similarity of two participants' RDMs, and its p by permuted conditions.

    In a region where brains have nothing in common, everybody's conditions could be named
    otherwise: each participant's are permuted by themselves, the RDM's cells never (Nili et al.
    2014). With rows of length 1 the mean over pairs of participants follows from the length of
    their sum.

    Parameters
    ----------
    data : (participant, pair), two participants or more

    Returns
    -------
    The observed mean, and the share of permutations, itself among them, that reach it
    """
    unit = Rows.of(data, comparison).unit.astype(np.float64)
    n = len(unit)
    n_conditions = round((1 + np.sqrt(1 + 8 * unit.shape[1])) / 2)
    rng = np.random.default_rng(seed)
    observed = _mean_similarity(unit.sum(axis=0), unit)
    reached = 1
    for _ in range(n_permutations - 1):
        total = unit[0].copy()  # of the first nothing is lost: only relative orders count
        for row in unit[1:n]:
            total += row[pair_order(rng.permutation(n_conditions))]
        reached += _mean_similarity(total, unit) >= observed - 1e-12
    return observed, reached / n_permutations


def _mean_similarity(total: np.ndarray, unit: np.ndarray) -> float:
    n = len(unit)
    return float((total @ total - np.sum(unit * unit)) / (n * (n - 1)))
