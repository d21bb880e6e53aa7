"""DVARS, carpet, tSNR, aCompCor and variance inflation against references and planted numbers."""

import numpy as np
import pytest
from nilearn.signal import high_variance_confounds
from numpy.testing import assert_allclose, assert_array_equal

from crossmodal.bold.align.rigid import matrix_from_parameters
from crossmodal.bold.model.collinearity import variance_inflation
from crossmodal.bold.model.compcor import component_names, components, noise_points
from crossmodal.bold.model.confounds import MEASURED, MOTION, read_confounds, write_confounds
from crossmodal.bold.model.design import high_pass_basis
from crossmodal.bold.model.dvars import dvars
from crossmodal.bold.model.glm import Design
from crossmodal.bold.model.run_quality import aligned_brain, carpet_rows, run_quality
from crossmodal.bold.read.template import load_template
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.run_quality import RunQuality
from tests.unit.bold_data import CONDITIONS, grid, head, moved_series, responses


@pytest.fixture(scope="module")
def noise():
    """AR(1) noise about different means, float32 (volume, voxel)."""
    rng = np.random.default_rng(0)
    series = rng.standard_normal((300, 400))
    for t in range(1, len(series)):
        series[t] += 0.4 * series[t - 1]
    return (1000 + 8 * series * rng.uniform(0.5, 2, 400)).astype(np.float32)


def test_dvars_is_the_root_mean_square_of_differences(noise):
    found, _ = dvars(noise)
    scaled = noise.astype(float) * 1000 / np.median(noise)
    expected = [np.sqrt(((after - before) ** 2).mean()) for before, after in
                zip(scaled, scaled[1:], strict=False)]  # fmt: skip
    assert np.isnan(found[0])
    assert_allclose(found[1:], expected, rtol=1e-4)


def test_standardised_dvars_is_one_for_noise_and_marks_a_jump(noise):
    _, quiet = dvars(noise)
    assert_allclose(np.nanmean(quiet), 1, atol=0.1)  # voxels of unequal SD: a little above
    jumped = noise.copy()
    jumped[150] += 60
    _, found = dvars(jumped)
    assert set(np.argsort(np.nan_to_num(found))[-2:]) == {150, 151}
    assert found[150] > 3


def test_dvars_does_not_depend_on_the_images_unit(noise):
    for one, other in zip(dvars(noise), dvars(noise * np.float32(0.01)), strict=True):
        assert_allclose(one, other, rtol=1e-3)


def test_dvars_of_constant_voxels_is_zero():
    for values in dvars(np.full((10, 3), 7, dtype=np.float32)):
        assert_array_equal(values[1:], 0)


def test_motion_is_undone_before_signals_are_compared():
    on = grid("oblique")
    matrices = np.array(
        [matrix_from_parameters(np.array(p)) for p in ([0.0] * 6, [2.0, -1, 1, 0.03, 0.02, -0.02])]
    )
    brain = np.linalg.norm(on.points(), axis=1).reshape(on.shape) < 30
    series = aligned_brain(moved_series(on, matrices), on, matrices, on, brain)
    still = head(on.points(brain))
    assert_allclose(series[0], still, rtol=1e-4)
    assert np.abs(series[1] - still).mean() < 0.02 * still.mean()


def test_an_empty_brain_mask_is_refused():
    on = grid()
    with pytest.raises(InputError, match="brain mask of the mean image: expected at least one"):
        aligned_brain(
            np.zeros((*on.shape, 2)), on, np.stack([np.eye(4)] * 2), on, on.points() > 9e9
        )


def test_tsnr_is_mean_over_sd_without_a_quadratic_trend(noise):
    time = np.linspace(-1, 1, len(noise))[:, None]
    brain = np.zeros((30, 20, 1), dtype=bool)
    brain.flat[:400] = True
    drifting = (noise + 40 * time + 30 * time**2).astype(np.float32)
    found = run_quality(drifting, brain, np.ones(3)).tsnr
    fits = np.polynomial.polynomial.polyfit(time[:, 0], drifting.astype(float), 2)
    rest = drifting - np.polynomial.polynomial.polyval(time[:, 0], fits).T
    assert_allclose(found[brain], drifting.mean(axis=0) / rest.std(axis=0), rtol=1e-3)
    assert (found[~brain] == 0).all()


def test_carpet_runs_from_the_surface_to_the_depth():
    depth = np.random.default_rng(0).uniform(1, 30, 1000)
    wave = np.sin(np.arange(60) / 3)
    z = np.where(depth > 15, wave[:, None], -wave[:, None])
    rows, depths = carpet_rows(z, depth)
    assert rows.dtype == np.int8
    assert rows.shape == (240, 60)
    assert (np.diff(depths) > 0).all()
    assert np.corrcoef(rows[0], -wave)[0, 1] > 0.99
    assert np.corrcoef(rows[-1], wave)[0, 1] > 0.99


