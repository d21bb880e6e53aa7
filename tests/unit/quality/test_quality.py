"""crossmodal.quality: measures, ranks, planes and the pages."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from crossmodal.bold.align.spaces import native_space
from crossmodal.bold.align.transform_files import write_affines, write_warp
from crossmodal.bold.align.warp import Warp
from crossmodal.bold.model.confounds import write_confounds
from crossmodal.bold.model.glm import GLMConfig
from crossmodal.bold.model.patterns import estimate_patterns
from crossmodal.bold.model.run_quality import run_quality
from crossmodal.bold.read.events import EventsConfig
from crossmodal.bold.read.images import write_volume
from crossmodal.bold.read.template import load_template
from crossmodal.contracts.errors import InputError
from crossmodal.quality.curves import RunView, run_figure
from crossmodal.quality.group import group_page
from crossmodal.quality.measures import confound_measures, pattern_reliability
from crossmodal.quality.page import flicker, number, page, section, table
from crossmodal.quality.participant import participant_page
from crossmodal.quality.planes import Planes, box_of, coloured, grey, with_contour
from crossmodal.quality.ranking import QualityConfig, badness, rank, read_measures
from tests.unit.bold_data import CONDITIONS, grid, head, still_runs, write_bids, write_responses


def test_reliability_is_the_mean_correlation_between_runs():
    betas = np.random.default_rng(0).standard_normal((3, 8, 5)).astype(np.float32)
    betas[1] += betas[0]
    betas[:, :, 4] = 0
    found = pattern_reliability(betas)
    for voxel in range(4):
        pairs = np.corrcoef(betas[:, :, voxel])[np.triu_indices(3, 1)]
        assert found[voxel] == pytest.approx(pairs.mean(), abs=1e-5)
    assert np.isnan(found[4])
    assert np.isnan(pattern_reliability(betas[:1])).all()


def test_measures_of_motion_leave_the_first_volume_out():
    table = {"framewise_displacement": np.array([0, 0.2, 0.9]), "std_dvars": np.array([0, 1, 2.0])}
    found = confound_measures([table, table], 0.5)
    assert found["mean_framewise_displacement_mm"] == pytest.approx(0.55)
    assert found["percent_moved_volumes"] == 50
    assert (found["max_framewise_displacement_mm"], found["mean_std_dvars"]) == (0.9, 1.5)


def measured(**columns):
    n = len(next(iter(columns.values())))
    names = pd.Index([f"{i:02d}" for i in range(n)], name="participant")
    return pd.DataFrame(columns, index=names)


def test_badness_is_the_modified_z():
    values = np.array([1.0, 2, 3, 4, 100, np.nan])
    z = badness(values, more_is_better=False)
    assert z[4] == pytest.approx(97 / 1.4826)
    assert z[2] == 0
    assert np.isnan(z[5])
    assert_allclose(badness(values, more_is_better=True)[:5], -z[:5])
    assert (badness(np.array([2.0, 2, 2]), False) == 0).all()
    # Masks that overlap by .978 and .975 are equally good.
    assert badness(np.array([0.978, 0.9781, 0.9779, 0.975, 0.978]), True).max() < 0.5
    # More than half are equal: no MAD, the mean deviation takes its place.
    assert badness(np.array([2.0, 2, 2, 2, 7]), False)[4] == pytest.approx(5 / 1.2533)


def test_outliers_are_named_and_ranked_last():
    frame = measured(
        mean_framewise_displacement_mm=[0.1, 0.12, 0.11, 0.13, 0.9],
        min_median_tsnr=[60.0, 61, 20, 59, 62],
    )
    table, outliers = rank(frame, QualityConfig())
    assert table["outlier"]["04"] == "mean_framewise_displacement_mm"
    assert table["outlier"]["02"] == "min_median_tsnr"
    assert set(table.index[-2:]) == {"02", "04"}
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert outliers["min_median_tsnr"].sum() == 1


def test_few_participants_have_no_outliers_but_too_much_motion_is_one():
    frame = measured(mean_framewise_displacement_mm=[0.1, 0.6, 0.1], min_median_tsnr=[60.0, 61, 2])
    table, _ = rank(frame, QualityConfig())
    assert table["outlier"].to_dict() == {
        "00": "", "01": "mean_framewise_displacement_mm", "02": ""
    }  # fmt: skip


def test_missing_measures_are_no_outliers(tmp_path):
    paths = []
    for label, value in (("01", 1.0), ("02", None)):
        path = tmp_path / f"{label}.json"
        path.write_text(json.dumps({"participant": label, "n_voxels": value}))
        paths.append(path)
    table, outliers = rank(read_measures(paths), QualityConfig())
    assert table.index.tolist() == ["01", "02"]
    assert not outliers["n_voxels"].any()


@pytest.mark.parametrize("name", ["max_displacement_mm", "outlier_z"])
def test_limits_must_be_positive(name):
    with pytest.raises(InputError, match=f"{name}: expected more than 0, got 0"):
        QualityConfig(**{name: 0})


def test_planes_show_the_right_of_the_head_right_and_the_top_up():
    on = grid("LPS")
    low, high = box_of(head(on.points()).reshape(on.shape) > 500, on)
    planes = Planes.through(low, high, 3, 4.0)
    side = planes.shape[0] // 3
    assert planes.shape == (3 * side, 3 * side)
    x, y, z = np.moveaxis(planes.points_mm, -1, 0)
    assert (np.diff(x[:side, :side], axis=1) > 0).all()
    assert (np.diff(y[:side, :side], axis=0) < 0).all()
    assert (np.diff(z[side:], axis=0)[: side - 1] < 0).all()
    volume = head(on.points()).reshape(on.shape)
    expected = head(planes.points_mm.reshape(-1, 3)).reshape(planes.shape)
    inside = np.abs(planes.points_mm).max(axis=-1) < 30
    assert np.corrcoef(planes.values(volume, on)[inside], expected[inside])[0, 1] > 0.97


def test_colours():
    pixels = np.array([[0.0, 1], [2, 4]])
    assert (grey(pixels)[0, 0] == 0).all()
    assert grey(pixels)[1, 1, 0] == 255
    assert (coloured(pixels, 4)[0, 0] == 0).all()
    square = np.zeros((5, 5), bool)
    square[1:4, 1:4] = True
    marked = with_contour(np.zeros((5, 5, 3), np.uint8), square)
    assert marked.any(axis=-1).sum() == 8
    assert not marked[2, 2].any()


def test_pages_escape_names_and_load_nothing():
    text = page("<b>", [section("a&b", "<i>", table(("x",), [("<script>",)]))])
    assert "<b>" not in text.split("<body>")[1]
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r"https?://|src=\"(?!data:)", text + str(flicker("data:,", "data:,", "d")))


def test_numbers_are_short_and_gaps_are_dashes():
    values = (1.23456, 29373.0, float("nan"), "x")
    assert [number(value) for value in values] == ["1.235", "29373", "–", "x"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two runs of a still head, a T1w in the template's place, and patterns."""
    path = tmp_path_factory.mktemp("quality")
    write_bids(path / "bids")
    rng = np.random.default_rng(0)
    still = write_responses(path / "bids", rng.uniform(-0.03, 0.03, (3, *grid().shape)))
    runs = still_runs(path / "bids", path)
    space = native_space(still, grid())
    betas = estimate_patterns(runs, space, CONDITIONS, EventsConfig(), GLMConfig(noise="white"))
    betas.write(path / "betas.h5")
    signal = []
    for run in runs:
        series = still[space.mask] * (1 + 0.01 * rng.standard_normal((40, int(space.mask.sum()))))
        signal.append(str(path / f"{run.run_id}.h5"))
        run_quality(series.astype(np.float32), space.mask, grid().voxel_mm).write(signal[-1])
        write_confounds(
            run.confounds, np.cumsum(rng.normal(0, 0.01, (40, 6)), axis=0),
            {"std_dvars": np.r_[np.nan, np.ones(39)]},
        )  # fmt: skip
    write_volume(path / "mean.nii.gz", still, grid())
    template, brain, on = load_template()
    write_volume(path / "t1.nii.gz", template[::2, ::2, ::2], half(on))
    write_volume(path / "brain.nii.gz", brain[::2, ::2, ::2], half(on))
    write_affines(path / "coreg.txt", np.eye(4)[None])
    write_warp(path / "warp.nii.gz", Warp(np.zeros((2, 2, 2, 3), np.float32), half(on)))
    return path, runs, signal


