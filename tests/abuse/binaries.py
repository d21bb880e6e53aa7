"""Bad binary files: media, NIfTI, HDF5, weights, records."""

import gzip
import io
import json
import pickle
import struct
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import nibabel as nib
import numpy as np
from safetensors.numpy import save

from crossmodal.bold.read.images import read_series, read_volume
from crossmodal.contracts.betas import Betas
from crossmodal.contracts.clips import read_clips
from crossmodal.contracts.maps import Maps
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.training import Training
from crossmodal.contracts.weights import Weights
from crossmodal.families.mrpn.resnet import read_state
from crossmodal.provenance.audit import read_sidecar
from crossmodal.provenance.lineage import FIELDS, read_lineage, read_record
from crossmodal.stimuli.media import read_audio, read_video
from tests.abuse.case import Case, of_bytes, of_text


class Evil:
    """Pickled, it would run a command when read."""

    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("pwned"),))


def image_without_axes(folder: Path) -> object:
    """nibabel refuses to write such an affine; other programs do not."""
    header = nib.Nifti1Image(np.ones((4, 4, 4), np.float32), np.eye(4)).header
    header["sform_code"], header["qform_code"], header["srow_x"] = 1, 0, 0
    path = folder / "i.nii"
    content = header.binaryblock + b"\0" * 4 + np.ones(64, np.float32).tobytes()
    path.write_bytes(content)
    return read_volume(path)


def image(name: str, data: np.ndarray, match: str) -> Case:
    def attempt(folder: Path) -> object:
        path = folder / "i.nii.gz"
        nib.Nifti1Image(data, np.eye(4)).to_filename(path)
        return (read_volume if data.ndim == 3 else read_series)(path)

    return Case(f"image: {name}", attempt, match)


def cut(name: str, read: Callable[[Path], object], match: str) -> Case:
    """A NIfTI that ends in the middle."""

    def attempt(folder: Path) -> object:
        path = folder / "i.nii.gz"
        noise = np.random.default_rng(0).normal(size=(8, 8, 8)).astype(np.float32)
        nib.Nifti1Image(noise, np.eye(4)).to_filename(path)
        path.write_bytes(path.read_bytes()[:600])
        return read(path)

    return Case(name, attempt, match)


def hdf5(name: str, read: Callable[[Path], object], match: str, **content: object) -> Case:
    def attempt(folder: Path) -> object:
        path = folder / "x.h5"
        with h5py.File(path, "w") as file:
            for key, value in content.items():
                file[key] = value
        return read(path)

    return Case(name, attempt, match)


def wav(samples: bytes, rate_hz: int = 16000, width: int = 2) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(samples)
    return buffer.getvalue()


def torch_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(Evil()))
        file.writestr("archive/version", "3\n")
    return buffer.getvalue()


def clips(path: Path) -> object:
    return list(read_clips(path, ["a"]))


def audio(path: Path) -> object:
    return read_audio(path, 16000)


def maps_without_sidecar(folder: Path) -> object:
    nib.Nifti1Image(np.zeros((2, 2, 2, 1), np.float32), np.eye(4)).to_filename(folder / "m.nii.gz")
    return Maps.read(folder / "m.nii.gz")


def record_twice(folder: Path) -> object:
    fields = "rule wildcards inputs code params versions outputs git platform start end exit seal"
    record = dict.fromkeys(fields.split(), {}) | {"rule": "x", "seal": "0", "outputs": {"x": "0"}}
    for name in ("a.json", "b.json"):
        (folder / name).write_text(json.dumps(record))
    return read_lineage([folder / "a.json", folder / "b.json"])


