"""State of a fit after its last complete epoch, as safetensors and JSON (no pickles)."""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from crossmodal.contracts.atomic import atomic_path
from crossmodal.families.training.history import copy_state
from crossmodal.families.training.selection import EpochSelection


class Checkpoint:
    """``<path>.safetensors``: weights now, weights of the best epoch, optimiser state.

    The history goes into the same file's metadata, so that both are replaced at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.safetensors")

    def save(
        self, network: nn.Module, optimiser: torch.optim.Optimizer, selection: EpochSelection
    ) -> None:
        """Replace the checkpoint by the state at the end of an epoch."""
        state = optimiser.state_dict()
        tensors = {f"network.{k}": t for k, t in copy_state(network).items()}
        tensors |= {f"selected.{k}": t.clone() for k, t in selection.selected_weights.items()}
        for index, values in state["state"].items():
            for key, value in values.items():
                tensors[f"optimiser.{index}.{key}"] = torch.as_tensor(value).cpu().contiguous()
        history = {"epochs": selection.epochs, "selected_epoch": selection.selected_epoch}
        with atomic_path(self.path) as temporary:
            save_file(tensors, temporary, {"history": json.dumps(history)})

    def finished(self, selection: EpochSelection) -> bool:
        """Whether the checkpoint holds a complete fit; reads its history if there is one."""
        if not self.path.exists():
            return False
        self._restore_history(selection)
        return selection.finished

    def restore(
        self,
        network: nn.Module,
        optimiser: torch.optim.Optimizer | None,
        selection: EpochSelection,
    ) -> None:
        """Load the checkpoint if there is one; else leave everything as it is."""
        if not self.path.exists():
            return
        self._restore_history(selection)
        parts: dict[str, dict[str, torch.Tensor]] = {"network": {}, "selected": {}, "optimiser": {}}
        for name, tensor in load_file(self.path).items():
            part, key = name.split(".", 1)
            parts[part][key] = tensor
        network.load_state_dict(parts["network"])
        selection.selected_weights = parts["selected"]
        if optimiser is not None:
            state: dict[int, dict[str, torch.Tensor]] = {}
            for name, tensor in parts["optimiser"].items():
                index, key = name.split(".", 1)
                state.setdefault(int(index), {})[key] = tensor
            groups = optimiser.state_dict()["param_groups"]
            optimiser.load_state_dict({"state": state, "param_groups": groups})

    def _restore_history(self, selection: EpochSelection) -> None:
        with safe_open(self.path, framework="pt") as file:
            history = json.loads(file.metadata()["history"])
        selection.epochs = history["epochs"]
        selection.selected_epoch = history["selected_epoch"]

    def describe(self) -> str:
        """Where the last good weights are, for an error message."""
        return str(self.path) if self.path.exists() else "none yet"
