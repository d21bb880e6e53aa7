"""The report in a real headless Chromium: no errors, no network, explorers that answer."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from crossmodal.contracts.atomic import write_json
from crossmodal.provenance.record import sealed
from crossmodal.report.build import build_report
from crossmodal.study.validate import build_study
from tests.unit import report_study

selenium = pytest.importorskip("selenium", reason="needs selenium")
from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.select import Select  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

pytestmark = pytest.mark.slow
PHONE = (390, 844)


@pytest.fixture(scope="module")
def page_path(tmp_path_factory, root: Path):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("study")
        patch.chdir(folder)
        (folder / "workflow").mkdir()
        (folder / "workflow/report").symlink_to(root / "workflow/report")
        report_study.write_study(root)
        yield build_report(build_study(report_study.CONFIG), {}).resolve()


@pytest.fixture(scope="module")
def browser():
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        assert not os.environ.get("REQUIRE_BROWSER"), "CI needs chromium and chromedriver"
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    # The page scrolls smoothly; a pointer that moves meanwhile would miss what it aims at.
    still = "force-prefers-reduced-motion"
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", still):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield running
    running.quit()


def theme(browser, name: str) -> None:
    """What the system says that it prefers: 'light' or 'dark'."""
    features = [{"name": "prefers-color-scheme", "value": name}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.fixture
def phone(page):
    """The page on a phone."""
    size = {"width": PHONE[0], "height": PHONE[1], "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield page
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture(scope="module")
def page(browser, page_path: Path):
    """The page, with every section loaded and its log of requests read."""
    browser.get_log("performance")
    browser.set_window_size(1280, 900)
    browser.get(page_path.as_uri())
    for name in ("brain", "rdms", "provenance"):
        section(browser, name)
    return browser


def hover(browser, element, offset: tuple[int, int]) -> None:
    """Move the pointer to ``offset`` pixels from the centre of an element brought into view."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    ActionChains(browser).move_to_element_with_offset(element, *offset).perform()


def section(browser, name: str):
    element = browser.find_element(By.ID, name)
    browser.execute_script("arguments[0].scrollIntoView()", element)
    WebDriverWait(browser, 30).until(lambda _: element.get_attribute("data-ready") == "yes")
    return element


def picture(browser, element) -> str:
    """Digest of what a canvas shows once the browser has drawn the next frame."""
    script = (
        "const [canvas, done] = arguments;"
        "requestAnimationFrame(() => setTimeout(() => done(canvas.toDataURL())))"
    )
    return hashlib.sha256(browser.execute_async_script(script, element).encode()).hexdigest()


def test_no_errors_and_no_network(page, page_path: Path) -> None:
    assert page.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    requested = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert page_path.as_uri() in requested
    assert [url for url in requested if not url.startswith(("file://", "data:", "blob:"))] == []


def test_map_changes_with_the_layer_and_the_threshold(page) -> None:
    brain = section(page, "brain")
    canvas = brain.find_element(By.CSS_SELECTOR, "canvas[data-view=axial]")
    arm = Select(brain.find_element(By.NAME, "arm"))
    seen = set()
    for name in ("visual", "auditory", "cross_modal"):
        arm.select_by_value(name)
        peak = brain.find_element(By.CSS_SELECTOR, "tbody button")
        page.execute_script("arguments[0].click()", peak)
        seen.add(picture(page, canvas))
        assert "mean ≈ 0.100, significant; p (FWE) 0.0039 over voxels," in readout(brain)
    assert len(seen) == 3
    arm.select_by_value("visual")
    layer = Select(brain.find_element(By.NAME, "layer"))
    assert [option.text for option in layer.options] == ["visual_pool4", "visual_dense"]
    layer.select_by_value("visual_pool4")
    peak = brain.find_element(By.CSS_SELECTOR, "tbody button")
    page.execute_script("arguments[0].click()", peak)
    assert readout(brain).startswith("x -40, y -60, z -8 mm")
    assert picture(page, canvas) not in seen
    before = picture(page, canvas)
    slider = brain.find_element(By.NAME, "threshold")
    page.execute_script(
        "arguments[0].value = 60; arguments[0].dispatchEvent(new Event('input'))", slider
    )
    assert picture(page, canvas) != before
    assert brain.find_element(By.CSS_SELECTOR, "[data-threshold]").text == "0.060"


