"""A study without clips, scans or training: brains, models and a network, all from files."""

from pathlib import Path

import numpy as np
import yaml
from PIL import Image
from safetensors.numpy import save_file
from scipy.spatial.distance import pdist, squareform

from tests.workflow.changes import FILE_CONFIG
from tests.workflow.study import Study, clone

STIMULI = tuple(f"picture-{number}" for number in range(8))


def file_study(folder: Path) -> Study:
    """Three people whose region follows the model 'near', and a network; run to the end."""
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
        "families": {
            "external": {
                "pictures": "data/pictures",
                "networks": {
                    "line": {
                        "source": "module",
                        "path": "data/line.safetensors",
                        "module": "data/line.py:Line",
                        "input": "face_rgb",
                        "layers": ["first"],
                        "n_twins": 1,
                    }
                },
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

    (folder / "pictures").mkdir()
    for name in STIMULI:
        pixels = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"pictures/{name}.png")
    (folder / "line.py").write_text(NETWORK)
    weights = {"first.weight": rng.normal(size=(6, 48)), "first.bias": np.zeros(6)}
    save_file({k: v.astype(np.float32) for k, v in weights.items()}, folder / "line.safetensors")


NETWORK = """from torch import nn


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(48, 6)

    def forward(self, x):
        return self.first(x.flatten(1))
"""


def _write(path: Path, patterns: np.ndarray, rng: np.random.Generator) -> None:
    order = rng.permutation(len(STIMULI))
    names = [STIMULI[i] for i in order]
    square = squareform(pdist(patterns[order]))
    lines = [",".join(["", *names])]
    lines += [",".join([name, *map(repr, map(float, row))])
              for name, row in zip(names, square, strict=True)]  # fmt: skip
    path.write_text("\n".join(lines) + "\n")
