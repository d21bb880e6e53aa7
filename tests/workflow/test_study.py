"""The smallest complete study, from clips and scans to figures."""

import getpass
import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rocrate_validator import services

from crossmodal.contracts.dictionary import header, undescribed
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.rois import read_rois
from crossmodal.provenance.crate import seed_context_cache
from crossmodal.provenance.embedded import embedded_ids
from crossmodal.provenance.seals import is_printed
from tests.workflow.changes import flip_last_byte
from tests.workflow.sandbox import sandbox
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


# Emotion moves faces and voices, so that features resemble each other and a region answers to all
# three; the one that was planted there must win.
@pytest.mark.parametrize("layer", PLANTED)
def test_planted_feature_beats_the_others_in_its_regions(finished_study: Study, layer: str) -> None:
    maps = Maps.read(finished_study.folder / "results-test/group/planted/features/mean.nii.gz")
    points = np.argwhere(maps.mask) @ maps.affine[:3, :3].T + maps.affine[:3, 3]
    for roi in read_rois(finished_study.folder / "resources/rois.tsv"):
        if roi.name in PLANTED[layer]:
            means = np.nanmean(maps.values[:, roi.contains(points)], axis=1)
            best = maps.names[int(np.argmax(means))]
            assert best == layer, (
                f"{roi.name} {roi.hemisphere}: {dict(zip(maps.names, means, strict=True))}"
            )


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


def test_the_preset_of_the_networks_is_in_a_figures_provenance(finished_study: Study) -> None:
    sidecar = finished_study.folder / "results-test/figures/fig2_rdms.prov.json"
    jobs = json.loads(sidecar.read_text())["jobs"]
    presets = {
        job["rule"]: job["params"]["family"]["preset"] for job in jobs if "family" in job["params"]
    }
    assert presets == dict.fromkeys(("pretrain", "tune", "compute_layer_rdms"), "mini")


def test_the_papers_pattern_of_identity_and_gradients_holds(finished_study: Study) -> None:
    """Hardly trained as they are, these networks show it; emotion and sentence need the mini-study
    (test_mini_study.py)."""
    table = pd.read_csv(finished_study.folder / "results-test/tables/pattern.tsv", sep="\t")
    assert set(table.regime) == {"emotion", "identity"}
    expected = table[(table.regime == "identity") | table.check.str.startswith("gradient_")]
    assert len(expected) == 3 + 3 + 4
    assert expected.holds.all(), expected[~expected.holds]


def test_figures_are_verified_and_traced_to_raw_files(finished_study: Study) -> None:
    result = finished_study.crossmodal("audit", "--json")
    verdicts = json.loads(result.stdout)
    assert result.returncode == 0
    assert len(verdicts) >= 4
    assert all(verdict["verified"] for verdict in verdicts)


def test_crate_of_the_study_is_valid(finished_study: Study, tmp_path: Path) -> None:
    """The config may lie anywhere."""
    config = tmp_path / "mine.yaml"
    shutil.copy(finished_study.folder / finished_study.config, config)
    result = Study(finished_study.folder, str(config)).crossmodal("crate")
    assert result.returncode == 0, result.stderr
    assert (finished_study.folder / "results-test/crate/config/mine.yaml").is_file()
    seed_context_cache(tmp_path / "cache")
    settings = services.ValidationSettings(
        rocrate_uri=str(finished_study.folder / "results-test/crate"),
        profile_identifier="provenance-run-crate-0.5",
        requirement_severity="REQUIRED",
        offline=True,
        cache_path=str(tmp_path / "cache"),
    )
    issues = services.validate(settings).get_issues()
    assert [issue.message for issue in issues] == []


def test_every_printed_table_has_words_for_its_columns(finished_study: Study) -> None:
    results = finished_study.folder / "results-test"
    tables = [path for path in results.rglob("*.tsv")
              if is_printed(path.as_posix(), results) and "crate" not in path.parts]  # fmt: skip
    assert len(tables) > 30
    for path in tables:
        columns, sidecar = header(path), json.loads(path.with_suffix(".json").read_text())
        assert list(sidecar) == sorted(["Caption", *columns])
        assert undescribed(path.relative_to(results).as_posix(), columns) == []


