"""RDMs made ready for one comparison, so that similarities are products of rows."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from crossmodal.rsa.comparisons import n_conditions, sum_of_squared_ranks
from crossmodal.rsa.kendall import tau_a
from crossmodal.rsa.ranks import rank_rows

# Our names and rsatoolbox's.
COMPARISONS = {
    "spearman": "spearman",
    "pearson": "corr",
    "cosine": "cosine",
    "rho_a": "rho-a",
    "tau_a": "tau-a",
    "whitened_cosine": "cosine_cov",
    "whitened_correlation": "corr_cov",
}
RANKED = ("spearman", "rho_a", "tau_a")
CENTRED = ("pearson", "whitened_correlation")


@dataclass(frozen=True)
class Whitening:
    """The root of V^-1, V = 2 I + B B' the covariance of cross-validated distances.

    B is the pair-by-condition incidence (``crossmodal.rsa.comparisons.whiten``); it may be that
    of a bootstrap sample, whose conditions repeat and whose pairs of one condition are left out.
    With B'B = W diag(s) W', V^-1/2 = (I + B W diag(g) W' B') / sqrt(2),
    g = (sqrt(2 / (2 + s)) - 1) / s.

    Shapes
    ------
    incidence : (pair, condition); middle : (condition, condition), W diag(g) W'
    """

    incidence: csr_array
    middle: np.ndarray

    @classmethod
    def of(cls, first: np.ndarray, second: np.ndarray) -> "Whitening":
        """``first``, ``second`` : int (pair,), the two conditions of each pair."""
        pairs = np.arange(len(first))
        rows, columns = np.concatenate([pairs, pairs]), np.concatenate([first, second])
        incidence = csr_array((np.ones(len(rows)), (rows, columns)))
        values, vectors = np.linalg.eigh((incidence.T @ incidence).toarray())
        values = np.maximum(values, 1e-9)  # a condition without pairs; any g does
        return cls(incidence, vectors * ((np.sqrt(2 / (2 + values)) - 1) / values) @ vectors.T)

    @classmethod
    def complete(cls, n_pairs: int) -> "Whitening":
        """Of all pairs of the conditions, in ``triu_indices`` order."""
        return cls.of(*np.triu_indices(n_conditions(n_pairs), 1))

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """V^-1/2 of every RDM (rdm, pair), float64; times sqrt(2), which cancels."""
        wide = rows.astype(np.float64)
        sums = (self.incidence.T @ wide.T).T
        return wide + (self.incidence @ (sums @ self.middle).T).T


@dataclass(frozen=True)
class Rows:
    """RDMs prepared for one comparison, both (rdm, pair), float32.

    ``summands`` : what a group's RDMs are averaged over: exact centred ranks or rows of length 1;
    ``unit`` : rows whose dot products are similarities (for tau-a, which is none, ranks of
    length 1). A constant row becomes zeros: it predicts nothing.
    """

    summands: np.ndarray
    unit: np.ndarray
    comparison: str
    whitening: Whitening | None

    @classmethod
    def of(cls, rows: np.ndarray, comparison: str, whitening: Whitening | None = None) -> "Rows":
        """``whitening`` : of these pairs, for whitened comparisons; default: all pairs."""
        rows = np.array(rows, dtype=np.float32, order="C")
        if comparison in RANKED:
            squares = np.empty(len(rows))
            rank_rows(rows, squares)
        else:
            if comparison in CENTRED:
                rows -= rows.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
            squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
        scaled = squares
        if comparison == "rho_a":
            scaled = np.where(squares > 0, sum_of_squared_ranks(rows.shape[1]), 0)
        unit = _scaled(rows, scaled)
        # Sums of half-integer ranks are exact, so that equal mean ranks stay ties.
        summands = rows if comparison in RANKED else unit
        if comparison.startswith("whitened"):
            whitening = whitening or Whitening.complete(rows.shape[1])
            white = whitening(unit)
            unit = _scaled(white, np.einsum("ij,ij->i", white, white)).astype(np.float32)
        return cls(summands, unit, comparison, whitening)

    def like(self, rows: np.ndarray) -> "Rows":
        """Other RDMs of the same pairs, prepared in the same way."""
        return Rows.of(rows, self.comparison, self.whitening)

    def select(self, rows: slice | np.ndarray) -> "Rows":
        """Some of the RDMs."""
        return Rows(self.summands[rows], self.unit[rows], self.comparison, self.whitening)

    def similarity(self, other: "Rows") -> np.ndarray:
        """float64 (rdm, other rdm)."""
        if self.comparison == "tau_a":
            return np.nan_to_num(tau_a(self.summands.astype(np.float64), other.summands))
        return (self.unit @ other.unit.T).astype(np.float64)

    def paired(self, other: "Rows") -> np.ndarray:
        """Row by row: (rdm,)."""
        if self.comparison == "tau_a":
            each = zip(self.summands.astype(np.float64), other.summands, strict=True)
            return np.nan_to_num([tau_a(a[None], b[None])[0, 0] for a, b in each])
        return np.einsum("ij,ij->i", self.unit, other.unit)


def _scaled(rows: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Rows over the root of ``squares`` (rdm,), zeros where it is 0."""
    scale = np.where(squares > 0, 1 / np.sqrt(np.maximum(squares, 1e-30)), 0)
    return rows * scale[:, None].astype(rows.dtype)
