"""Weights: a network's parameters and buffers in safetensors, never pickles."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from crossmodal.contracts.atomic import atomic_path
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reads

META_FIELDS = ("model", "regime", "seed", "stage", "classes", "modalities", "architecture")


@dataclass(frozen=True)
class Weights:
    """State of one network.

    tensors : name -> array, as in the module's state dict
    meta : model, regime, seed, stage ('pretrained' or 'tuned'), classes (readout order),
        modalities, architecture (keyword arguments of the network's config)

    Raises
    ------
    InputError : a field of ``meta`` missing, no tensors, a file that is no safetensors
    """

    tensors: dict[str, np.ndarray]
    meta: dict[str, Any]
    source: str = "Weights"

    def __post_init__(self) -> None:
        if missing := [name for name in META_FIELDS if name not in self.meta]:
            raise InputError(self.source, "metadata", list(META_FIELDS), f"no {missing}")
        if not self.tensors:
            raise InputError(self.source, "tensors", "at least one", "none")

    @classmethod
    @reads("a safetensors file")
    def read(cls, path: str | Path) -> "Weights":
        try:
            with safe_open(path, framework="numpy") as file:
                meta = json.loads((file.metadata() or {}).get("crossmodal", "{}"))
                tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
        except SafetensorError as error:
            raise InputError(path, "file", "a safetensors file", str(error)) from None
        return cls(tensors, meta, str(path))

    def write(self, path: str | Path) -> None:
        tensors = {name: np.asarray(self.tensors[name], order="C") for name in sorted(self.tensors)}
        # One metadata key: the format stores several in no fixed order.
        meta = {"crossmodal": json.dumps(self.meta, sort_keys=True)}
        with atomic_path(path) as temporary:
            save_file(tensors, temporary, meta)
