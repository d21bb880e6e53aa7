"""Activations of 72 clips and 29 layers to RDMs in one streaming pass: memory and exactness.

The pass runs in a process of its own, whose peak memory counts the libraries too; the two-step
computation (store every layer, then compute its RDM) runs beside it on the same weights.
"""

import json
import multiprocessing
import resource
import sys
import time

import numpy as np
import torch

from benchmarks.report import report
from crossmodal.families.cross_channel.activations import layer_rdms
from crossmodal.families.cross_channel.batches import as_unit_range
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.cross_channel.states import new_network
from crossmodal.representations.rdm import correlation_rdm

N_CLIPS, N_FRAMES = 72, 8
KB = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss in bytes


def synthetic_clips() -> ClipTensors:
    """Noise of the size of the study's clips."""
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (N_CLIPS, N_FRAMES, 64, 64), dtype=np.uint8)
    mel = rng.normal(size=(N_CLIPS, 96, 80)).astype(np.float32)
    ids = tuple(f"clip-{i}" for i in range(N_CLIPS))
    labels = torch.arange(N_CLIPS) % 6
    classes = tuple(map(str, range(6)))
    return ClipTensors(torch.from_numpy(frames), torch.from_numpy(mel), labels, classes, ids)


def full_size() -> CrossChannel:
    """The published size, with initial weights."""
    return new_network(CrossChannelConfig(), 6, ("video", "audio"), 0).eval()


def stream(queue: "multiprocessing.Queue[str]") -> None:
    """One pass; reports RDMs, CPU seconds and peak memory."""
    torch.set_num_threads(1)
    start = time.process_time()
    names, rdms = layer_rdms(full_size(), synthetic_clips())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KB / 1e9
    seconds = time.process_time() - start
    queue.put(json.dumps({"names": names, "rdms": rdms.tolist(), "gb": peak, "s": seconds}))


@torch.no_grad()
def two_steps() -> tuple[list[str], np.ndarray, float]:
    """All layers stored, clip by clip; then their RDMs. Also the bytes that were stored, GB."""
    torch.set_num_threads(1)
    network, clips, stored = full_size(), synthetic_clips(), {}
    for row in range(N_CLIPS):
        part = clips.rows([row])
        for name, activation in network.layers(as_unit_range(part.frames), part.mel):
            stored.setdefault(name, []).append(activation.flatten(1).numpy())
    arrays = {name: np.concatenate(parts) for name, parts in stored.items()}
    n_bytes = sum(array.nbytes for array in arrays.values())
    return list(arrays), np.stack([correlation_rdm(a) for a in arrays.values()]), n_bytes / 1e9


def main() -> None:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=stream, args=(queue,))
    process.start()
    streamed = json.loads(queue.get())
    process.join()
    names, rdms, stored_gb = two_steps()
    if names != streamed["names"]:
        raise ValueError(f"layers: expected {names}, got {streamed['names']}")
    difference = float(np.abs(np.array(streamed["rdms"]) - rdms).max())
    size = f"{N_CLIPS} clips x {N_FRAMES} frames, {len(names)} layers, {streamed['s']:.0f} CPU-s"
    report(
        "activations",
        [
            {"claim": f"peak memory of the streaming pass ({size})", "value": streamed["gb"],
             "unit": "GB", "goal": 1.5, "better": "lower"},
            {"claim": f"largest difference from RDMs of stored activations ({stored_gb:.1f} GB)",
             "value": 1e6 * difference, "unit": "1e-6", "goal": 1.0, "better": "lower"},
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