def test_another_regime_has_other_maps(page) -> None:
    brain = section(page, "brain")
    regime = Select(brain.find_element(By.NAME, "set"))
    names = [option.get_attribute("value") for option in regime.options]
    assert names == [f"cross_channel_{one}" for one in report_study.REGIMES]
    canvas = brain.find_element(By.CSS_SELECTOR, "canvas[data-view=axial]")
    before = picture(page, canvas)
    regime.select_by_value(names[1])
    WebDriverWait(page, 10).until(lambda _: picture(page, canvas) != before)
    regime.select_by_value(names[0])
    WebDriverWait(page, 10).until(lambda _: picture(page, canvas) == before)


def put(browser, field, value: str) -> None:
    """Give a field a value, as a hand would."""
    script = (
        "arguments[0].value = arguments[1];"
        "for (const kind of ['input', 'change']) arguments[0].dispatchEvent(new Event(kind))"
    )
    browser.execute_script(script, field, value)


def to_first_peak(browser, brain, layer: str = "visual_dense") -> None:
    Select(brain.find_element(By.NAME, "arm")).select_by_value(layer.split("_")[0])
    Select(brain.find_element(By.NAME, "layer")).select_by_value(layer)
    peak = brain.find_element(By.CSS_SELECTOR, "tbody button")
    browser.execute_script("arguments[0].click()", peak)


def test_the_viewer_comes_first_beside_a_column_of_contents(page) -> None:
    assert page.find_element(By.CSS_SELECTOR, "main > section").get_attribute("id") == "brain"
    contents = page.find_element(By.CSS_SELECTOR, "nav")
    main = page.find_element(By.TAG_NAME, "main")
    assert contents.rect["x"] + contents.rect["width"] <= main.rect["x"] + 1
    links = contents.find_elements(By.TAG_NAME, "a")
    names = [link.get_attribute("href").split("#")[1] for link in links]
    assert {"brain", "fig2_rdms", "downloads"} <= set(names)
    assert all(page.find_elements(By.ID, name) for name in names)


def test_p_can_be_corrected_over_voxels_layers_or_study(page) -> None:
    brain = section(page, "brain")
    to_first_peak(page, brain)
    canvas = brain.find_element(By.CSS_SELECTOR, "canvas[data-view=axial]")
    over, alpha = (brain.find_element(By.NAME, name) for name in ("over", "alpha"))
    assert "p (FWE) 0.0039 over voxels, 0.012 over voxels and layers, 0.063" in readout(brain)
    pictures = {picture(page, canvas)}
    for name, limit, passes in (
        ("layers", "0.05", True), ("study", "0.05", False), ("study", "0.1", True),
        ("voxels", "0.001", False),
    ):  # fmt: skip
        Select(over).select_by_value(name)
        put(page, alpha, limit)
        assert (", significant;" in readout(brain)) == passes
        pictures.add(picture(page, canvas))
        facts = brain.find_element(By.CSS_SELECTOR, "[data-facts]").text
        assert f"Outline: p < {limit}, family-wise error corrected over voxels" in facts
    assert len(pictures) == 2  # with the outline, and without
    put(page, alpha, "0.05")


def test_typed_coordinates_move_the_cross_hair(page) -> None:
    brain = section(page, "brain")
    place, said = brain.find_element(By.NAME, "place"), "[data-mistake]"
    put(page, place, "-40 -60 -8")
    assert readout(brain).startswith("x -40, y -60, z -8 mm")
    assert place.get_attribute("value") == "-40, -60, -8"
    put(page, place, "12, two, 3")
    assert "Three numbers in mm" in brain.find_element(By.CSS_SELECTOR, said).text
    assert place.get_attribute("aria-invalid") == "true"
    put(page, place, "0; -20; 900")
    assert "outside the image" in brain.find_element(By.CSS_SELECTOR, said).text
    put(page, place, "40,-52,-16")
    assert brain.find_element(By.CSS_SELECTOR, said).text == ""
    assert "≈" in readout(brain)