def test_quality_survives_writing(noise, tmp_path):
    brain = np.ones((20, 20, 1), dtype=bool)
    quality = run_quality(noise, brain, np.ones(3))
    quality.write(tmp_path / "x.h5")
    back = RunQuality.read(tmp_path / "x.h5")
    for name in ("carpet", "depth_mm", "tsnr"):
        assert_array_equal(getattr(back, name), getattr(quality, name))
    assert back.median_tsnr == pytest.approx(float(np.median(quality.tsnr)))
    quality.write(tmp_path / "y.h5")
    assert (tmp_path / "x.h5").read_bytes() == (tmp_path / "y.h5").read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"carpet": np.zeros((2, 3))}, "carpet: expected int8"),
        ({"depth_mm": np.zeros(3)}, "depth_mm: expected one value a row, 2"),
        ({"tsnr": np.zeros(3)}, "tsnr: expected"),
    ],
)
def test_quality_of_other_shapes_is_refused(change, message):
    whole = {
        "carpet": np.zeros((2, 3), np.int8),
        "depth_mm": np.zeros(2),
        "tsnr": np.zeros((1,) * 3),
    }
    with pytest.raises(InputError, match=message):
        RunQuality(**whole | change)


def test_further_columns_are_written_beside_motion(tmp_path):
    motion = np.random.default_rng(0).standard_normal((5, 6))
    columns = dict(zip(MEASURED, np.array([[np.nan, 1, 2, 3, 4]] * 2), strict=True))
    write_confounds(tmp_path / "x.tsv", motion, columns)
    found = read_confounds(tmp_path / "x.tsv", (*MOTION, *MEASURED), 5)
    assert_allclose(found[:, :6], motion, rtol=1e-6)
    assert_array_equal(found[:, 7], [2.5, 1, 2, 3, 4])
    header = (tmp_path / "x.tsv").read_text().splitlines()[0].split("\t")
    assert header[6:] == ["framewise_displacement", "dvars", "std_dvars"]


def test_components_are_nilearns_principal_components(noise):
    slow = high_pass_basis(300, 2.0, 128.0)
    waves = np.sin(np.outer(np.arange(300), [0.3, 0.5, 0.7, 0.9, 1.1])) * [16, 14, 12, 10, 8]
    weights = np.random.default_rng(1).standard_normal((5, noise.shape[1]))
    series = (noise + waves @ weights).astype(np.float32)
    filtered = series - series.mean(axis=0, dtype=float)
    filtered -= slow @ (slow.T @ filtered)
    standard = filtered / filtered.std(axis=0)
    # nilearn drops the voxel of least variance: a constant one.
    standard = np.c_[standard, np.zeros(300)]
    expected = high_variance_confounds(standard, n_confounds=5, percentile=100, detrend=False)
    found = components(series, slow, 5)
    assert_allclose(np.abs(found.T @ expected), np.eye(5), atol=1e-6)
    assert (found[np.abs(found).argmax(axis=0), range(5)] > 0).all()


def test_a_planted_pulse_is_the_first_component(noise):
    pulse = np.sin(2 * np.pi * 0.08 * 2.0 * np.arange(300))
    slow = high_pass_basis(300, 2.0, 128.0).astype(np.float32)
    found = components(noise + 10 * pulse[:, None].astype(np.float32), slow, 2)
    assert abs(np.corrcoef(found[:, 0], pulse)[0, 1]) > 0.98
    assert component_names(2) == ["a_comp_cor_00", "a_comp_cor_01"]


def test_noise_comes_from_deep_white_matter_and_ventricles():
    points = noise_points()
    assert 1000 < len(points) < 20000
    _, brain, on = load_template()
    voxels = np.round(np.linalg.solve(on.affine, np.c_[points, np.ones(len(points))].T))[:3]
    assert brain[tuple(voxels.astype(int))].all()
    ventricle = np.linalg.norm(points - [15, -38, 14], axis=1).min()  # atrium
    callosum = np.linalg.norm(points - [25, -20, 34], axis=1).min()  # corona radiata
    assert max(ventricle, callosum) < 6


def test_variance_inflation_is_one_over_one_minus_r_squared():
    rng = np.random.default_rng(0)
    nuisance = np.c_[responses(60)[:, :1] + 0.3 * rng.standard_normal((60, 1)), rng.random((60, 2))]
    design = Design(
        responses(60), nuisance, high_pass_basis(60, 2.0, 64.0), (*CONDITIONS, "x", "y", "z")
    )
    columns = design.filtered(design.columns[:, :-1])
    found = variance_inflation(design)
    for index in range(6):
        rest = np.c_[np.delete(columns, index, axis=1), np.ones(60)]
        own = columns[:, index]
        left = own - rest @ np.linalg.lstsq(rest, own, rcond=None)[0]
        assert found[index] == pytest.approx(own.var() / left.var(), rel=1e-6)
    assert found[0] > 2
