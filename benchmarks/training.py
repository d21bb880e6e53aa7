"""Training through Lightning and our batches against a bare PyTorch loop on tensors in memory.

Both train the same full-size network with the same optimiser, batch size and number of steps.
The bare loop gets float tensors that lie ready; ours starts from stored uint8 frames, draws and
shifts frames, and copies the best weights at the end of each epoch. Ratios of one run; on a CPU
the clock is that of the process, so that other jobs on the machine do not count.
"""

import argparse

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from benchmarks.report import report
from benchmarks.timing import seconds
from crossmodal.families.cross_channel.config import CrossChannelConfig
from crossmodal.families.cross_channel.fit import FitConfig, fit
from crossmodal.families.cross_channel.inputs import ClipTensors
from crossmodal.families.cross_channel.network import CrossChannel
from crossmodal.families.cross_channel.states import new_network
from crossmodal.families.training.config import Machine
from crossmodal.families.training.run import choose_device

N_CLASSES = 6


def synthetic_clips(n_clips: int) -> ClipTensors:
    """Noise of the size of the study's clips, one frame each."""
    rng = np.random.default_rng(0)
    frames = torch.from_numpy(rng.integers(0, 256, (n_clips, 1, 64, 64), dtype=np.uint8))
    mel = torch.from_numpy(rng.normal(size=(n_clips, 96, 80)).astype(np.float32))
    classes = tuple(map(str, range(N_CLASSES)))
    ids = tuple(f"clip-{i}" for i in range(n_clips))
    return ClipTensors(frames, mel, torch.arange(n_clips) % N_CLASSES, classes, ids)


def bare_loop(
    network: CrossChannel, clips: ClipTensors, config: FitConfig, device: torch.device, bf16: bool
) -> None:
    """The loop as a tutorial writes it."""
    frames = (clips.frames.float() / 255).to(device)
    mel, labels = clips.mel.to(device), clips.labels.to(device)
    network.to(device, memory_format=torch.channels_last).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.learning_rate)
    for _ in range(config.n_epochs):
        for rows in torch.randperm(len(clips)).split(config.batch_size):
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16):
                loss = cross_entropy(network(frames[rows], mel[rows]), labels[rows])
            loss.backward()
            optimiser.step()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--bf16", action="store_true")
    args, _ = parser.parse_known_args()
    torch.set_num_threads(1)
    device, clips = choose_device("auto"), synthetic_clips(args.clips)
    config = FitConfig(
        batch_size=16, n_epochs=args.epochs, augmentation={"shift_px": 2, "time_shift": 0.1}
    )
    machine = Machine(precision="bf16-mixed" if args.bf16 else "32-true")

    def fresh() -> CrossChannel:
        return new_network(CrossChannelConfig(), N_CLASSES, ("video", "audio"), 0)

    times: dict[str, list[float]] = {"bare": [], "ours": []}
    seconds(lambda: bare_loop(fresh(), clips.rows(range(16)), config, device, args.bf16), device)
    for _ in range(args.repeats):  # in turns, so that both see the same machine
        network = fresh()
        times["bare"].append(
            seconds(lambda n=network: bare_loop(n, clips, config, device, args.bf16), device)
        )
        network = fresh()
        times["ours"].append(
            seconds(lambda n=network: fit(n, clips, None, config, 0, "bench", machine), device)
        )
    bare, ours = min(times["bare"]), min(times["ours"])
    n_steps = args.epochs * -(-args.clips // config.batch_size)
    name = f"{device.type}, {machine.precision}, {n_steps} steps of 16 clips"
    claim = f"steps per second, ours over bare ({name}, {ours / n_steps:.2g} s each)"
    row = {"claim": claim, "value": bare / ours, "unit": "x", "goal": 0.95, "better": "higher"}
    report("training", [row])


if __name__ == "__main__":
    main()