def half(on):
    affine = on.affine.copy()
    affine[:3, :3] *= 2
    return type(on)(tuple(-(-n // 2) for n in on.shape), affine)


def job(folder, anatomy):
    path, runs, signal = folder
    files = SimpleNamespace(
        bold=[run.bold for run in runs],
        events=[run.events for run in runs],
        sidecars=list(runs[0].sidecars),
        motion=[run.motion for run in runs],
        confounds=[run.confounds for run in runs],
        betas=path / "betas.h5",
        signal=signal,
        mean=path / "mean.nii.gz",
        t1w=path / "t1.nii.gz" if anatomy else [],
        brain=path / "brain.nii.gz",
        coregistration=path / "coreg.txt",
        warp=path / "warp.nii.gz",
    )
    params = SimpleNamespace(
        runs=[run.run_id for run in runs],
        conditions=CONDITIONS,
        events={},
        glm={},
        quality={},
        reading={"trust_affine": None},
    )
    return participant_page("01", params, files)


def test_a_page_has_every_section_and_is_self_contained(folder):
    text, measures = job(folder, anatomy=True)
    titles = re.findall("<h2>(.*?)</h2>", text)
    assert titles == [
        "Measures",
        "Motion and signal over time",
        "T1w and brain mask",
        "EPI to T1w",
        "T1w to MNI152NLin2009aSym",
        "Limits of the normalisation",
        "Temporal signal-to-noise ratio",
        "Design",
        "Reliability of responses",
    ]
    assert text.count("data:image/") == 10
    assert not re.search(r"src=\"(?!data:)|https?://|<script", text)
    assert len(text) < 2_000_000
    assert measures["t1_template_correlation"] > 0.97
    assert 0 < measures["epi_t1_overlap"] < 1
    assert measures["min_median_tsnr"] == pytest.approx(100, rel=0.05)
    assert measures["mean_std_dvars"] == 1
    assert job(folder, anatomy=True)[0] == text


def test_a_native_page_shows_the_bold_reference(folder):
    text, measures = job(folder, anatomy=False)
    assert "BOLD reference and brain mask" in text
    assert "<h2>T1w" not in text
    assert "epi_t1_overlap" not in measures


def test_what_has_no_better_side_is_an_outlier_on_both():
    values = np.array([1500.0, 1510.0, 1490.0, 900.0, 2100.0])
    assert (badness(values, None)[3:] > 3.5).all()
    assert (badness(values, None)[:3] < 3.5).all()


def test_the_group_page_names_outliers_and_has_no_anatomy():
    frame = measured(mean_framewise_displacement_mm=[0.1, 0.12, 0.11, 0.13, 0.9])
    config = QualityConfig()
    text = group_page(*rank(frame, config), config)
    assert "sub-04: mean framewise displacement mm" in text
    assert text.count("data:image/") == 1
    assert text.count('class="number outlier"') == 1
    none = group_page(*rank(frame[:4], config), config)
    assert "None." in none


def test_the_first_volume_has_no_change_to_draw():
    names = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
    confounds = dict.fromkeys(names, np.zeros(5))
    confounds |= {"framewise_displacement": np.arange(5.0), "std_dvars": np.arange(5.0)}
    figure = run_figure(RunView("run-1", 2.0, confounds, [], None), 0.5)
    for axes in figure.axes[1:3]:
        assert_allclose(axes.lines[0].get_xdata(), [2, 4, 6, 8])
        assert_allclose(axes.lines[0].get_ydata(), [1, 2, 3, 4])
