"""``crossmodal group``: any participants' maps, from files as other programs write them."""

import json
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from scipy import stats

from crossmodal import cli
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.participant_maps import read_participant_maps
from crossmodal.inference.maps.one_sample import sign_prevalence
from crossmodal.inference.maps.smoothing import smoothed
from crossmodal.inference.maps.smoothness import fwhm_mm, odd_ones

SHAPE, AFFINE = (9, 8, 7), np.diag([-3.0, 3.0, 3.0, 1.0])
PLANTED = (slice(2, 5), slice(2, 5), slice(2, 5))


def write(path: Path, values: np.ndarray, affine: np.ndarray = AFFINE, code: int = 4) -> Path:
    image = nib.Nifti1Image(values.astype(np.float32), affine)
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    image.to_filename(path)
    return path


@pytest.fixture
def maps(tmp_path: Path) -> list[Path]:
    """Eight people: noise, and an effect in a cube; NaN in a corner, 0 in another (no data)."""
    rng, paths = np.random.default_rng(1), []
    for number in range(8):
        values = rng.normal(size=SHAPE)
        values[PLANTED] += 4
        values[:2, :2, :2] = np.nan
        values[-1, -1] = 0
        paths.append(write(tmp_path / f"con_{number:04d}.nii.gz", values))
    return paths


def run(maps: list[Path], out: Path, *more: str) -> int:
    return cli.main(["group", *map(str, maps), "--out", str(out), *more])


def test_the_planted_cube_is_found_and_t_is_scipys(
    maps: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "out"
    assert run(maps, out, "--n-permutations", "256") == 0
    data = np.stack([nib.load(path).get_fdata() for path in maps])
    t = Maps.read(out / "t.nii.gz").volume("map")
    tested = np.isfinite(t)
    assert not tested[0, 0, 0]
    assert not tested[-1, -1].any()
    expected = stats.ttest_1samp(data[:, tested], 0).statistic
    np.testing.assert_allclose(t[tested], expected, rtol=1e-5)
    for name in ("p_fwe", "p_tfce", "p_cluster_mass"):
        passed = Maps.read(out / f"{name}.nii.gz").volume("map") < 0.05
        assert passed[PLANTED].mean() > 0.8, name
        far = passed.copy()
        far[1:6, 1:6, 1:6] = False
        assert not far.any(), name
    facts = json.loads((out / "group.json").read_text())
    assert (facts["n_participants"], facts["exact"], facts["n_permutations"]) == (8, True, 256)
    record = json.loads((out / "record.json").read_text())
    assert len(record["inputs"]) == 8
    said = capsys.readouterr().out
    assert "8 participants" in said
    assert "256 all sign patterns" in said
    assert (out / "maps.png").stat().st_size > 10_000


def test_the_same_maps_give_the_same_bytes(maps: list[Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(maps, tmp_path / name, "--n-permutations", "64", "--statistics") == 0
    files = [path for path in sorted((tmp_path / "one").iterdir()) if path.is_file()]
    assert len(files) > 10
    for path in files:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_maps_of_this_program_keep_their_layers(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    paths = []
    for number in range(3):
        path = tmp_path / f"sub-{number}.nii.gz"
        values = rng.normal(size=(2, 8)).astype(np.float32)
        Maps(values, np.ones((2, 2, 2), bool), AFFINE, ("a", "b"), "z", "MNI152").write(path)
        paths.append(path)
    assert read_participant_maps(paths)[0].names == ("a", "b")


def refused(maps: list[Path], match: str) -> None:
    with pytest.raises(InputError, match=match):
        read_participant_maps(maps)


def test_one_map_twice_is_refused(maps: list[Path], tmp_path: Path) -> None:
    twin = tmp_path / "sub-99.nii.gz"
    shutil.copy(maps[3], twin)
    refused([*maps, twin], r"sub-99.*another participant's, got those of .*con_0003")


def test_other_grids_and_spaces_are_refused(maps: list[Path], tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(size=SHAPE)
    other = tmp_path / "other.nii.gz"
    refused([*maps, write(other, noise[:-1])], "other.nii.gz: grid: expected .9, 8, 7.")
    refused([*maps, write(other, noise, np.diag([3.0, 3, 3, 1]))], "other.nii.gz: affine")
    refused([*maps, write(other, noise, code=1)], "space: expected MNI152, .*got scanner")
    refused([*maps, write(other, noise, code=0)], "left and right are unknown")


def test_files_without_a_map_are_refused(maps: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other.nii.gz"
    refused([*maps, write(other, np.zeros(SHAPE))], "voxels with data .* got none")
    nib.Nifti1Image(np.ones(SHAPE, np.complex64), AFFINE).to_filename(other)
    refused([*maps, other], "data type: expected real numbers, got complex64")
    other.write_bytes(b"no image")
    refused([*maps, other], "other.nii.gz: content")
    refused([tmp_path / "none.nii"], "no such file")


def test_a_map_that_was_smoothed_otherwise_is_refused(
    maps: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    rng, paths = np.random.default_rng(4), []
    mask = np.ones((16, 16, 16), bool)
    for number in range(5):
        noise = rng.normal(size=(1, mask.size))
        wide = smoothed(noise, mask, np.full(3, 3.0), 12.0 if number == 3 else 4.0)
        paths.append(write(tmp_path / f"s{number}.nii.gz", wide.reshape(mask.shape)))
    widths = [fwhm_mm(one) for one in read_participant_maps(paths)]
    np.testing.assert_allclose(widths[0], 4.0, rtol=0.15)
    assert odd_ones(widths) == [3]
    assert run(paths, tmp_path / "out", "--n-permutations", "32", "--alpha", "0.2") == 2
    assert "s3.nii.gz: smoothness: expected within 2x of the median" in capsys.readouterr().err


def test_a_folder_with_files_is_not_written_into(
    maps: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert run(maps, tmp_path) == 2
    assert "a new or empty folder" in capsys.readouterr().err


def test_sign_prevalence_is_scipys_bound() -> None:
    data = np.array([[1.0, -1, 1], [2, -1, -1], [3, -1, 1], [1, -2, 1]])
    share, lower = sign_prevalence(data)
    np.testing.assert_allclose(share, [1, 0, 0.75])
    for column in range(3):
        test = stats.binomtest(int(share[column] * 4), 4, alternative="greater")
        bound = test.proportion_ci(0.95, "exact").low
        np.testing.assert_allclose(lower[column], bound, atol=1e-12)


def test_real_people_hear_words_in_superior_temporal_cortex(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Peaks of a plain loop; with all sign flips only the first of them passes .05 by max-t."""
    maps = sorted((shared / "data/words14").glob("*.nii"))
    out = tmp_path / "out"
    options = ("--n-permutations", "16384", "--statistics", "--space", "MNI152")
    assert run(maps, out, *options) == 0
    t = nib.load(out / "t.nii.gz")
    peaks = {(54, 12, -12): 9.0, (60, -24, -6): 6.6, (-60, -3, 0): 5.8, (-51, -27, 0): 5.4}
    for place, expected in peaks.items():
        voxel = np.rint(np.linalg.inv(t.affine) @ [*place, 1])[:3].astype(int)
        got = float(t.dataobj[(*voxel, 0)])
        np.testing.assert_allclose(got, expected, atol=0.06)
    p = Maps.read(out / "p_fwe.nii.gz").values
    assert 0.005 < np.nanmin(p) < 0.015
    rows = (out / "clusters.tsv").read_text().splitlines()
    assert len(rows) == 2, "one cluster"
    assert "\t54\t12\t-12\t" in rows[1]
