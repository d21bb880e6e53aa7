"""mrpn: the training loop against a bare one, the data path against the step, memory.

Ratios of one run on one machine; with a GPU the step runs there and the data path on the CPU.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from benchmarks.report import report
from crossmodal.families.mrpn.augmentation import MrpnAugmentation
from crossmodal.families.mrpn.batches import Inputs, RawSource, TrainBatches
from crossmodal.families.mrpn.inputs import N_CHANNELS, ClipSequences, MrpnInputs
from crossmodal.families.mrpn.networks import Mrpn, MrpnConfig, total_loss
from crossmodal.families.mrpn.training import fit_rows
from crossmodal.families.training.config import LoopConfig
from crossmodal.families.training.run import Run

N_RAVDESS = 1440


def synthetic_clips(n_clips: int, n_px: int, seconds: float) -> ClipSequences:
    """Noise of the size of RAVDESS clips."""
    rng = np.random.default_rng(0)
    inputs = MrpnInputs()
    shape = (round(seconds * inputs.video_rate_hz), n_px, n_px, 3)
    video = [torch.from_numpy(rng.integers(0, 255, shape, dtype=np.uint8)) for _ in range(n_clips)]
    audio = [
        torch.from_numpy(rng.normal(size=round(seconds * 16_000)).astype(np.float32))
        for _ in range(n_clips)
    ]
    labels = torch.arange(n_clips) % 8
    names = tuple(map(str, range(n_clips)))
    classes = tuple(map(str, range(8)))
    return ClipSequences(inputs, video, audio, 16_000.0, labels, classes, names, names)


def best_time(run: Callable[[], object], n_runs: int = 3) -> float:
    """Shortest of a few wall-clock times, s: other people's load only ever adds."""
    times = []
    for _ in range(n_runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def bare_epoch(network: Mrpn, batches: list[tuple[Inputs, Tensor]], device: torch.device) -> None:
    """The step as a tutorial writes it, on batches that lie ready."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4)
    network.train()
    for inputs, labels in batches:
        optimiser.zero_grad(set_to_none=True)
        total_loss(network(inputs), labels.to(device)).backward()
        optimiser.step()
    if device.type == "cuda":
        torch.cuda.synchronize()


class Ready:
    """A source whose batches were made before the clock started."""

    def __init__(self, source: RawSource, batches: list[tuple[Inputs, Tensor]]) -> None:
        self.labels = source.labels
        self.batches = iter(batches)

    def batch(self, rows: list[int], generator: torch.Generator | None) -> Inputs:
        return next(self.batches)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--px", type=int, default=112)
    parser.add_argument("--width", type=float, default=0.25)
    parser.add_argument("--seconds", type=float, default=3.5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    run = Run()
    device = run.device
    clips = synthetic_clips(args.clips, args.px, args.seconds)
    source = RawSource(clips, MrpnAugmentation(), device)
    rows, size = range(args.clips), max(2, args.clips // 2)

    def make() -> list[tuple[Inputs, Tensor]]:
        return list(TrainBatches(source, rows, size, 0))

    data_s = best_time(make)
    batches = make()
    network = Mrpn(MrpnConfig(width=args.width), 8, N_CHANNELS).to(device)
    step_s = best_time(lambda: bare_epoch(network, batches, device))
    config = LoopConfig(n_epochs=1, batch_size=size, learning_rate=1e-4)
    loop_s = best_time(
        lambda: fit_rows(network, Ready(source, batches), rows, None, config, 0, "benchmark", run)
    )
    sound_gb = sum(wave.nbytes for wave in clips.audio) / args.clips * N_RAVDESS / 1e9
    all_gb = clips.n_bytes / args.clips * N_RAVDESS / 1e9
    report(
        "mrpn",
        [
            {"claim": f"training loop vs bare loop ({device.type})", "value": step_s / loop_s,
             "unit": "x", "goal": 0.95, "better": "higher"},
            {"claim": f"clips prepared on one core while one is trained on ({device.type})",
             "value": step_s / data_s, "unit": "x", "goal": 1.0, "better": "higher"},
            {"claim": "data path", "value": args.clips / data_s, "unit": "clips/s/core",
             "goal": 1.0, "better": "higher"},
            {"claim": "memory of 1,440 clips, which is their sound", "value": sound_gb,
             "unit": "GB", "goal": 1.0, "better": "lower"},
            {"claim": "scratch file of 1,440 clips, their frames", "value": all_gb - sound_gb,
             "unit": "GB", "goal": None, "better": "lower"},
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
