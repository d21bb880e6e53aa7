"""A study with the user's own data: clips and scans are plain files, nothing is simulated."""

import shutil
from pathlib import Path

import yaml

from tests.studies import values_of
from tests.workflow.changes import CONFIG, DEMOGRAPHICS
from tests.workflow.study import Study, clone

PARTICIPANTS = ("01", "02", "03")


def own_data_study(folder: Path, finished: Study) -> Study:
    """Move a finished mini-study's clips and scans in as if they were the user's, and run."""
    study = clone(folder, CONFIG)
    simulated = finished.folder / "results-test/simulated"
    shutil.copytree(simulated / "clips", study.folder / "data/clips")
    for label in PARTICIPANTS:
        name = f"sub-{label}"
        shutil.copytree(simulated / "bids" / name, study.folder / "data/bids" / name)
    shutil.copy(simulated / "bids/dataset_description.json", study.folder / "data/bids")
    header = "ActorID,Age,Sex,Race,Ethnicity\n"  # RAVDESS's names say it: nobody is looked up
    (study.folder / DEMOGRAPHICS).write_text(header)
    write_config(study.folder)
    study.snakemake()
    return study


def write_config(folder: Path) -> None:
    """config/test.yaml without simulation, with one family, one regime, one seed."""
    config = values_of(folder / "config/test.yaml")
    for block in ("simulate", "roi"):
        del config[block]
    config["study"] |= {"name": "own", "results_dir": "results-own"}
    config["stimuli"] |= {"clips_dir": "data/clips", "demographics": DEMOGRAPHICS}
    config["scans"]["bids_dir"] = "data/bids"
    config["models"] |= {"planted": False, "labels": ["emotion"]}
    family = config["families"]["cross_channel"] | {"regimes": ["emotion"], "n_seeds": 1}
    config["families"] = {"cross_channel": family}
    config["figures"]["regimes"] = ["emotion"]
    config["group"]["alpha"] = 0.3  # three participants have 8 sign flips, two have 4
    (folder / CONFIG).write_text(yaml.safe_dump(config, sort_keys=False))
