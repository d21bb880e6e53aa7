"""The report of a finished study in a headless Chromium: size on disk, first view from disk.

Needs ``results/report`` (``make report``), chromium and chromedriver.
"""

import argparse
import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

from benchmarks.report import report

PAGE = Path("results/report/index.html")
FLAGS = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage")
N_VIEWS = 5
MARKS = ("first-contentful-paint", "slices")


def first_view_s(page: Path) -> tuple[float, float]:
    """Least times from opening the page to its first contentful paint, and to the brain viewer's
    slices, over a few views."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(f"--{flag}")
    browser = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    script = "return performance.getEntriesByName(arguments[0])[0]?.startTime"
    times = []
    for _ in range(N_VIEWS):
        browser.get(page.resolve().as_uri())
        WebDriverWait(browser, 60).until(lambda one: one.execute_script(script, "slices"))
        times.append([browser.execute_script(script, name) / 1000 for name in MARKS])
    browser.quit()
    paint_s, slices_s = map(min, zip(*times, strict=True))
    return paint_s, slices_s


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args([])
    if not PAGE.is_file():
        raise SystemExit(f"{PAGE}: make report writes it")
    size_mb = sum(path.stat().st_size for path in PAGE.parent.rglob("*") if path.is_file()) / 1e6
    paint_s, slices_s = first_view_s(PAGE)
    report(
        "page",
        [
            {"claim": "size of the report", "value": size_mb, "unit": "MB", "goal": 25,
             "better": "lower"},
            {"claim": "first view from disk", "value": paint_s, "unit": "s", "goal": 2,
             "better": "lower"},
            {"claim": "slices of the first map from disk", "value": slices_s, "unit": "s",
             "goal": 2, "better": "lower"},
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
