"""Residuals for noise normalisation are those of the fitted models."""

import numpy as np
import pytest

from crossmodal.bold.align.spaces import native_space
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import estimate_patterns
from crossmodal.bold.model.residuals import estimate_residuals
from crossmodal.bold.model.timing import designs_of
from crossmodal.bold.read.events import EventsConfig
from crossmodal.contracts.errors import InputError
from tests.unit.bold_data import CONDITIONS, grid, still_runs, write_bids, write_responses

AMPLITUDES = np.random.default_rng(1).uniform(-0.03, 0.03, (3, *grid().shape))


@pytest.fixture
def scans(tmp_path):
    root = write_bids(tmp_path / "bids")
    still = write_responses(root, AMPLITUDES)
    return still_runs(root, tmp_path), native_space(still, grid())


@pytest.mark.parametrize("noise", ["white", "ar1"])
def test_their_variance_is_that_of_the_betas(scans, noise):
    runs, space = scans
    glm = GLMConfig(noise=noise)
    betas = estimate_patterns(runs, space, CONDITIONS, EventsConfig(), glm)
    designs = designs_of(runs, CONDITIONS, EventsConfig(), glm)
    residuals = estimate_residuals(runs, designs, space, glm, betas.mask)
    assert residuals.dtype == np.float16
    assert residuals.shape == (80, betas.mask.sum())
    for run in range(2):
        own = residuals[40 * run : 40 * (run + 1)].astype(np.float64)
        variance = (own**2).sum(axis=0) / 39
        np.testing.assert_allclose(variance, betas.residual_variance[run], rtol=5e-3)


def test_voxels_that_no_run_covers_are_refused(scans):
    runs, space = scans
    designs = designs_of(runs, CONDITIONS, EventsConfig(), GLMConfig())
    with pytest.raises(InputError, match="all voxels of the betas, got .* voxels outside"):
        estimate_residuals(runs, designs, space, GLMConfig(), np.ones_like(space.mask))
