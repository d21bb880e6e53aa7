"""From pictures, frames and sounds to a network's input. Own arithmetic: the same bytes whatever
other libraries are installed (transformers' image processors differ by a grey level with
torchvision)."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading
from crossmodal.families.external.block import ExternalNetwork, Preprocessing

MIN_RMS = 1e-5  # below -100 dB there is no level to bring up


def settled(network: ExternalNetwork) -> Preprocessing:
    """The options of a network with what is null filled from its preprocessor_config.json.

    Raises
    ------
    InputError : mean and sd of other lengths than there are channels, an sd of 0, a
        preprocessor_config.json that is no mapping
    """
    own, given = _own(network), network.preprocessing
    size = own.get("crop_size", own.get("size"))
    if isinstance(size, dict):
        size = size.get("height", size.get("shortest_edge"))
    normalises = own.get("do_normalize", False)
    filled = {
        "size_px": size,
        "scale": own.get("rescale_factor", 1 / 255) if own.get("do_rescale", True) else 1.0,
        "mean": tuple(own["image_mean"]) if normalises and "image_mean" in own else None,
        "sd": tuple(own["image_std"]) if normalises and "image_std" in own else None,
        "rate_hz": own.get("sampling_rate", 16000),
        "standardise": bool(normalises and "sampling_rate" in own),
    }
    known = {key: value for key, value in filled.items() if getattr(given, key) is None}
    options = replace(given, **known)
    n_channels = 1 if options.colour == "grey" else 3
    for key in ("mean", "sd"):
        if (values := getattr(options, key)) and len(values) not in (1, n_channels):
            expected = f"{n_channels} numbers, one a channel"
            raise InputError(network.path, f"preprocessing.{key}", expected, list(values))
    if options.sd and min(options.sd) <= 0:
        raise InputError(network.path, "preprocessing.sd", "numbers above 0", list(options.sd))
    return options


def _own(network: ExternalNetwork) -> dict:
    """What the folder says of preprocessing; timm says it in config.json, by other names."""
    if network.source == "timm":
        of_timm = timm_config(network)
        found = of_timm.get("pretrained_cfg", of_timm)  # older versions: all on one level
        names = {"image_mean": "mean", "image_std": "std"}
        own = {name: found[key] for name, key in names.items() if key in found}
        size = {"size": found["input_size"][-1]} if "input_size" in found else {}
        return {"do_normalize": True} | own | size
    path = Path(network.path, "preprocessor_config.json")
    if not path.is_file():
        return {}
    with reading(path, "a preprocessor's options"):
        return dict(json.loads(path.read_text(encoding="utf-8")).items())


def timm_config(network: ExternalNetwork) -> dict:
    """config.json of timm's save_for_hf: architecture, its arguments and pretrained_cfg.

    Raises
    ------
    InputError : no such file, no JSON, no name of an architecture
    """
    path = Path(network.path, "config.json")
    with reading(path, "a config of timm"):
        found = dict(json.loads(path.read_text(encoding="utf-8")).items())
    if "architecture" not in found:
        raise InputError(path, "architecture", "a name", None)
    return found


def pictures_tensor(pictures: np.ndarray, options: Preprocessing) -> torch.Tensor:
    """uint8 (picture, row, col, 3) -> float32 (picture, channel, row, col), or channels last."""
    images = [_resized(_square(picture, options.crop), options.size_px) for picture in pictures]
    array = np.stack(images).astype(np.float32)
    if options.colour == "bgr":
        array = array[..., ::-1]
    elif options.colour == "grey":  # ITU-R 601, as PIL and OpenCV
        array = array @ np.array([[0.299], [0.587], [0.114]], dtype=np.float32)
    array = array * np.float32(options.scale)
    array = (array - np.float32(options.mean or 0.0)) / np.float32(options.sd or 1.0)
    order = (0, 3, 1, 2) if options.channels == "first" else (0, 1, 2, 3)
    return torch.from_numpy(np.ascontiguousarray(array.transpose(order)))


def _square(picture: np.ndarray, crop: str) -> np.ndarray:
    height, width = picture.shape[:2]
    if crop == "stretch" or height == width:
        return picture
    short, long = min(height, width), max(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    if crop == "centre":
        return picture[top : top + short, left : left + short]
    padded = np.zeros((long, long, 3), dtype=picture.dtype)
    top, left = (long - height) // 2, (long - width) // 2
    padded[top : top + height, left : left + width] = picture
    return padded


def _resized(picture: np.ndarray, size_px: int | None) -> np.ndarray:
    if size_px is None or picture.shape[:2] == (size_px, size_px):
        return picture
    image = Image.fromarray(picture).resize((size_px, size_px), Image.Resampling.BILINEAR)
    return np.asarray(image)


def spread_frames(n_available: int, n_frames: int) -> np.ndarray:
    """int (frame,): frames in the middle of ``n_frames`` equal parts of a clip."""
    return ((np.arange(n_frames) + 0.5) * n_available / n_frames).astype(int)


def sound_tensor(audio: np.ndarray, rate_hz: float, options: Preprocessing) -> torch.Tensor:
    """float32 (sample,) in [-1, 1] -> float32 (1, sample) at the network's rate and level."""
    if options.rate_hz != round(rate_hz):
        import soxr

        audio = soxr.resample(audio, rate_hz, options.rate_hz)
    audio = audio.astype(np.float32)
    rms = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
    if options.level_db is not None and rms > MIN_RMS:
        audio = audio * np.float32(10 ** (options.level_db / 20) / rms)
    if options.standardise:
        audio = (audio - audio.mean()) / np.sqrt(audio.var() + 1e-7)
    if options.window_s:
        n = round(options.window_s * options.rate_hz)
        audio = np.pad(audio[:n], (0, max(0, n - len(audio))))
    return torch.from_numpy(np.ascontiguousarray(audio[None]))
