"""The quadratic-form path equals products with explicit RDMs."""

import numpy as np
import pytest

from crossmodal.rsa.layout import arrange
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.quadratic import inner_products
from crossmodal.rsa.tiles import tile_rdms

AFFINE = np.diag([3.0, 3.0, 4.0, 1.0])


@pytest.mark.parametrize("distance", ["squared_euclidean", "crossnobis"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 5e-6)])
def test_inner_products_equal_those_of_rdms(distance, dtype, tolerance):
    rng = np.random.default_rng(0)
    mask = rng.random((6, 6, 5)) < 0.8
    betas = rng.normal(size=(3, 7, int(mask.sum())))
    weights = rng.normal(size=(21, 4))
    around = spheres(mask, AFFINE, 5.5)
    rdms, _ = tile_rdms(arrange(betas, distance, np.float64), around, 0)
    expected = rdms[: len(around)] @ weights
    ours = inner_products(arrange(betas, distance, dtype), around, weights)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(ours / scale, expected / scale, atol=tolerance)


def test_refuses_what_it_cannot_do():
    betas = np.random.default_rng(0).normal(size=(3, 5, 27))
    around = spheres(np.ones((3, 3, 3), dtype=bool), AFFINE, 5.5)
    with pytest.raises(ValueError, match="no quadratic form for distance 'correlation'"):
        inner_products(arrange(betas, "correlation"), around, np.ones((10, 1)))
    noise = np.random.default_rng(1).normal(size=(60, 27))
    with pytest.raises(ValueError, match="complete runs and no whitening"):
        inner_products(arrange(betas, "crossnobis", residuals=noise), around, np.ones((10, 1)))
