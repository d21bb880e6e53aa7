"""crossmodal.bold.model.banded: products of matrices with and without a band."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import toeplitz

from crossmodal.bold.model.banded import STRIP_ROWS, Banded
from crossmodal.bold.model.noise import ar1_components, whitening_matrix

N = 150  # not a multiple of the strips


@pytest.fixture(scope="module")
def series() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((N, 7)).astype(np.float32)


def n_entries(banded: Banded) -> int:
    return sum(strip.size for _, _, strip in banded.strips)


@pytest.mark.parametrize(
    "matrix",
    [
        np.eye(N),
        toeplitz(0.3 ** np.arange(N)),
        np.random.default_rng(1).standard_normal((N, N)),
        np.triu(np.ones((N, N))),
        np.diag(np.arange(N) % 2.0),
    ],
)
def test_product_equals_the_whole_matrixs(matrix, series):
    assert_allclose(Banded.from_matrix(matrix) @ series, matrix @ series, atol=2e-5)


def test_rows_of_zeros_give_zeros(series):
    matrix = np.eye(N)
    matrix[: 2 * STRIP_ROWS] = 0
    product = Banded.from_matrix(matrix) @ series
    assert not product[: 2 * STRIP_ROWS].any()
    assert_allclose(product[2 * STRIP_ROWS :], series[2 * STRIP_ROWS :])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_entries_that_are_no_numbers_are_refused(value):
    matrix = np.eye(N)
    matrix[3, 4] = value
    with pytest.raises(ValueError, match="a banded matrix needs finite entries"):
        Banded.from_matrix(matrix)


def test_whitening_has_a_band_and_dense_matrices_have_none():
    one, other = ar1_components(N)
    whitening = whitening_matrix(one + 0.2 * other)
    assert n_entries(Banded.from_matrix(whitening)) < N * 2 * STRIP_ROWS
    assert n_entries(Banded.from_matrix(np.ones((N, N)))) == N * N