def test_an_edited_peak_of_the_cluster_table_fails_the_audit(finished_study: Study) -> None:
    table = "results-test/group/clusters.tsv"
    with sandbox(finished_study) as box:
        box.rewrite(table, flip_last_byte)
        whole, alone = (finished_study.crossmodal("audit", *one) for one in ((), (table,)))
        lineage = finished_study.crossmodal("lineage", table).stdout
    assert (whole.returncode, alone.returncode) == (1, 1)
    assert f"{table}: output, since rule correct_over_sets" in whole.stdout
    assert "changed: " in lineage.splitlines()[0]
    assert finished_study.crossmodal("audit", table).returncode == 0


def other_letter(content: bytes) -> bytes:
    """One byte changed, so that JSON stays JSON."""
    return content.replace(b"draw_rdms", b"drew_rdms", 1)


@pytest.mark.parametrize(
    ("path", "change", "kind", "rule"),
    [
        ("results-test/simulated/truth/actor-01_features.tsv", flip_last_byte, "output",
         "simulate_clips"),
        ("results-test/simulated/clips/Actor_01/*.mp4", flip_last_byte, "output",
         "simulate_clips"),
        ("resources/rois.tsv", flip_last_byte, "raw input", "simulate_participant"),
        ("results-test/rdms/cross_channel/emotion.h5", flip_last_byte, "output",
         "compute_layer_rdms"),
        ("results-test/figures/fig2_rdms.png", flip_last_byte, "figure", "draw_rdms"),
        ("results-test/figures/fig2_rdms.prov.json", other_letter, "sidecar edited",
         "write_lineage"),
        ("results-test/provenance/records/draw_rdms/all.json", other_letter, "record edited",
         "draw_rdms"),
        ("results-test/provenance/records/write_lineage/all.json", other_letter, "record edited",
         "write_lineage"),
        ("workflow/scripts/draw_rdms.py", flip_last_byte, "code", "draw_rdms"),
    ],
)  # fmt: skip
def test_one_changed_byte_is_found_and_named(
    finished_study: Study, path: str, change: Callable[[bytes], bytes], kind: str, rule: str
) -> None:
    figure = "fig4_searchlight" if "rois" in path or "truth" in path else "fig2_rdms"
    with sandbox(finished_study) as box:
        changed = box.path(path).relative_to(finished_study.folder).as_posix()
        box.rewrite(path, change)
        result = finished_study.crossmodal("audit", figure, "--json")
    (verdict,) = json.loads(result.stdout)
    assert result.returncode == 1
    assert (changed, kind, rule) in {
        (finding["path"], finding["kind"], finding["rule"]) for finding in verdict["findings"]
    }


def test_why_names_the_job_and_its_reason(finished_study: Study) -> None:
    assert "Nothing would run" in finished_study.crossmodal("why").stdout
    with sandbox(finished_study) as box:
        box.append("workflow/scripts/draw_rdms.py", "X = 1\n")
        whole = finished_study.crossmodal("why").stdout
        rule = finished_study.crossmodal("why", "draw_rdms").stdout
        other = finished_study.crossmodal("why", "results-test/figures/fig1_architecture.pdf")
    for said in (whole, rule):
        assert "draw_rdms" in said
        assert "code workflow/scripts/draw_rdms.py changed" in said
        assert "record" not in said, "the guard's own bookkeeping is no cause"
    assert "Nothing would run" in other.stdout


