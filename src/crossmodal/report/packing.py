"""Arrays and data files as a browser reads them from disk: gzip in base64, in script files.

A page opened from disk may not fetch other files, but it may load scripts; so every data
file is a script that calls ``crossmodal.receive(name, content)``.
"""

import base64
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crossmodal.contracts.atomic import write_text

MISSING = 255


@dataclass(frozen=True)
class Quantised:
    """Values as one byte each: ``low + code * step``; 255 where not finite."""

    codes: np.ndarray
    low: float
    step: float

    def values(self) -> np.ndarray:
        """float64, NaN where missing: what the browser shows."""
        values = self.low + self.codes.astype(np.float64) * self.step
        return np.where(self.codes == MISSING, np.nan, values)


def quantise(values: np.ndarray, low: float, high: float) -> Quantised:
    """Round to 255 even steps of [low, high], values beyond clipped: error <= half a step."""
    step = (high - low) / (MISSING - 1) or 1.0
    with np.errstate(invalid="ignore"):
        codes = np.clip(np.round((values - low) / step), 0, MISSING - 1)
    return Quantised(np.where(np.isfinite(values), codes, MISSING).astype(np.uint8), low, step)


def pack(codes: np.ndarray) -> str:
    """uint8 in C order -> base64 of gzip, without a date: equal bytes for equal input."""
    data = gzip.compress(np.ascontiguousarray(codes, dtype=np.uint8).tobytes(), 9, mtime=0)
    return base64.b64encode(data).decode("ascii")


def write_data(folder: Path, name: str, content: object) -> None:
    """Write ``data/{name}.js``, which hands ``content`` to the page under ``name``."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    write_text(folder / "data" / f"{name}.js", f"crossmodal.receive({json.dumps(name)},{text});\n")
