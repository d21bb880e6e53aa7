"""affect3d: the training loop against a bare one, the data path against the step, memory.

Both loops train the same network on the same windows with the same optimiser. The bare one gets
standardised float tensors that lie ready; ours cuts them from stored uint8 frames, mirrors half of
them and copies the selected weights. Ratios of one run, in turns; on a CPU the clock is that of the
process, so that other jobs on the machine do not count.

Memory is that of a process of its own that loads clips of RAVDESS's size from files and reads all
their windows: what it allocates, and beside it the pages of the scratch file that the system kept.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from benchmarks.report import report
from benchmarks.timing import seconds
from crossmodal.contracts.clips import Clip, write_clips
from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.families.affect3d.experiment import Affect3dFamily
from crossmodal.families.affect3d.network import N_FRAMES, Affect3d, Affect3dConfig
from crossmodal.families.affect3d.training import Affect3dTraining, evaluation_batches, train
from crossmodal.families.affect3d.windows import AffectClips, Windows, cut_windows
from crossmodal.families.training.run import Run
from crossmodal.study.validate import load_study

CONFIG = "config/ravdess.yaml"
N_RAVDESS, N_ACTORS = 1440, 24
CLIP_S, STORED_HZ = 3.7, 29.97  # a clip of RAVDESS
Batches = list[tuple[Tensor, Tensor]]


def family() -> Affect3dFamily:
    """The family as the published study has it."""
    block = load_study(CONFIG).families.affect3d
    return Affect3dFamily(block.network, block.training)


def synthetic_windows(n_windows: int, px: int) -> Windows:
    """One window of noise per clip, with targets."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (n_windows, N_FRAMES, px, px, 3), dtype=np.uint8)
    frames = list(torch.from_numpy(noise).permute(0, 1, 4, 2, 3))
    names = tuple(map(str, range(n_windows)))
    clips = AffectClips(frames, [np.arange(N_FRAMES)] * n_windows, names, names, {})
    targets = torch.from_numpy(rng.uniform(-1, 1, (n_windows, 2)).astype(np.float32))
    return Windows(clips, np.arange(n_windows), np.zeros(n_windows, int), targets)


def bare_loop(config: Affect3dConfig, batches: Batches, rate: float, device: torch.device) -> None:
    """The loop as a tutorial writes it, one epoch."""
    network = Affect3d(config).to(device).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate)
    for images, targets in batches:
        optimiser.zero_grad(set_to_none=True)
        mse_loss(network(images), targets).backward()
        optimiser.step()


def speed(n_windows: int, batch_size: int, width: float, repeats: int) -> list[dict]:
    """Rows of the loop and of the data path."""
    run, px = Run(), family().network.image_px
    device = run.device
    windows, config = synthetic_windows(n_windows, px), Affect3dConfig(width, px)
    loop = {"n_epochs": 1, "batch_size": batch_size, "learning_rate": 1e-4}
    rows = range(n_windows)
    ready = list(evaluation_batches(windows, rows, device, batch_size))

    def bare() -> None:
        bare_loop(config, ready, loop["learning_rate"], device)

    def ours() -> None:
        train(config, Affect3dTraining(loop=loop), windows, rows, [], 0, run)

    def data() -> None:
        for _ in evaluation_batches(windows, rows, device, batch_size):
            pass

    seconds(bare, device)
    times: dict[str, list[float]] = {"bare": [], "ours": [], "data": []}
    for _ in range(repeats):  # in turns, so that all see the same machine
        for name, work in (("bare", bare), ("ours", ours), ("data", data)):
            times[name].append(seconds(work, device))
    best = {name: min(values) for name, values in times.items()}
    of_step = f"{device.type}, width {width:g}, {px} px, {best['bare'] / n_windows:.2g} s a window"
    return [
        {"claim": f"training loop vs bare loop ({of_step})", "value": best["bare"] / best["ours"],
         "unit": "x", "goal": 0.95, "better": "higher"},
        {"claim": f"windows prepared on one core while one is trained on ({of_step})",
         "value": best["bare"] / best["data"], "unit": "x", "goal": 1.0, "better": "higher"},
        {"claim": "data path", "value": n_windows / best["data"], "unit": "windows/s/core",
         "goal": None, "better": "higher"},
    ]  # fmt: skip


