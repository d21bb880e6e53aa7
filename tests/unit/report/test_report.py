"""The report's data: quantised values, lineage graphs, captions, anatomy left out, small pages."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from crossmodal.contracts.atomic import write_json
from crossmodal.contracts.corrections import CORRECTIONS
from crossmodal.contracts.errors import InputError
from crossmodal.provenance.audit import Finding, Verdict
from crossmodal.provenance.record import sealed
from crossmodal.report import brain_data, build, captions, content
from crossmodal.report.build import build_report, page_content
from crossmodal.report.families import families_content
from crossmodal.report.lineage_data import RAW, lineage_data, rule_graph
from crossmodal.report.packing import pack, quantise
from crossmodal.study.validate import build_study
from tests.unit import report_study


@settings(deadline=None)
@given(hnp.arrays(np.float64, 20, elements=st.floats(-1, 1)))
def test_quantised_values_are_within_half_a_step(values: np.ndarray) -> None:
    packed = quantise(values, -1, 1)
    np.testing.assert_allclose(packed.values(), values, atol=packed.step / 2 + 1e-12)
    assert packed.codes.max() <= 254


def rebuilt() -> Path:
    """The report of the small study, written anew."""
    return build_report(build_study(report_study.CONFIG), {})


def test_missing_values_stay_missing_and_zero_stays_zero() -> None:
    packed = quantise(np.array([np.nan, 0.0, 5.0]), -2, 2)
    np.testing.assert_allclose(packed.values(), [np.nan, 0.0, 2.0])


def test_packing_is_gzip_in_base64_without_a_date() -> None:
    codes = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert gzip.decompress(base64.b64decode(pack(codes))) == bytes(range(12))
    assert pack(codes) == pack(codes.copy())


def test_p_is_never_rounded_towards_significance() -> None:
    p = np.random.default_rng(0).uniform(size=2000)
    levels = brain_data.p_levels(p)
    shown = levels[brain_data.p_codes(p, levels)]
    assert len(levels) <= 254
    assert (shown >= p - 1e-7).all()
    few = np.array([0.01, 0.5, np.nan])
    assert brain_data.p_codes(few, brain_data.p_levels(few)).tolist() == [0, 1, 255]


def test_group_data_holds_the_maps_values() -> None:
    result = report_study.group()
    arms = dict(zip(report_study.LAYERS, report_study.ARMS, strict=True))
    data = brain_data.group_data(result, arms)
    codes = np.frombuffer(
        gzip.decompress(base64.b64decode(data["layers"][1]["mean"])), dtype=np.uint8
    )
    limit = data["limits"]["mean"]
    shown = -limit + codes.astype(np.float64) * 2 * limit / 254
    np.testing.assert_allclose(shown, result.maps["mean"].values[1], atol=limit / 254)
    assert [layer["arm"] for layer in data["layers"]] == list(report_study.ARMS)
    assert data["clusters"][0]["peak_x_mm"] == -40


def job(rule: str, given: list[str], made: list[str]) -> dict:
    return {"rule": rule, "inputs": dict.fromkeys(given, "0"), "outputs": dict.fromkeys(made, "0")}


def test_arrows_of_the_graph_point_right() -> None:
    jobs = [
        job("draw", ["betas", "rdms"], ["figure"]),
        job("rsa", ["weights"], ["rdms"]),
        job("glm", ["bold-1"], ["betas"]),
        job("train", ["clip", "other clip"], ["weights"]),
    ]
    graph = rule_graph(jobs)
    column = {node["name"]: node["column"] for node in graph["nodes"]}
    assert column == {RAW: 0, "glm": 1, "train": 1, "rsa": 2, "draw": 3}
    assert all(column[a] < column[b] for a, b in graph["edges"])
    assert {node["name"]: node["n"] for node in graph["nodes"]}[RAW] == 3


def test_doubt_falls_on_the_job_with_that_file_not_on_its_rule() -> None:
    empty = {"wildcards": {}, "inputs": {}, "code": {}, "versions": {}, "git": {}}
    jobs = [
        empty | {"rule": "glm", "record": f"{sub}.json", "record_digest": "", "outputs": {sub: ""}}
        for sub in ("sub-01", "sub-02")
    ]
    content = {"figure": "f", "figure_id": "", "files": {}, "jobs": jobs, "raw_inputs": {}}
    verdict = Verdict("f", "", 2, 2, [Finding("sub-02", "output", "glm", "a", "b")])
    figures, entries = lineage_data([content], [verdict])
    assert figures["f"]["doubts"] == {"glm": ["output: sub-02"]}
    assert entries["sub-01.json"]["doubts"] == []
    assert entries["sub-02.json"]["doubts"] == ["output: sub-02"]


def test_caption_takes_its_numbers_from_the_record(tmp_path: Path) -> None:
    path = tmp_path / "fig.rst"
    path.write_text("**Title & more.** n = {{ snakemake.params.n }}")
    made = {"params": {"n": 8}, "wildcards": {}, "inputs": {}, "rule": "draw"}
    html = captions.caption_html(path, made)
    assert "<strong>Title &amp; more.</strong> n = 8" in html
    assert content.title(html) == "Title & more"
    with pytest.raises(InputError, match="template: expected parameters"):
        captions.caption_html(path, made | {"params": {}})


def map_caption(root: Path, figure: str, over: str = "voxels", **group: object) -> str:
    test = {"test": "sign_flip", "alternative": "greater", "alpha": 0.05, "n_permutations": 256}
    search = {"radius_mm": 8, "distance": "correlation", "comparison": "spearman"}
    params = {
        "corrected_over": over,
        "group": test | group,
        "searchlight": search,
        "n_participants": 8,
        "seed": 1,
    }
    made = {"params": params, "wildcards": {"figure": figure}, "inputs": {}, "rule": "draw_maps"}
    path = root / "workflow/report/draw_maps.rst"
    return " ".join(captions.caption_html(path, made).split())


@pytest.mark.parametrize(
    ("over", "words"), [(name, words) for name, (_, words) in CORRECTIONS.items()]
)
def test_caption_of_maps_says_what_the_outline_is_corrected_over(root, over, words) -> None:
    said = map_caption(root, "fig4_searchlight", over)
    assert f"family-wise error corrected over {words} by max-T, 256 sign patterns" in said


@pytest.mark.parametrize("figure", ["fig4_searchlight", "figS2_models"])
def test_caption_of_maps_says_whether_they_were_smoothed(root: Path, figure: str) -> None:
    said = map_caption(root, figure, smoothing_mm=6.0)
    assert (
        "n = 8 participants, whose maps were smoothed by 6.0 mm (FWHM) before the test. Opacity"
        in said
    )
    for group in ({}, {"smoothing_mm": 0}):
        assert "smoothed" not in map_caption(root, figure, **group)


def test_story_says_whether_maps_were_smoothed() -> None:
    config = build_study(report_study.CONFIG)
    facts = {"n_participants": 8, "test": "sign_flip", "n_permutations": 256, "seed": 1}
    facts |= {"alternative": "greater", "smallest_p": 0.004}
    said = content.story(config, None, facts | {"smoothing_mm": 6.0})
    assert "Participants' maps smoothed by 6 mm (FWHM) before the test." in said
    assert "smoothed" not in " ".join(content.story(config, None, facts | {"smoothing_mm": 0.0}))


@pytest.mark.parametrize(("comparison", "ranked"), [("tau_a", True), ("pearson", False)])
def test_caption_of_variance_says_what_stands_in(root: Path, comparison: str, ranked: bool) -> None:
    params = {"n_participants": 8, "figure": {"source": "ensemble"}, "seed": 1}
    params |= {"inference": {"comparison": comparison}}
    made = {"params": params, "wildcards": {}, "inputs": {}, "rule": "plot_roi"}
    said = captions.caption_html(root / "workflow/report/roi_variance.rst", made)
    text = " ".join(said.split())
    assert ("compared by tau_a; for the parts RDMs are ranked, as for Spearman." in text) == ranked


def test_caption_is_that_of_the_figure_else_of_its_rule(tmp_path: Path) -> None:
    made = {"rule": "draw", "wildcards": {"regime": "gender"}}
    with pytest.raises(InputError, match="caption: expected a caption"):
        captions.caption_source(tmp_path, "fig_gender_x", made)
    for name in ("draw", "fig_x", "fig_gender_x"):
        (tmp_path / f"{name}.rst").write_text("x")
        assert captions.caption_source(tmp_path, "fig_gender_x", made).stem == name


def test_figures_over_a_participants_head_are_left_out() -> None:
    head = {"jobs": [{"inputs": {"results/derivatives/sub-02/func/sub-02_boldref.nii.gz": "0"}}]}
    group = {"jobs": [{"inputs": {"results/group/a/b/mean.nii.gz": "0"}}]}
    assert content.shows_anatomy(head)
    assert not content.shows_anatomy(group)


def test_numbered_figures_come_first() -> None:
    names = ["contact_sheet", "mrpn_accuracy", "families_similarity", "figS1_accuracy",
             "roi_models", "fig2_rdms", "fig1_architecture"]  # fmt: skip
    assert content.in_reading_order(names) == names[::-1]


def test_every_caption_states_n_test_correction_and_seed(root: Path) -> None:
    without_data = {"fig1_architecture"}
    for path in sorted((root / "workflow/report").glob("*.rst")):
        text = " ".join(path.read_text().split())
        no_test = re.search(r"\bno (random number, no )?test\b", text, re.IGNORECASE)
        corrected = re.search(r"corrected|family-wise|false discovery", text)
        assert no_test or corrected, path.name
        assert "seed" in text.lower() or "random number" in text, path.name
        n = re.search(r"\bn = |n_clips|n_participants|n_seeds|n_actors|\.actors", text)
        assert n or path.stem in without_data, path.name


@pytest.fixture(scope="module")
def study(tmp_path_factory, root: Path):
    """A study with three figures and the report of it; the work dir is that study's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("study")
        patch.chdir(folder)
        (folder / "workflow").mkdir()
        (folder / "workflow/report").symlink_to(root / "workflow/report")
        report_study.write_study(root)
        yield rebuilt()


