"""Voices of unseen actors on a few simulated clips: every method, tables, figures, provenance."""

import json
import shutil
from itertools import product

import pandas as pd
import pytest
import yaml

from tests.studies import values_of
from tests.workflow.study import Study, clone

pytestmark = pytest.mark.workflow
ACTORS = ("01", "02", "07", "08")  # two of the study, two of the pool
CONFIG = "config/few-voices.yaml"


@pytest.fixture(scope="module")
def few_voices(pristine_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = clone(tmp_path_factory.mktemp("voices"), CONFIG)
    clips = pristine_study.folder / "results-test/simulated/clips"
    for actor in ACTORS:
        folder = study.folder / f"data/clips/Actor_{actor}"
        shutil.copytree(clips / f"Actor_{actor}", folder)
        for path in sorted(folder.glob("01-01-03-02-*")):  # the same, named as of normal intensity
            shutil.copy(path, path.with_name(path.name.replace("-03-02-", "-03-01-")))
    (study.folder / CONFIG).write_text(yaml.safe_dump(few_voices_config(study)))
    study.snakemake()
    return study


def few_voices_config(study: Study) -> dict:
    """config/voices.yaml with tiny trainings on a few clips, and without the four regimes."""
    config = values_of(study.folder / "config/voices.yaml")
    del config["families"], config["models"]
    config["study"] |= {"name": "few", "results_dir": "results-few"}
    config["stimuli"] |= {"clips_dir": "data/clips", "pool": None}
    config["stimuli"]["study"]["actors"] = ["01", "02"]
    config["figures"]["regimes"] = []
    voices = config["voices"]
    voices["n_folds"] = 2
    voices["svm"] |= {"n_inner_folds": 2}
    for preset in voices["presets"].values():
        preset["network"]["width"] = 0.25
        preset["fit"]["n_epochs"] = 2
    voices["presets"]["published"]["train_sets"] = ["both"]
    return config


def test_every_method_has_a_row_per_training_and_test_set(few_voices: Study) -> None:
    table = pd.read_csv(few_voices.folder / "results-few/tables/voices.tsv", sep="\t")
    rows = set(table[["method", "kind", "trained_on"]].itertuples(index=False, name=None))
    assert rows == {
        ("published", "single", "both"),
        *product(("tuned", "tuned-speaker"), ("single", "ensemble"), ("strong", "both")),
        *product(("svm", "svm-speaker"), ("single",), ("strong", "both")),
    }
    assert set(table.tested_on) == {"strong", "both"}
    assert table.uar.between(0, 1).all()
    assert (table.ci_low <= table.uar).all()
    assert (table.uar <= table.ci_high).all()
    assert (table.n_clips[table.tested_on == "both"] > table.n_clips.min()).all()


def test_every_clip_is_scored_once_by_networks_that_never_saw_its_actor(few_voices: Study) -> None:
    folder = few_voices.folder / "results-few/voices/tuned/both"
    tested = [pd.read_csv(folder / f"fold-{k}_seed-0.tsv", sep="\t") for k in (0, 1)]
    actors = [{name[-2:] for name in part.stimulus_id} for part in tested]
    assert not actors[0] & actors[1]
    assert actors[0] | actors[1] == set(ACTORS)


def test_the_figure_knows_the_presets_behind_it(few_voices: Study) -> None:
    sidecar = few_voices.folder / "results-few/figures/figS7_voices.prov.json"
    jobs = json.loads(sidecar.read_text())["jobs"]
    trained = [job for job in jobs if job["rule"] == "train_voices"]
    assert {job["wildcards"]["preset"] for job in trained} == {
        "published", "tuned", "tuned-speaker",
    }  # fmt: skip
    assert {job["params"]["preset"]["fit"]["optimiser"] for job in trained} == {"adagrad", "adamw"}