def write_study(folder: Path, n_clips: int, px: int) -> tuple[list[str], StimulusTable]:
    """Files of all actors; the clips of an actor share their bytes on disk."""
    rng, n = np.random.default_rng(0), round(CLIP_S * STORED_HZ)
    clip = Clip(
        "first",
        rng.integers(0, 256, (n, 64, 64), dtype=np.uint8),
        rng.integers(0, 256, (n, px, px, 3), dtype=np.uint8),
        STORED_HZ,
        np.zeros((n, 4), np.float32),
        np.ones(n, np.float32),
    )
    paths, rows = [], []
    for actor in range(N_ACTORS):
        path = folder / f"actor-{actor:02d}.h5"
        write_clips(path, [clip])
        with h5py.File(path, "r+") as file:
            for i in range(actor, n_clips, N_ACTORS):
                file[f"clip-{i}"] = file["first"]
                own = {"stimulus_id": f"clip-{i}", "identity": f"{actor:02d}", "gender": "male"}
                rows.append(dict.fromkeys(COLUMNS, "x") | own)
        paths.append(str(path))
    return paths, StimulusTable(pd.DataFrame(rows))


def resident_gb() -> dict[str, float]:
    """Resident memory of this process: 'RssAnon' is its own, 'RssFile' pages of files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return {key: int(found[key].split()[0]) / 1e6 for key in ("RssAnon", "RssFile")}


def hold(folder: Path, n_clips: int) -> dict[str, float]:
    """Load clips, read every window once; the largest resident memory met, and its seconds."""
    torch.set_num_threads(1)
    paths, table = write_study(folder, n_clips, family().network.image_px)
    before, start = resident_gb(), time.process_time()
    clips = family().load(paths, table)
    largest = {"load_s": time.process_time() - start} | resident_gb()
    windows = cut_windows(clips, None, family().training.hop_frames)
    for _ in windows.batches(range(len(windows)), 16):
        largest |= {key: max(value, largest[key]) for key, value in resident_gb().items()}
    return largest | {"before": before["RssAnon"]}


def in_a_process(n_clips: int) -> dict[str, float]:
    """``hold`` in a fresh process, so that nothing measured before counts."""
    command = [sys.executable, "-m", "benchmarks.affect3d", "--hold", str(n_clips)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(found.stdout.splitlines()[-1])


def memory(n_clips: int) -> list[dict]:
    """Rows of memory: of all clips, and of a tenth of them."""
    few, all_clips = in_a_process(n_clips // 10), in_a_process(n_clips)
    growth_mb = (all_clips["RssAnon"] - few["RssAnon"]) / (0.9 * n_clips) * 1000
    return [
        {"claim": f"memory of a process that holds {n_clips:,} clips, libraries included",
         "value": all_clips["RssAnon"], "unit": "GB", "goal": 1.0, "better": "lower"},
        {"claim": "of it per clip", "value": growth_mb, "unit": "MB", "goal": 0.1,
         "better": "lower"},
        {"claim": "pages of its scratch file and libraries that the system may drop",
         "value": all_clips["RssFile"], "unit": "GB", "goal": None, "better": "lower"},
        {"claim": f"loading {n_clips:,} clips", "value": all_clips["load_s"], "unit": "CPU s",
         "goal": None, "better": "lower"},
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--width", type=float, default=family().network.width)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--clips", type=int, default=N_RAVDESS)
    parser.add_argument("--hold", type=int, help="only hold so many clips and print the memory")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.hold:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(hold(Path(folder), args.hold)))
        return
    rows = speed(args.windows, args.batch, args.width, args.repeats)
    report("affect3d", rows + memory(args.clips))


if __name__ == "__main__":
    main()
