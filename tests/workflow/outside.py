"""Studies of files that other programs left: nothing is simulated, no raw scan is there."""

from pathlib import Path

import numpy as np
import yaml

from tests.unit.outside_data import CONDITIONS, example, save, write_maps, write_spm
from tests.workflow.study import Study, clone

CONFIG, GIVEN_CONFIG = "config/outside.yaml", "config/given.yaml"
PARTICIPANTS = ("01", "02", "03")
STUDY = {
    "study": {"name": "outside"},
    "scans": {
        "space": "MNI152",
        "betas": {"source": "spm", "path": "data/spm/sub-{participant}/SPM.mat"},
    },
    "models": {"tables": {"mine": "data/models.tsv"}},
    "searchlight": {"radius_mm": 6.0},
    "roi": {
        "spheres": None,
        "atlas": {"image": "data/aseg/{participant}.nii", "labels": "data/aseg.tsv"},
        "masks": {"LOC": "data/loc/{participant}.nii"},
        "inference": {"bootstrap_by": []},
    },
    "group": {"alpha": 0.3},  # three participants have 8 sign flips
}


def new_study(folder: Path) -> Study:
    """SPM folders of three people, their own regions and a table of models; nothing is run."""
    study = clone(folder, CONFIG)
    for seed, label in enumerate(PARTICIPANTS):
        write_spm(study.folder / f"data/spm/sub-{label}", example(seed=seed))
        half = (np.arange(112) < 40 + 10 * seed).astype(float)
        save(study.folder / f"data/aseg/{label}.nii", 1 + half, example(), 0)
        save(study.folder / f"data/loc/{label}.nii", half, example(), 0)
    (study.folder / "data/aseg.tsv").write_text("index\tname\n1\tV1\n2\tA1\n")
    rows = [f"{name}\t{i**2}" for i, name in enumerate(CONDITIONS)]
    (study.folder / "data/models.tsv").write_text("\n".join(["condition\tsize", *rows]) + "\n")
    (study.folder / CONFIG).write_text(yaml.safe_dump(STUDY, sort_keys=False))
    return study


def outside_study(folder: Path) -> Study:
    """The study, run to the end."""
    study = new_study(folder)
    study.snakemake()
    return study


def given_study(folder: Path) -> Study:
    """Seven people's maps and their table, tested as a group."""
    study = clone(folder, GIVEN_CONFIG)
    (study.folder / "data/maps").mkdir(parents=True)
    write_maps(study.folder / "data/maps")
    group = {"maps": "data/maps/table.tsv", "alpha": 0.1, "statistics": ["cluster_mass"]}
    config = {"study": {"name": "given"}, "group": group}
    (study.folder / GIVEN_CONFIG).write_text(yaml.safe_dump(config))
    study.snakemake()
    return study
