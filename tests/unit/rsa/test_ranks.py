"""Radix ranks against scipy, with everything that makes ranking float bits tricky."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from crossmodal.rsa.ranks import rank_rows, rank_rows_float64


def check(rows: np.ndarray) -> None:
    expected = rankdata(rows, axis=1) - (rows.shape[1] + 1) / 2
    rank = rank_rows if rows.dtype == np.float32 else rank_rows_float64
    ranked, squares = rows.copy(), np.empty(len(rows))
    rank(ranked, squares)
    np.testing.assert_array_equal(ranked, expected)
    np.testing.assert_allclose(squares, (expected**2).sum(axis=1), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ranks_of_rdm_like_rows(dtype):
    rng = np.random.default_rng(0)
    rows = (1 - np.clip(rng.normal(0, 0.15, size=(20, 2556)), -1, 1)).astype(dtype)
    rows[1] = rows[1].round(1)
    rows[2] *= -1e30
    rows[3] = 0.25
    check(rows)


def test_both_zeros_are_equal_and_denormals_are_not():
    special = np.array([0, -0.0, 1e-40, -1e-40, 3e38, -3e38, 1, -1], dtype=np.float32)
    check(np.random.default_rng(1).choice(special, size=(5, 300)))


@given(arrays(np.float32, (2, 40), elements=st.floats(width=32, allow_nan=False)))
def test_ranks_of_any_finite_or_infinite_floats(rows):
    check(rows)
