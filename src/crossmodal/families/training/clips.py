"""Clips and labels of a table, as every network family starts from them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from crossmodal.contracts.actor_files import actor_file_part
from crossmodal.contracts.clips import Clip, read_clips
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.stimulus_table import StimulusTable


def clips_of_table(
    paths: Iterable[str | Path], table: StimulusTable, arrays: tuple[str, ...]
) -> Iterator[Clip]:
    """The clips of a table one by one, actor after actor, from one HDF5 file per actor.

    Raises
    ------
    InputError : an actor without file, a clip that the file does not have
    """
    files = {Path(path).stem.removeprefix("actor-"): path for path in paths}
    for actor, rows in table.frame.groupby("identity", sort=False):
        part = actor_file_part(actor)
        if part not in files:
            raise InputError(table.source, "identity", f"one of {sorted(files)}", repr(actor))
        yield from read_clips(files[part], rows.stimulus_id, arrays)


def encode_labels(
    table: StimulusTable, regime: str, classes: Sequence[str] | None = None
) -> tuple[Tensor, tuple[str, ...]]:
    """Label indices int64 (clip,) and the classes (default: sorted labels of the table).

    Raises
    ------
    InputError : fewer than two classes, or labels that ``classes`` does not have
    """
    labels = table.labels(regime)
    names = tuple(sorted(set(labels)) if classes is None else classes)
    if len(names) < 2:
        raise InputError(table.source, regime, "labels of at least 2 classes", list(names))
    if unknown := sorted(set(labels) - set(names)):
        raise InputError(table.source, regime, f"labels among {list(names)}", unknown)
    return torch.tensor([names.index(label) for label in labels]), names