BARE = save({"a": np.zeros(2)})
PICKLE = pickle.dumps(Evil())
HUGE_HEADER = struct.pack("<Q", 1 << 60) + b"{}"
NAN3 = np.full((4, 4, 4), np.nan, np.float32)
CASES = [
    of_bytes("clip: empty", "c.mp4", b"", read_video, "a readable clip"),
    of_bytes("clip: text", "c.mp4", b"not a film\n" * 99, read_video, "a readable clip"),
    of_bytes("clip: zip", "c.mp4", torch_zip(), read_video, "a readable clip"),
    Case("clip: none", lambda folder: read_video(folder / "none.mp4"), "expected a clip"),
    Case("clip: a folder", lambda folder: read_video(folder), "a readable clip"),
    of_bytes("sound: empty", "s.wav", b"", audio, "a readable recording"),
    of_bytes("sound: no samples", "s.wav", wav(b""), audio, "at least one sample"),
    of_bytes("sound: cut header", "s.wav", wav(b"\0" * 99)[:20], audio, "a readable recording"),
    of_bytes("sound: 3 Hz", "s.wav", wav(b"\0" * 64, 3), audio, "sample rate"),
    of_bytes("sound: text", "s.flac", b"la la la", audio, "a readable recording"),
    image("NaN", NAN3, "finite values, got 64 NaN"),
    image("4-D as volume", np.zeros((2, 2, 2, 2), np.float32), "expected"),
    Case("image: no axes", image_without_axes, "an invertible matrix"),
    cut("image: cut", read_volume, "expected"),
    of_bytes("image: text", "i.nii", b"no image" * 99, read_volume, "a NIfTI file"),
    of_bytes("image: empty gzip", "i.nii.gz", gzip.compress(b""), read_volume, "a NIfTI file"),
    of_bytes("image: no gzip", "i.nii.gz", b"x" * 999, read_volume, "a NIfTI file"),
    Case("image: none", lambda folder: read_volume(folder / "i.nii"), "got no such file"),
    Case("maps: no sidecar", maps_without_sidecar, "maps with its JSON sidecar"),
    of_bytes("maps: text", "m.nii.gz", b"x", Maps.read, "maps with its JSON sidecar"),
    of_bytes("betas: text", "b.h5", b"no betas", Betas.read, "an HDF5 file of betas"),
    hdf5("betas: empty", Betas.read, "an HDF5 file of betas"),
    hdf5("betas: one field", Betas.read, "an HDF5 file of betas", betas=np.zeros(3)),
    of_bytes("clips: pickle", "c.h5", PICKLE, clips, "an HDF5 file of clips"),
    hdf5("clips: no clip", clips, "stimulus: expected a", b=1),
    hdf5("clips: no arrays", clips, "Clip a: modalities", a=np.zeros(2)),
    of_bytes("RDMs: text", "r.h5", b"no RDMs", ModelRDMs.read, "rsatoolbox's HDF5"),
    hdf5("RDMs: empty", ModelRDMs.read, "rsatoolbox's HDF5"),
    Case("RDMs: none", lambda folder: ModelRDMs.read(folder / "r.h5"), "no such file"),
    of_bytes("weights: pickle", "w.safetensors", PICKLE, Weights.read, "a safetensors file"),
    of_bytes("weights: empty", "w.safetensors", b"", Weights.read, "a safetensors file"),
    of_bytes("weights: huge", "w.safetensors", HUGE_HEADER, Weights.read, "a safetensors file"),
    of_bytes("weights: no meta", "w.safetensors", BARE, Weights.read, "metadata"),
    of_bytes(
        "weights: meta no JSON", "w.safetensors", save({"a": np.zeros(2)}, {"crossmodal": "{"}),
        Weights.read, "a safetensors file",
    ),
    Case("weights: none", lambda folder: Weights.read(folder / "w.safetensors"), "no such file"),
    of_bytes("torch weights: pickle", "w.pth", PICKLE, read_state, "expected"),
    of_bytes("torch weights: pickle in zip", "w.pth", torch_zip(), read_state, "expected"),
    of_bytes("torch weights: empty", "w.pth", b"", read_state, "a readable state dict, got EOF"),
    of_bytes("torch weights: npz", "w.npz", torch_zip(), read_state, "expected"),
    of_text("training: no JSON", "t.json", "{", Training.read, "the JSON of a training"),
    of_text("training: a number", "t.json", "3", Training.read, "the JSON of a training"),
    of_text("training: no keys", "t.json", "{}", Training.read, "keys: expected"),
    of_text("record: no JSON", "r.json", "<html>", read_record, "a JSON record"),
    of_text("record: a list", "r.json", "[]", read_record, "a JSON object, got list"),
    of_text("record: no fields", "r.json", "{}", read_record, "fields: expected"),
    of_bytes("record: binary", "r.json", bytes(range(256)), read_record, "a JSON record"),
    of_text("record: deep", "r.json", "[" * 100_000, read_record, "a JSON record"),
    of_text("record: wrong kinds", "r.json", json.dumps(dict.fromkeys(FIELDS, {})), read_record,
            "rule: expected str, got dict"),
    Case("record: the same file twice", record_twice, "made twice"),
    Case("sidecar: none", lambda folder: read_sidecar(folder / "f.prov.json"), "no such sidecar"),
    of_text("sidecar: no JSON", "f.prov.json", "{", read_sidecar, "expected JSON"),
]  # fmt: skip