def test_two_maps_stand_side_by_side_under_one_cross_hair(page) -> None:
    brain = section(page, "brain")
    to_first_peak(page, brain)
    first, second = brain.find_elements(By.CSS_SELECTOR, ".panel")
    assert not second.is_displayed()
    compare = brain.find_element(By.NAME, "compare")
    page.execute_script("arguments[0].click()", compare)
    WebDriverWait(page, 10).until(lambda _: "≈" in readout(second))
    assert second.is_displayed()
    assert first.rect["y"] == second.rect["y"]
    assert second.rect["x"] >= first.rect["x"] + first.rect["width"]
    titles = [one.find_element(By.CSS_SELECTOR, "[data-title]").text for one in (first, second)]
    assert titles == [f"cross_channel: {one}, visual_dense" for one in report_study.REGIMES]
    axial = [
        one.find_element(By.CSS_SELECTOR, "canvas[data-view=axial]") for one in (first, second)
    ]
    assert picture(page, axial[0]) != picture(page, axial[1])  # the second's effect is wider
    axial[1].send_keys(Keys.ARROW_LEFT)
    assert readout(first).split(":")[0] == readout(second).split(":")[0] == "x 38, y -52, z -16 mm"
    page.execute_script("arguments[0].click()", compare)
    assert not second.is_displayed()


def test_profile_shows_every_layer_at_the_cross_hair(page) -> None:
    brain = section(page, "brain")
    to_first_peak(page, brain)
    marks = "[data-map='0'] .mark"
    WebDriverWait(page, 10).until(lambda _: len(brain.find_elements(By.CSS_SELECTOR, marks)) == 4)
    passed = brain.find_elements(By.CSS_SELECTOR, f"{marks}.passed")
    assert [mark.get_attribute("data-layer") for mark in passed] == ["visual_dense"]
    summary = brain.find_element(By.CSS_SELECTOR, "[data-strongest]").text
    assert summary == "Highest here: visual_dense (0.100). 1 of 4 layers pass."
    other = brain.find_element(By.CSS_SELECTOR, f"{marks}[data-layer=auditory_dense]")
    script = "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    page.execute_script(script, other)
    assert brain.find_element(By.NAME, "layer").get_attribute("value") == "auditory_dense"
    assert brain.find_element(By.NAME, "arm").get_attribute("value") == "auditory"
    assert "≈ 0.000" in readout(brain)


def test_letters_name_the_sides_of_every_slice(page) -> None:
    page.execute_script(
        "window.letters = {}; const own = CanvasRenderingContext2D.prototype.fillText;"
        "CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {"
        "  (letters[this.canvas.dataset.view] ??= []).push([text, x, y]);"
        "  own.call(this, text, x, y) }"
    )
    section(page, "brain").find_element(By.CSS_SELECTOR, "canvas").send_keys(Keys.ARROW_UP)
    drawn = page.execute_script("return letters")
    for view, (left, right, top, bottom) in {
        "sagittal": "PASI", "coronal": "LRSI", "axial": "LRAP"
    }.items():  # fmt: skip
        places = {text: (x, y) for text, x, y in drawn[view]}
        assert places[left][0] < places[right][0]
        assert places[top][1] < places[bottom][1]


def test_a_table_wider_than_its_place_says_so(phone) -> None:
    table = phone.find_element(By.CSS_SELECTOR, "#brain .scroll")
    WebDriverWait(phone, 5).until(lambda _: "wider" in table.get_attribute("class").split())
    said = phone.execute_script("return getComputedStyle(arguments[0], '::before').content", table)
    assert "scroll sideways" in said


