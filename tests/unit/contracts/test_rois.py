"""The table of ROI spheres."""

import numpy as np
import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rois import Roi, read_rois

HEADER = "name\themisphere\tx_mm\ty_mm\tz_mm\tradius_mm\tcertainty\tsource\n"
ROW = "FFA\tR\t42\t-52\t-18\t8\tconventional\tsomewhere\n"


def write(tmp_path, text):
    path = tmp_path / "rois.tsv"
    path.write_text(text)
    return path


def test_the_study_s_table_has_both_hemispheres_of_every_region(root):
    rois = read_rois(root / "resources" / "rois.tsv")
    names = {roi.name for roi in rois}
    assert names >= {"V1", "A1", "FFA", "STG", "pSTS", "TPJ", "amygdala", "insula"}
    for name in names:
        sides = {roi.hemisphere: roi.centre_mm[0] for roi in rois if roi.name == name}
        assert sides["L"] < 0 < sides["R"]


def test_a_sphere_contains_points_at_exactly_its_radius():
    roi = Roi("X", "R", (10.0, 0.0, 0.0), 9.0, "", "here")
    points = np.array([[19.0, 0, 0], [19.01, 0, 0], [10, 0, 0]])
    assert roi.contains(points).tolist() == [True, False, True]


def test_nine_mm_at_three_mm_voxels_is_123_voxels():
    grid = 3.0 * np.stack(np.meshgrid(*(np.arange(-5, 6),) * 3), axis=-1)
    assert Roi("X", "R", (0.0, 0.0, 0.0), 9.0, "", "here").contains(grid).sum() == 123


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\tx_mm\nFFA\t1\n", r"columns: expected .* got no \['hemisphere'"),
        (HEADER, "rows: expected at least one sphere, got none"),
        (HEADER + ROW.replace("42", "x"), "line 2, x_mm: expected a number, got 'x'"),
        (HEADER + ROW.replace("\t8\t", "\t0\t"), "radius_mm: expected a positive number, got 0"),
        (HEADER + ROW.replace("\tR\t", "\tright\t"), "hemisphere: expected L or R, got 'right'"),
        (HEADER + ROW.replace("somewhere", ""), "source: expected where .* got nothing"),
        (HEADER + ROW + ROW, r"each sphere once, got \('FFA', 'R'\) twice"),
    ],
)
def test_bad_tables_are_named(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_rois(write(tmp_path, text))


def test_a_missing_table_is_named():
    with pytest.raises(InputError, match="nowhere.tsv: file: .* no such file"):
        read_rois("nowhere.tsv")
