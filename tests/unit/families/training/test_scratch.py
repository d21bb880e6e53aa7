"""Frames in a scratch file are the same frames, and take no memory of the process."""

import gc
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor

from crossmodal.contracts.errors import InputError
from crossmodal.families.affect3d import windows
from crossmodal.families.affect3d.network import Affect3dConfig
from crossmodal.families.affect3d.training import Affect3dTraining, train
from crossmodal.families.affect3d.windows import AffectClips, cut_windows, load_clips
from crossmodal.families.training.config import Machine
from crossmodal.families.training.run import Run
from crossmodal.families.training.scratch import in_scratch_file
from tests.unit.mrpn_clips import write_set


def resident_mb(kind: str = "RssAnon") -> float:
    """Memory of this process that no file stands behind."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1e3


def test_tensors_of_any_shape_come_back() -> None:
    generator = torch.Generator().manual_seed(0)
    shapes = [(2, 3, 4), (5,), (1, 7)]
    given = [torch.randint(256, s, generator=generator, dtype=torch.uint8) for s in shapes]
    given.append(given[0].permute(2, 0, 1))
    found = in_scratch_file(iter(given))
    assert all(torch.equal(a, b) for a, b in zip(given, found, strict=True))


def test_no_tensors_need_no_file() -> None:
    assert in_scratch_file([]) == []


def test_nothing_is_left_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = in_scratch_file([torch.ones(9, dtype=torch.uint8)])
    assert list(tmp_path.iterdir()) == []
    assert int(found[0].sum()) == 9


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    full = partial(open, "/dev/full", "r+b")
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(InputError, match=f"{tmp_path}: TMPDIR: expected room .* No space left"):
        in_scratch_file([torch.ones(99_999, dtype=torch.uint8)])


def test_an_error_of_what_makes_the_arrays_stays_what_it_is() -> None:
    def arrays() -> Iterator[Tensor]:
        yield torch.ones(9, dtype=torch.uint8)
        raise FileNotFoundError("clips.h5")

    with pytest.raises(FileNotFoundError, match=r"clips\.h5"):
        in_scratch_file(arrays())


def test_memory_does_not_grow_with_their_number() -> None:
    gc.collect()
    before = resident_mb()
    kept = in_scratch_file(torch.full((1_000_000,), i, dtype=torch.uint8) for i in range(200))
    assert resident_mb() - before < 50
    assert [int(part[-1]) for part in kept] == list(range(200))


def test_networks_have_the_same_bytes_as_with_frames_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, table = write_set(tmp_path, ["01", "02"])

    def trained(clips: AffectClips) -> list[bytes]:
        cut = cut_windows(clips, None, 8)
        cut.targets[:] = torch.linspace(-1, 1, cut.targets.numel()).view(-1, 2)
        training = Affect3dTraining(loop={"n_epochs": 2, "batch_size": 2})
        config, run = Affect3dConfig(0.05, 16), Run(Machine(accelerator="cpu"))
        network, _ = train(config, training, cut, range(len(cut)), [], 0, run)
        return [tensor.numpy().tobytes() for tensor in network.state_dict().values()]

    mapped = trained(load_clips(paths, table, 10.0, 16))
    monkeypatch.setattr(windows, "in_scratch_file", lambda arrays: [a.clone() for a in arrays])
    assert trained(load_clips(paths, table, 10.0, 16)) == mapped