def test_wheel_over_a_chosen_slice_goes_through_slices(page) -> None:
    brain = section(page, "brain")
    to_first_peak(page, brain)
    canvas = brain.find_element(By.CSS_SELECTOR, "canvas[data-view=axial]")
    script = "arguments[0].dispatchEvent(new WheelEvent('wheel', {deltaY: -1, cancelable: true}))"
    page.execute_script("document.activeElement.blur();" + script, canvas)
    assert readout(brain).startswith("x 40, y -52, z -16 mm")
    page.execute_script("arguments[0].focus();" + script, canvas)
    assert readout(brain).startswith("x 40, y -52, z -14 mm")


def test_button_changes_the_theme(page) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    button = page.find_element(By.CSS_SELECTOR, "[data-themes]")
    seen = []
    for _ in range(3):
        seen.append(page.execute_script(ground))
        page.execute_script("arguments[0].click()", button)
    assert seen[0] == seen[2] == "rgb(255, 255, 255)"
    assert seen[1] == "rgb(22, 22, 22)"
    page.execute_script("delete document.documentElement.dataset.theme")


def readout(element) -> str:
    return element.find_element(By.TAG_NAME, "output").get_attribute("textContent")


def test_cross_hair_moves_by_keys_and_shows_the_true_value(page) -> None:
    brain = section(page, "brain")
    Select(brain.find_element(By.NAME, "arm")).select_by_value("visual")
    Select(brain.find_element(By.NAME, "layer")).select_by_value("visual_dense")
    peak = brain.find_element(By.CSS_SELECTOR, "tbody button")
    page.execute_script("arguments[0].click()", peak)
    assert readout(brain).startswith("x 40, y -52, z -16 mm")
    canvas = brain.find_element(By.CSS_SELECTOR, "canvas[data-view=axial]")
    canvas.send_keys(Keys.ARROW_RIGHT)
    assert readout(brain).startswith("x 42, y -52, z -16 mm")
    for _ in range(10):
        canvas.send_keys(Keys.SHIFT, Keys.ARROW_UP)
    assert "outside the mask" in readout(brain) or "≈ 0.000" in readout(brain)


def thumbnail_widths(explorer) -> list[str]:
    images = explorer.find_elements(By.CSS_SELECTOR, "[data-cards] img")
    return [image.get_attribute("naturalWidth") for image in images]


def test_explorer_shows_two_clips_and_the_true_dissimilarity(page) -> None:
    explorer = section(page, "rdms")
    Select(explorer.find_element(By.NAME, "set")).select_by_value("cross_channel_emotion")
    Select(explorer.find_element(By.NAME, "sort")).select_by_value("given")
    canvas = explorer.find_element(By.TAG_NAME, "canvas")
    canvas.send_keys(Keys.ARROW_RIGHT)
    layer = Select(explorer.find_element(By.NAME, "layer")).first_selected_option.text
    assert layer == "visual: visual_dense"
    # The first cell was (0, 1); one step to the right is the pair (0, 2).
    expected = report_study.rdms("emotion", 0).dissimilarities[1][1]
    shown = float(readout(explorer).split("≈ ")[1].split(" ")[0])
    assert shown == pytest.approx(expected, abs=0.01)
    assert readout(explorer).endswith("(1 - Pearson correlation)")
    WebDriverWait(page, 10).until(lambda _: thumbnail_widths(explorer) == ["72", "72"])
    captions = explorer.find_elements(By.CSS_SELECTOR, "[data-cards] b")
    assert [caption.text for caption in captions] == ["clip-1-neutral", "clip-1-angry"]
    before = picture(page, canvas)
    Select(explorer.find_element(By.NAME, "sort")).select_by_value("emotion")
    assert picture(page, canvas) != before


def test_thumbnails_follow_the_pointer_under_every_order(page) -> None:
    explorer = section(page, "rdms")
    canvas = explorer.find_element(By.TAG_NAME, "canvas")
    orders = Select(explorer.find_element(By.NAME, "sort"))
    pictures = set()
    for option in [option.get_attribute("value") for option in orders.options]:
        orders.select_by_value(option)
        pictures.add(picture(page, canvas))
        seen = set()
        # The second place is not the first one's mirror image: that would be the same pair.
        for offset in ((-40, 30), (60, -10)):
            hover(page, canvas, offset)
            captions = explorer.find_elements(By.CSS_SELECTOR, "[data-cards] b")
            seen.add(frozenset(caption.text for caption in captions))
            WebDriverWait(page, 10).until(lambda _: thumbnail_widths(explorer) == ["72", "72"])
        assert len(seen) == 2
    assert len(pictures) > 2


