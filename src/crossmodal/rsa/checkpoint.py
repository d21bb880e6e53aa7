"""Finished tiles of a long searchlight on disk, so that a killed run can go on."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from crossmodal.contracts.atomic import atomic_path

INTERVAL_S = 60.0


@cache
def code_digest(folder: Path = Path(__file__).parent) -> str:
    """Digest of the engine's source files: other code may not go on with this code's tiles."""
    state = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        source = path.read_bytes()
        state.update(f"{path.name} {len(source)} ".encode() + source)
    return state.hexdigest()


@dataclass
class Checkpoint:
    """A file that holds the maps so far, and a digest of everything they depend on."""

    path: Path
    digest: str
    interval_s: float = field(default_factory=lambda: INTERVAL_S)
    last_s: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, path: str | Path, text: str, arrays: Sequence[np.ndarray | None]) -> "Checkpoint":
        """A checkpoint that only the same code, text and arrays can read."""
        state = hashlib.sha256(f"{code_digest()} {text}".encode())
        for array in arrays:
            if array is not None:
                state.update(f"{array.dtype} {array.shape}".encode())
                state.update(np.ascontiguousarray(array))
        return cls(Path(path), state.hexdigest())

    def restore(self, maps: np.ndarray) -> int:
        """Fill ``maps`` with what is there for this input; how many centres are finished."""
        if not self.path.is_file():
            return 0
        with np.load(self.path, allow_pickle=False) as stored:
            if str(stored["digest"]) != self.digest:
                return 0
            maps[:] = stored["maps"]
            return int(stored["done"])

    def keep(self, maps: np.ndarray, done: int) -> None:
        """Write the maps so far, if the last time is long enough ago."""
        if time.monotonic() - self.last_s < self.interval_s:
            return
        with atomic_path(self.path) as temporary, open(temporary, "wb") as file:
            np.savez(file, maps=maps, done=np.array(done), digest=np.array(self.digest))
        self.last_s = time.monotonic()

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
