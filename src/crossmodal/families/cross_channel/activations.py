"""From clips to the RDMs of all layers in one pass that stores no layer."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.batches import as_unit_range
from crossmodal.families.cross_channel.blocks import Layers
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.cross_channel.states import new_network, restored
from crossmodal.families.layers import Networks, kind_of
from crossmodal.representations.rdm import correlation_rdm


@torch.no_grad()
def stream_layers(
    network: CrossChannel, clips: ClipTensors, chunk: int = 6
) -> Iterator[tuple[str, np.ndarray]]:
    """Name and activations float32 (clip, unit) of each layer, in order.

    Chunks of clips go through the network from pool to pool. In between, only a pool's output
    is kept frame by frame (a quarter of what the layers before it take), and the activations
    averaged over frames of the layers since the pool before.
    """
    network.eval().to(memory_format=torch.channels_last)  # a third faster
    device = next(network.parameters()).device
    parts = [clips.rows(rows) for rows in torch.arange(len(clips)).split(chunk)]
    streams = [
        network.layers(
            *(None if x is None else as_unit_range(x).to(device) for x in (part.frames, part.mel))
        )
        for part in parts
    ]
    while segment := _next_segment(streams):
        for name in list(segment):
            yield name, np.concatenate(segment.pop(name))


def _next_segment(streams: Sequence[Layers]) -> dict[str, list[np.ndarray]]:
    """Layer -> activations (clip, unit) of each chunk, up to and including the next pool."""
    segment: dict[str, list[np.ndarray]] = {}
    for stream in streams:
        for name, activation in stream:
            segment.setdefault(name, []).append(activation.flatten(1).cpu().numpy())
            if kind_of(name) == "pool":
                break
    return segment


def layer_rdms(network: CrossChannel, clips: ClipTensors) -> tuple[tuple[str, ...], np.ndarray]:
    """Layer names and their RDMs (1 - Pearson), float64 (layer, pair)."""
    names, rdms = [], []
    for name, activations in stream_layers(network, clips):
        names.append(name)
        rdms.append(correlation_rdm(activations))
    return tuple(names), np.stack(rdms)


def networks_of(
    clips: ClipTensors,
    tuned: Sequence[Weights],
    pretrained: Sequence[Weights],
    best: int,
    untrained_seeds: Sequence[int],
    kept: Sequence[int] | None = None,
) -> Networks:
    """Tuned networks, random ones, and those that were trained on the pool alone.

    ``best``, ``kept``: see ``Networks``.

    Raises
    ------
    InputError : weights of another set of modalities than the clips
    """
    for weights in (*tuned, *pretrained):
        if tuple(weights.meta["modalities"]) != clips.modalities:
            raise InputError(
                weights.source, "modalities", clips.modalities, weights.meta["modalities"]
            )
    blank = CrossChannelConfig(**tuned[0].meta["architecture"])
    controls = {
        "untrained": (
            new_network(blank, len(clips.classes), clips.modalities, seed)
            for seed in untrained_seeds
        ),
        "pool": (restored(weights) for weights in pretrained),
    }
    seeds = {int(weights.meta["seed"]): partial(restored, weights) for weights in tuned}
    return Networks(seeds, controls, best, kept)
