"""Outcomes of finished studies, one line of JSON each, so that a stopped run goes on."""

import json
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.calibration.noise import Noise
from benchmarks.calibration.studies import PARTS
from crossmodal.contracts.atomic import write_text


def finished(path: Path) -> list[dict[str, float]]:
    """Outcomes in order of study number; a line that a kill cut off is left out."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def table(path: Path) -> dict[str, np.ndarray]:
    """Outcome name -> values of all finished studies."""
    rows = finished(path)
    return {name: np.array([row[name] for row in rows]) for name in (rows[0] if rows else {})}


def run_part(part: str, noise: Noise, path: Path, n_studies: int, seed: int, stop_s: float) -> None:
    """Add studies until there are ``n_studies`` or the monotonic clock passes ``stop_s``."""
    simulate, _ = PARTS[part]
    done = finished(path)
    if len(done) >= n_studies or time.monotonic() > stop_s:
        return
    # Without the line that a kill cut off.
    write_text(path, "".join(json.dumps(row) + "\n" for row in done))
    numbers = range(len(done), n_studies)
    with path.open("a", encoding="utf-8") as file:
        for number in tqdm(numbers, desc=part, initial=len(done), total=n_studies, mininterval=5):
            if time.monotonic() > stop_s:
                return
            file.write(json.dumps(simulate(noise, seed, number)) + "\n")
            file.flush()