def test_graph_shows_the_hash_of_the_file(page) -> None:
    place = section(page, "provenance")
    Select(place.find_element(By.NAME, "figure")).select_by_value("fig2_rdms")
    summary = place.find_element(By.CSS_SELECTOR, "[data-summary]").text
    digest = hashlib.sha256(Path("results/figures/fig2_rdms.png").read_bytes()).hexdigest()
    assert digest in summary
    assert "verified" in summary
    node = place.find_element(By.CSS_SELECTOR, "g.node[aria-label^=draw_rdms]")
    node.send_keys(Keys.ENTER)
    assert "draw_rdms" in place.find_element(By.CSS_SELECTOR, "[data-details]").text
    assert node.get_attribute("aria-pressed") == "true"
    near = place.find_elements(By.CSS_SELECTOR, ".edge.near")
    assert [edge.get_attribute("data-to") for edge in near] == ["draw_rdms"]


@pytest.fixture
def doubted(page, page_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """In a tab of its own: the report of a copy of the study, one sidecar of which was edited."""
    shutil.copytree(page_path.parents[2], tmp_path / "study", symlinks=True)
    monkeypatch.chdir(tmp_path / "study")
    sidecar = Path("results/figures/fig2_rdms.prov.json")
    write_json(sidecar, sealed(json.loads(sidecar.read_text()) | {"raw_inputs": {}}))
    first = page.current_window_handle
    page.switch_to.new_window("tab")
    page.get(build_report(build_study(report_study.CONFIG), {}).resolve().as_uri())
    yield section(page, "provenance")
    page.close()
    page.switch_to.window(first)


def test_doubt_whose_rule_is_not_in_the_graph_is_listed(doubted) -> None:
    figure = Select(doubted.find_element(By.NAME, "figure"))
    figure.select_by_value("fig2_rdms")
    said = doubted.find_element(By.CSS_SELECTOR, "[data-summary]").text
    assert "in doubt." in said
    assert "sidecar: results/figures/fig2_rdms.prov.json since rule write_lineage" in said
    figure.select_by_value("fig1_architecture")
    said = doubted.find_element(By.CSS_SELECTOR, "[data-summary]").text
    assert "write_lineage" not in said


@pytest.mark.parametrize("size", [PHONE, (1280, 900)])
def test_nothing_is_wider_than_the_window(page, size: tuple[int, int]) -> None:
    page.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE},
    )
    wide = page.execute_script("return document.documentElement.scrollWidth")
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= size[0]


CONTRASTS = """
const parts = colour => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b]
  .map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ground = e => {
  for (; e; e = e.parentElement) {
    const colour = parts(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const written = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
return [...document.querySelectorAll("body *")]
  .filter(e => e.checkVisibility() && written(e))
  .map(e => {
    const style = getComputedStyle(e);
    const text = parts(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(text), light(ground(e))].sort((x, y) => y - x);
    return [(a + .05) / (b + .05), e.tagName + " " + e.textContent.trim().slice(0, 40)];
  });
"""


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page, name: str) -> None:
    """WCAG 2.2, success criterion 1.4.3 (AA): a contrast of at least 4.5 to 1."""
    theme(page, name)
    contrasts = page.execute_script(CONTRASTS)
    theme(page, "light")
    assert len(contrasts) > 100
    assert [text for contrast, text in contrasts if contrast < 4.5] == []


def test_controls_have_names_and_pictures_a_text(page) -> None:
    unnamed = page.execute_script(
        "return [...document.querySelectorAll('input, select')].filter(e => !e.labels[0]).length"
        " + [...document.querySelectorAll('img')].filter(e => !e.alt).length"
        " + [...document.querySelectorAll('canvas')].filter(e => !e.ariaLabel).length"
    )
    assert unnamed == 0
    assert page.execute_script("return document.documentElement.lang") == "en"