def links(page: Path) -> list[str]:
    return re.findall(r'<a href="([^"#]+)" download>', page.read_text())


@pytest.mark.parametrize("gone", ["searchlight", "stimuli"])
def test_results_of_blocks_that_the_config_no_longer_has_stop_no_report(
    study: Path, gone: str
) -> None:
    del study
    whole = build_study(report_study.CONFIG)
    now = replace(whole, **{gone: None})
    folder = Path(whole.study.results_dir, "report")
    story = page_content(now, folder, [])["story"]
    assert set(story) < set(page_content(whole, folder, [])["story"])


def test_tables_of_regions_that_the_config_no_longer_has_stop_no_report(tmp_path: Path) -> None:
    (tmp_path / "roi").mkdir()
    for name in ("models", "pairs"):
        (tmp_path / f"roi/{name}.tsv").write_text("model\tregion\n")
    study = replace(build_study(report_study.CONFIG), roi=None)
    assert families_content(study, tmp_path)["regions"] == []


def test_a_page_that_is_too_large_to_send_says_so(
    study: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rebuilt()
    assert "larger than" not in caplog.text
    monkeypatch.setattr(build, "LARGE_BYTES", 1e3)
    build_report(build_study(report_study.CONFIG), {}, embed_files=True)
    assert "larger than 0 MB; without --embed" in caplog.text
    rebuilt()


def test_downloads_are_links_into_the_results_or_copies_beside_the_page(study: Path) -> None:
    found = links(study)
    assert "../group/cross_channel/emotion/p_fwe_study.nii.gz" in found
    assert "../tables/accuracy.tsv" in found
    assert all((study.parent / link).is_file() for link in found)
    copies = build_report(build_study(report_study.CONFIG), {}, embed_files=True)
    for link, copy in zip(found, links(copies), strict=True):
        assert copy == link.replace("../", "files/")
        assert (study.parent / copy).read_bytes() == (study.parent / link).read_bytes()
    index = (study.parent / "data/index.js").read_text()
    assert '"files":"files/"' in index
    rebuilt()
    assert not (study.parent / "files").exists()


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_builds_give_equal_bytes(study: Path) -> None:
    before = files_of(study.parent)
    rebuilt()
    assert files_of(study.parent) == before


def test_shown_hash_is_the_files(study: Path) -> None:
    shown = dict(re.findall(r'data-sha256="(\w+)">(\w{64})<', study.read_text()))
    assert set(shown) == {"fig1_architecture", "fig2_rdms", "fig3_layer_similarity"}
    for name, digest in shown.items():
        for folder in (study.parent / "figures", Path("results/figures")):
            assert hashlib.sha256((folder / f"{name}.png").read_bytes()).hexdigest() == digest


class Page(HTMLParser):
    """Collects what the page loads, its ids, links to ids, and pictures without a text."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded, self.ids, self.anchors, self.textless = [], set(), [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(given["id"])
        target = given.get("src") or given.get("href") or ""
        (self.anchors if target.startswith("#") else self.loaded).append(target)
        if tag == "img" and not given.get("alt"):
            self.textless.append(target)


def test_page_loads_only_files_of_its_folder(study: Path) -> None:
    page = Page()
    page.feed(study.read_text())
    for target in filter(None, page.loaded):
        assert target == "data:," or (study.parent / target).is_file(), target
    assert {anchor[1:] for anchor in page.anchors if anchor} <= page.ids
    assert not page.textless
    for path in (study.parent / "assets").iterdir():
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", path.read_text()), path


def test_a_tampered_file_is_in_doubt_on_the_page(study: Path) -> None:
    path = Path("results/rdms/cross_channel/emotion.h5")
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    try:
        figures = json.loads(
            re.sub(r'^crossmodal\.receive\("figures",|\);\n$', "",
                   (rebuilt().parent / "data/figures.js").read_text())
        )  # fmt: skip
        assert not figures["fig2_rdms"]["verified"]
        assert figures["fig1_architecture"]["verified"]
    finally:
        path.write_bytes(before)
        rebuilt()


def test_a_figure_over_a_participants_head_never_enters_the_report(study: Path) -> None:
    path = Path("results/figures/fig3_layer_similarity.prov.json")
    before = path.read_bytes()
    content_ = json.loads(before)
    content_["jobs"][0]["inputs"]["results/derivatives/sub-02/func/sub-02_boldref.nii.gz"] = "0"
    write_json(path, sealed(content_))
    try:
        page = rebuilt()
        files = {file.name for file in page.parent.rglob("*")}
        assert "fig2_rdms.png" in files
        assert not any("fig3" in name for name in files)
        note = "a participant's anatomy is their background: fig3_layer_similarity"
        assert note in page.read_text()
    finally:
        path.write_bytes(before)
        rebuilt()


def test_a_study_without_figures_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="figures: expected at least one"):
        build_report(build_study({"study": {"name": "x", "results_dir": str(tmp_path)}}), {})
