"""Noise-ceiling maps against rsatoolbox."""

import numpy as np
import pytest
from rsatoolbox.inference.noise_ceiling import boot_noise_ceiling
from rsatoolbox.rdm import RDMs
from scipy.stats import rankdata
from tests.reference.rsatoolbox_names import NAMES

from crossmodal.rsa.ceiling import noise_ceiling
from crossmodal.rsa.comparisons import METHODS, compare
from crossmodal.rsa.layout import arrange
from crossmodal.rsa.neighbourhoods import spheres
from crossmodal.rsa.tiles import tile_rdms

PARTIAL = ("partial_spearman", "partial_pearson")
N_CONDITIONS, CENTRES = 7, (3, 40)


def people(distance="correlation", seed=0):
    """Four participants with a signal in common, the spheres, RDMs (person, centre, pair)."""
    rng = np.random.default_rng(seed)
    mask = rng.random((5, 5, 4)) < 0.9
    shared = rng.normal(size=(2, N_CONDITIONS, int(mask.sum())))
    rows = [arrange(shared + rng.normal(size=shared.shape), distance, np.float64) for _ in range(4)]
    around = spheres(mask, np.eye(4), 1.8)
    return rows, around, np.stack([tile_rdms(one, around, 0)[0] for one in rows])


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("distance", ["correlation", "crossnobis"])
@pytest.mark.filterwarnings("ignore:Noise ceiling for tau")
def test_ceilings_equal_rsatoolbox(method, distance):
    rows, around, rdms = people(distance)
    lower, upper = noise_ceiling(rows, around, method)
    # Averaged ranks are compared in float32, the others in float64.
    tolerance = 5e-6 if method in ("spearman", "rho_a", "tau_a") else 1e-10
    for centre in CENTRES:
        theirs = boot_noise_ceiling(RDMs(rdms[:, centre]), method=NAMES[method])
        np.testing.assert_allclose((lower[centre], upper[centre]), theirs, atol=tolerance)
    assert (lower <= upper).all()


@pytest.mark.parametrize("method", PARTIAL)
def test_partial_ceilings_are_rsatoolboxs_of_what_controls_leave(method):
    rows, around, rdms = people()
    controls = np.random.default_rng(1).random((2, rdms.shape[2]))
    lower, upper = noise_ceiling(rows, around, method, controls=[controls] * len(rows))

    def ready(vectors):
        return rankdata(vectors, axis=1) if method == "partial_spearman" else vectors

    design = np.column_stack([np.ones(rdms.shape[2]), ready(controls).T])
    for centre in CENTRES:
        whole = ready(rdms[:, centre])
        rest = whole - (design @ np.linalg.lstsq(design, whole.T, rcond=None)[0]).T
        theirs = boot_noise_ceiling(RDMs(rest), method="corr")
        np.testing.assert_allclose((lower[centre], upper[centre]), theirs, atol=1e-10)


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"tau_a"}))
def test_no_model_is_above_the_upper_bound(method):
    rows, around, rdms = people(seed=2)
    rng = np.random.default_rng(3)
    controls = rng.random((1, rdms.shape[2])) if method in PARTIAL else None
    given = None if controls is None else [controls] * len(rows)
    _, upper = noise_ceiling(rows, around, method, controls=given)
    # Models near the participants' mean, where the best one is; whitened ones average by plain
    # norms, as rsatoolbox does, and may be a little below the best.
    slack = 0.01 if method.startswith("whitened") else 1e-6
    for centre in CENTRES:
        brain = rdms[:, centre]
        models = brain.mean(axis=0) + rng.normal(0, 0.05, (300, rdms.shape[2]))
        reached = compare(brain, models, method, controls).mean(axis=0).max()
        assert reached <= upper[centre] + slack


def test_own_controls_are_taken_out_of_each_participant_alone():
    rows, around, rdms = people()
    centre = CENTRES[0]
    own = [rdms[0, centre][None] if i == 0 else np.arange(21.0)[None] for i in range(4)]
    lower, upper = noise_ceiling(rows, around, "partial_pearson", controls=own)
    assert np.isnan([lower[centre], upper[centre]]).all()  # nothing is left of the first's RDM
    assert np.isfinite(upper[CENTRES[1]])


@pytest.mark.parametrize("method", sorted({*NAMES}))
def test_a_constant_rdm_has_no_ceiling(method):
    rows, around, _ = people("squared_euclidean")
    flat = arrange(np.zeros((1, N_CONDITIONS, rows[0].rows.shape[1])), "squared_euclidean")
    lower, upper = noise_ceiling([*rows[:2], flat], around, method)
    assert np.isnan(lower).all()
    assert np.isnan(upper).all()


def test_ceiling_needs_two_participants():
    around = spheres(np.ones((2, 2, 2), dtype=bool), np.eye(4), 1.0)
    with pytest.raises(ValueError, match="two participants or more"):
        noise_ceiling([], around, "spearman")


def test_a_partial_ceiling_needs_controls():
    rows, around, _ = people()
    with pytest.raises(ValueError, match="'partial_pearson' with no controls"):
        noise_ceiling(rows, around, "partial_pearson")