def test_figure_is_rebuilt_from_raw_data_with_the_same_bytes(finished_study: Study) -> None:
    result = finished_study.crossmodal("audit", "--recompute", "fig1_architecture", "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    (verdict,) = json.loads(result.stdout)
    assert verdict["recomputed"] == {"differ": []}


def test_recomputation_finds_a_figure_that_other_code_draws(finished_study: Study) -> None:
    with sandbox(finished_study) as box:
        box.append("workflow/scripts/draw_architecture.py", "# another id\n")
        result = finished_study.crossmodal("audit", "--recompute", "fig1_architecture", "--json")
    (verdict,) = json.loads(result.stdout)
    assert result.returncode == 1
    assert len(verdict["recomputed"]["differ"]) == 3
    (reason,) = verdict["recomputed"]["because"]
    assert reason.startswith("code: workflow/scripts/draw_architecture.py was ")


@pytest.mark.full
def test_figure_of_scans_and_networks_is_rebuilt_with_the_same_bytes(
    finished_study: Study,
) -> None:
    result = finished_study.crossmodal("audit", "--recompute", "fig4_searchlight", "--json")
    (verdict,) = json.loads(result.stdout)
    assert verdict["recomputed"] == {"differ": []}, result.stdout


def test_report_of_the_study_is_small_and_complete(finished_study: Study) -> None:
    result = finished_study.crossmodal("report")
    assert result.returncode == 0, result.stderr
    folder = finished_study.folder / "results-test/report"
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size <= 25e6
    page = (folder / "index.html").read_text()
    for path in (finished_study.folder / "results-test/figures").glob("*.png"):
        assert f'<figure id="{path.stem}">' in page
    for name in ("story", "accuracy", "families", "brain", "rdms", "provenance"):
        assert f'<section id="{name}"' in page


def test_snakemakes_own_report_has_a_caption_for_every_figure(finished_study: Study) -> None:
    finished_study.snakemake("--report", "snakemake-report.html")
    page = (finished_study.folder / "snakemake-report.html").read_text(encoding="utf-8")
    figures = sorted((finished_study.folder / "results-test/figures").glob("*.png"))
    assert len(figures) >= 12
    for path in figures:
        entry = re.search(
            rf'"results-test/figures/{path.name}": {{.*?"caption": "(.*?)", "mime', page
        )
        assert entry, path.name
        assert entry[1].startswith("<p><strong>")


def test_records_tell_nothing_about_the_machine(pristine_study: Study) -> None:
    """Nor about the folder in which the study was run, which this worker's copy is not."""
    records = sorted((pristine_study.folder / "results-test/provenance/records").rglob("*.json"))
    assert len(records) > 50
    names = {platform.node(), getpass.getuser()}
    for path in records:
        text = path.read_text()
        assert str(pristine_study.folder) not in text, path.name
        assert str(Path.home()) + "/" not in text, path.name
        assert not set(re.findall(r"[\w.-]+", text)) & names, path.name


@pytest.mark.parametrize("folder", ["simulated/bids", "derivatives"])
def test_scans_and_derivatives_are_valid_bids(finished_study: Study, folder: str) -> None:
    validator = Path(sys.executable).with_name("bids-validator-deno")
    where = finished_study.folder / "results-test" / folder
    command = [validator, where, "--format", "json", "--ignoreWarnings"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    issues = json.loads(result.stdout)["issues"]["issues"]
    assert issues == []


def test_derivatives_name_their_maker_and_their_source(finished_study: Study) -> None:
    folder = finished_study.folder / "results-test/derivatives"
    description = json.loads((folder / "dataset_description.json").read_text())
    assert description["GeneratedBy"][0]["Name"] == "crossmodal"
    assert (folder / description["SourceDatasets"][0]["URL"] / "participants.tsv").is_file()


def test_figure_id_is_in_every_file_of_every_figure(finished_study: Study) -> None:
    sidecars = sorted((finished_study.folder / "results-test/figures").glob("*.prov.json"))
    assert len(sidecars) >= 12
    for path in sidecars:
        content = json.loads(path.read_text())
        for file in content["files"]:
            assert embedded_ids(finished_study.folder / file) == [content["figure_id"]], file
