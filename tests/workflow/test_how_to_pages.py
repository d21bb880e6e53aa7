"""The how-to pages, done as they say in a fresh clone: a figure and a network family of one's own.

The pages on one's own clips and scans are tested by the studies of test_changes.py and
test_real_input.py, the page on clusters by tests/slurm.
"""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.studies import values_of
from tests.workflow.study import ROOT, Study, clone

pytestmark = pytest.mark.workflow
CONFIG = "config/mine.yaml"


def copied(source: Path, target: Path, **words: str) -> None:
    """Copy a text file, with words replaced."""
    text = source.read_text()
    for old, new in words.items():
        text = text.replace(old, new)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def appended(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A clone with a config of its own: the small study without scans."""
    study = clone(tmp_path, CONFIG)
    config = values_of(study.folder / "config/test.yaml")
    for block in ("scans", "searchlight", "group", "roi"):
        config.pop(block, None)
    del config["simulate"]["brain"]
    config["study"] |= {"name": "mine", "results_dir": "results"}
    (study.folder / CONFIG).write_text(yaml.safe_dump(config))
    return study


def test_a_new_figure(study: Study) -> None:
    source, rules = study.folder / "src/crossmodal", study.folder / "workflow/rules/figures.smk"
    scripts = study.folder / "workflow/scripts"
    copied(source / "figures/architecture.py", source / "figures/mine.py")
    copied(scripts / "draw_architecture.py", scripts / "draw_mine.py",
           **{"crossmodal.figures.architecture": "crossmodal.figures.mine"})  # fmt: skip
    block = re.search(r"    rule draw_architecture:.*?\.py\"\n\n", rules.read_text(), flags=re.S)[0]
    block = block.replace("fig1_architecture", "mine").replace("draw_architecture", "draw_mine")
    appended(rules, f"\nif HAS_NETWORK:\n\n{block}    TARGETS += [*rules.draw_mine.output]\n")
    (study.folder / "workflow/report/mine.rst").write_text("**Mine.** The layers of a network.\n")

    study.snakemake("results/figures/mine.png")
    assert (study.folder / "results/figures/mine.png").stat().st_size > 1000
    jobs = study.planned_jobs()
    assert "draw_mine" not in jobs
    assert jobs["write_lineage"] == 1
    appended(source / "figures/mine.py", "X = 1\n")
    assert study.planned_jobs()["draw_mine"] == 1


def test_a_new_network_family(study: Study) -> None:
    """The page's own commands make a family that checks, plans and runs."""
    folder = study.folder
    page = (ROOT / "docs/a-new-network-family.md").read_text()
    commands = re.search(r"```sh\n(.*?)```", page, flags=re.S)[1]
    subprocess.run(["sh", "-e", "-c", commands], cwd=folder, check=True)
    config = yaml.safe_load((folder / CONFIG).read_text())
    family = config["families"].pop("affect3d") | {"labels": "circumplex"}
    config["families"] = {"toynet": family}
    config["figures"]["regimes"] = []
    (folder / CONFIG).write_text(yaml.safe_dump(config))

    check = study.crossmodal("check")
    assert check.returncode == 0, check.stdout + check.stderr
    jobs = study.planned_jobs()
    assert (jobs["toynet_train"], jobs["toynet_evaluate"]) == (1, 1)
    assert not {"affect3d_train", "tune"} & set(jobs)
    plan = study.crossmodal("plan", "--json")
    assert plan.returncode == 0, plan.stderr
    assert '"toynet_train"' in plan.stdout
    config["stimuli"]["pool"]["exclude"] = "stimuli"
    (folder / CONFIG).write_text(yaml.safe_dump(config))
    check = study.crossmodal("check")
    assert "families.toynet" in check.stdout + check.stderr
