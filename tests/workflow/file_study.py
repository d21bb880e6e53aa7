"""A study without clips, scans or training: RDMs of brains and models, all from files."""

from pathlib import Path

import numpy as np
import yaml
from scipy.spatial.distance import pdist, squareform

from tests.workflow.changes import FILE_CONFIG
from tests.workflow.study import Study, clone

STIMULI = tuple(f"picture-{number}" for number in range(8))


def file_study(folder: Path) -> Study:
    """Three people whose region follows the model 'near', run to the end."""
    study = clone(folder, FILE_CONFIG)
    write_files(study.folder / "data")
    config = {
        "study": {"name": "files", "seed": 3},
        "models": {
            "files": {
                "near": {"rdm": "data/near.csv"},
                "units": {"features": "data/units.npy", "order": "data/order.txt"},
            }
        },
        "roi": {
            "rdms": {"IT": {"rdm": "data/sub-*.csv", "participant": r"sub-(\w+)"}},
            "inference": {"bootstrap_by": [], "n_bootstraps": 20},
        },
    }
    (study.folder / FILE_CONFIG).write_text(yaml.safe_dump(config, sort_keys=False))
    study.snakemake()
    return study


def write_files(folder: Path) -> None:
    """Models and brains; every table has an order of stimuli of its own."""
    folder.mkdir()
    rng = np.random.default_rng(4)
    near, units = rng.normal(size=(2, len(STIMULI), 5))
    _write(folder / "near.csv", near, rng)
    for participant in ("01", "02", "03"):
        noisy = near + 0.2 * rng.normal(size=near.shape)
        _write(folder / f"sub-{participant}.csv", noisy, rng)
    np.save(folder / "units.npy", units)
    (folder / "order.txt").write_text("\n".join(STIMULI) + "\n")


def _write(path: Path, patterns: np.ndarray, rng: np.random.Generator) -> None:
    order = rng.permutation(len(STIMULI))
    names = [STIMULI[i] for i in order]
    square = squareform(pdist(patterns[order]))
    lines = [",".join(["", *names])]
    lines += [",".join([name, *map(repr, map(float, row))])
              for name, row in zip(names, square, strict=True)]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
