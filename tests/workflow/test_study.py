"""The smallest complete study, from clips and scans to figures."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.rois import read_rois
from tests.workflow.study import Study

pytestmark = pytest.mark.workflow
PLANTED = {"visual": ("FFA",), "vocal": ("STG",), "emotion": ("pSTS", "TPJ")}
# A searchlight sees a planted voxel from its radius away; registration may be off by 4 mm.
REACH_MM = 12.0 + 4.0


def significant(study: Study, layer: str) -> tuple[np.ndarray, np.ndarray]:
    """MNI coordinates (voxel, 3) of the group's voxels and which have p_fwe < .05."""
    maps = Maps.read(study.folder / "results-test/group/planted/features/p_fwe.nii.gz")
    points = np.argwhere(maps.mask) @ maps.affine[:3, :3].T + maps.affine[:3, 3]
    return points, maps.values[maps.names.index(layer)] < 0.05


def test_every_figure_has_its_files_and_sidecar(finished_study: Study) -> None:
    figures = finished_study.folder / "results-test/figures"
    for name in ("fig1_architecture", "fig2_rdms", "fig3_layer_similarity", "fig4_searchlight"):
        for suffix in ("pdf", "png", "prov.json"):
            assert (figures / f"{name}.{suffix}").stat().st_size > 1000, f"{name}.{suffix}"


def test_derivatives_are_valid_bids(finished_study: Study) -> None:
    validator = Path(sys.executable).with_name("bids-validator-deno")
    folder = finished_study.folder / "results-test/derivatives"
    command = [validator, folder, "--format", "json", "--ignoreWarnings"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(result.stdout)["issues"]["issues"] == []
    assert (folder / "sub-01/func/sub-01_task-emotion_run-1_boldref.json").is_file()


def test_quality_pages_are_there_and_only_local_ones_show_anatomy(finished_study: Study) -> None:
    folder = finished_study.folder / "results-test/quality"
    pages = sorted(folder.glob("sub-*.html"))
    assert len(pages) == 6
    assert all("T1w and brain mask" in page.read_text() for page in pages)
    group = (folder / "participants.html").read_text()
    assert "brain mask" not in group
    assert all(f"sub-{i:02d}" in group for i in range(1, 7))


def test_a_second_run_does_nothing(finished_study: Study) -> None:
    assert "Nothing to be done" in finished_study.snakemake().stdout


@pytest.mark.parametrize("layer", PLANTED)
def test_planted_effect_is_recovered_in_its_regions(finished_study: Study, layer: str) -> None:
    points, found = significant(finished_study, layer)
    for roi in read_rois(finished_study.folder / "resources/rois.tsv"):
        if roi.name in PLANTED[layer]:
            assert found[roi.contains(points)].any(), f"{layer} not found in {roi.name}"


# The generator's face and voice parameters follow the emotion, so that a planted region may
# answer to another feature, too; far from all planted regions nothing may.
@pytest.mark.parametrize("layer", PLANTED)
def test_planted_effect_is_absent_elsewhere(finished_study: Study, layer: str) -> None:
    points, found = significant(finished_study, layer)
    rois = read_rois(finished_study.folder / "resources/rois.tsv")
    planted = {name for names in PLANTED.values() for name in names}
    near = np.any(
        [roi.distance_mm(points) <= roi.radius_mm + REACH_MM for roi in rois
         if roi.name in planted],
        axis=0,
    )  # fmt: skip
    assert not found[~near].any(), f"{layer}: {found[~near].sum()} voxels far from any region"


@pytest.mark.parametrize(
    ("layer", "region", "elsewhere"),
    [("visual_conv1", "FFA", "TPJ"), ("auditory_conv1", "STG", "V1")],
)
def test_layers_of_an_arm_are_found_where_its_features_were_planted(
    finished_study: Study, layer: str, region: str, elsewhere: str
) -> None:
    folder = finished_study.folder / "results-test/group/cross_channel/emotion"
    maps = Maps.read(folder / "p_fwe.nii.gz")
    points = np.argwhere(maps.mask) @ maps.affine[:3, :3].T + maps.affine[:3, 3]
    p_fwe = maps.values[maps.names.index(layer)]
    for roi in read_rois(finished_study.folder / "resources/rois.tsv"):
        if roi.name == region:
            assert np.nanmin(p_fwe[roi.contains(points)]) < 0.05
        if roi.name == elsewhere:
            assert np.nanmin(p_fwe[roi.contains(points)]) >= 0.05


def test_all_29_layers_have_rdms_that_rsatoolbox_reads(finished_study: Study) -> None:
    rdms = ModelRDMs.read(finished_study.folder / "results-test/rdms/cross_channel/emotion.h5")
    layers = rdms.select("ensemble").layers
    assert len(layers) == 29
    assert layers[0] == "visual_conv1"
    assert layers[-1] == "crossmodal_dense"


def test_figures_are_verified_and_traced_to_raw_files(finished_study: Study) -> None:
    result = finished_study.crossmodal("audit", "--json")
    verdicts = json.loads(result.stdout)
    assert result.returncode == 0
    assert len(verdicts) >= 4
    assert all(verdict["verified"] for verdict in verdicts)


def test_one_changed_byte_of_a_raw_file_is_found_by_the_audit(finished_study: Study) -> None:
    clips = finished_study.folder / "results-test/simulated/clips"
    clip = sorted(clips.glob("Actor_01/*.mp4"))[0]
    before = clip.read_bytes()
    clip.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    try:
        result = finished_study.crossmodal("audit", "fig2_rdms", "--json")
    finally:
        clip.write_bytes(before)
    (verdict,) = json.loads(result.stdout)
    assert result.returncode == 1
    assert clip.name in {Path(finding["path"]).name for finding in verdict["findings"]}


def test_records_tell_nothing_about_the_machine(finished_study: Study) -> None:
    records = sorted((finished_study.folder / "results-test/provenance/records").rglob("*.json"))
    assert len(records) > 50
    for path in records:
        text = path.read_text()
        assert str(finished_study.folder) not in text, path.name
        assert str(Path.home()) + "/" not in text, path.name


def test_figure_id_is_in_the_png(finished_study: Study) -> None:
    figures = finished_study.folder / "results-test/figures"
    identity = json.loads((figures / "fig2_rdms.prov.json").read_text())["figure_id"]
    assert identity.encode() in (figures / "fig2_rdms.png").read_bytes()
