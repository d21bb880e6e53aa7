"""From clips to the RDMs of all layers in one pass that stores no layer."""

import logging
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.training import Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.cross_channel.batches import as_unit_range
from crossmodal.families.cross_channel.blocks import Layers
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.layer_table import kind_of
from crossmodal.families.cross_channel.network import CrossChannel, arm_of
from crossmodal.families.cross_channel.states import new_network, restored
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


def best_seed(trainings: Sequence[Training], kept: Sequence[int] | None = None) -> int:
    """Position of the seed with the best mean accuracy on *validation* parts (ties: the first).

    ``kept``: positions of the seeds that learnt; None for all.
    """
    scores = [-1.0 if t.validation_accuracy is None else t.validation_accuracy for t in trainings]
    return max(range(len(scores)) if kept is None else kept, key=lambda i: (scores[i], -i))


def family_rdms(
    clips: ClipTensors,
    tuned: Sequence[Weights],
    pretrained: Sequence[Weights],
    best: int,
    untrained_seeds: Iterable[int],
    kept: Sequence[int] | None = None,
) -> ModelRDMs:
    """RDMs of one regime from every source.

    'seed-k' each tuned network; 'ensemble' the mean RDM over seeds (those at positions ``kept``,
    see ``trained.py``); 'best' the seed chosen by validation; 'untrained' and 'pool' (trained
    on the pool, never tuned): mean over seeds.

    Raises
    ------
    InputError : weights of another regime or of another set of modalities than the clips
    """
    for weights in (*tuned, *pretrained):
        if tuple(weights.meta["modalities"]) != clips.modalities:
            raise InputError(
                weights.source, "modalities", clips.modalities, weights.meta["modalities"]
            )
    seeds = [layer_rdms(restored(weights), clips) for weights in tuned]
    names = seeds[0][0]
    blank = CrossChannelConfig(**tuned[0].meta["architecture"])
    controls = {
        "untrained": (
            new_network(blank, len(clips.classes), clips.modalities, seed)
            for seed in untrained_seeds
        ),
        "pool": (restored(weights) for weights in pretrained),
    }
    sources = {f"seed-{w.meta['seed']}": rdms for w, (_, rdms) in zip(tuned, seeds, strict=True)}
    members = range(len(seeds)) if kept is None else kept
    sources["ensemble"] = np.mean([seeds[i][1] for i in members], axis=0)
    sources["best"] = seeds[best][1]
    for source, networks in controls.items():
        sources[source] = np.mean([layer_rdms(network, clips)[1] for network in networks], axis=0)
    n = len(names)
    logging.getLogger(__name__).info(
        "%s %s: RDMs of %d layers, %d clips, from %s",
        tuned[0].meta["model"],
        tuned[0].meta["regime"],
        n,
        len(clips),
        ", ".join(sources),
    )
    return ModelRDMs(
        np.concatenate(list(sources.values())),
        clips.stimulus_ids,
        names * len(sources),
        tuple(map(arm_of, names)) * len(sources),
        tuple(source for source in sources for _ in range(n)),
        str(tuned[0].meta["model"]),
        str(tuned[0].meta["regime"]),
    )
