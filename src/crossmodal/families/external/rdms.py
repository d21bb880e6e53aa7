"""From stimuli to the RDMs of a network's layers and of its untrained twins."""

import logging
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from tqdm import tqdm

from crossmodal.contracts.clips import Clip
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.reading import reading
from crossmodal.families.external.block import ARMS, ExternalNetwork, Preprocessing
from crossmodal.families.external.files import checked_digest
from crossmodal.families.external.preprocessing import (
    pictures_tensor,
    settled,
    sound_tensor,
    spread_frames,
)
from crossmodal.families.external.scratch_rdms import LayerRows
from crossmodal.families.external.sources import Runner, library, open_network
from crossmodal.families.external.taps import pooled

HARDLY = 1e-3  # mean 1 - r below which a layer says the same of all stimuli
VIDEO = ("video_grey", "video_rgb", "face_box_px", "detection_score")
SOUND = ("audio", "mel_power")
Stimuli = Callable[[], Iterable[tuple[str, Tensor]]]
log = logging.getLogger(__name__)


def network_rdms(network: ExternalNetwork, name: str, stimuli: Stimuli, seed: int) -> ModelRDMs:
    """RDMs (1 - Pearson) of every layer: source 'ensemble' with the network's own weights,
    'untrained' the mean over its twins.

    ``stimuli`` : gives names and input tensors, one stimulus at a time: no result depends on
    what else is in a batch. Called once a network and twin.

    Raises
    ------
    InputError : weights of another digest, activations that are not finite, see ``open_network``
    """
    digest = checked_digest(network)
    if network.sha256 is None:
        log.info("%s: sha256: %s", network.path, digest)
    names, ids, own = _layer_rdms(network, open_network(network), stimuli, name)
    sources = {"ensemble": own}
    for layer, rdm in zip(names, own, strict=True):
        if (mean := float(rdm.mean())) < HARDLY:
            log.warning("layer %s hardly varies over the stimuli: mean 1 - r %.2g", layer, mean)
    if network.twin == "random":
        twins = [
            _layer_rdms(network, open_network(network, _twin_seed(seed, k)), stimuli, f"twin {k}")
            for k in range(network.n_twins)
        ]
        sources["untrained"] = np.mean([rdms for _, _, rdms in twins], axis=0)
    n = len(names)
    return ModelRDMs(
        np.concatenate(list(sources.values())),
        ids,
        names * len(sources),
        (ARMS[network.input],) * n * len(sources),
        tuple(source for source in sources for _ in names),
        "external",
        name,
    )


def _twin_seed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _layer_rdms(
    network: ExternalNetwork, run: Runner, stimuli: Stimuli, label: str
) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray]:
    """Layers, stimuli and RDMs (layer, pair) of one pass."""
    rows = {layer: LayerRows(layer) for layer in run.layers}
    ids = []
    # Frames that are seen one by one stand along the first axis.
    axis = 0 if network.input == "face_rgb" else network.time_axis
    for stimulus, tensor in tqdm(stimuli(), desc=label, mininterval=5, disable=None):
        # One frame at a time: exported networks often have a batch of one.
        parts = tensor.split(1) if network.input == "face_rgb" else [tensor]
        found = [run(part) for part in parts]
        for layer in run.layers:
            activation = torch.cat([one[layer] for one in found])
            rows[layer].add(stimulus, pooled(activation, network.pool, axis).float().numpy())
        ids.append(stimulus)
    return run.layers, tuple(ids), np.stack([rows[layer].rdm() for layer in run.layers])


def clip_stimuli(
    network: ExternalNetwork, clips: Callable[[tuple[str, ...]], Iterable[Clip]]
) -> Stimuli:
    """Input tensors of clips; ``clips`` reads them anew, with the arrays it is asked for.

    Raises
    ------
    InputError : a clip without the modality that the network sees
    """
    options = settled(network)

    def stimuli() -> Iterator[tuple[str, Tensor]]:
        for clip in clips(VIDEO if ARMS[network.input] == "visual" else SOUND):
            yield clip.stimulus_id, _clip_tensor(network, clip, options)

    return stimuli


def _clip_tensor(network: ExternalNetwork, clip: Clip, options: Preprocessing) -> Tensor:
    seen = ARMS[network.input] == "visual"
    if not (clip.has_video if seen else clip.has_audio):
        got = "none"
        expected = f"{'video' if seen else 'sound'} for {network.input}"
        raise InputError(f"Clip {clip.stimulus_id}", "modalities", expected, got)
    if seen:
        frames = clip.video_rgb[spread_frames(len(clip.video_rgb), options.n_frames)]
        tensor = pictures_tensor(frames, options)
        return tensor if network.input == "face_rgb" else tensor[None]
    sound = sound_tensor(clip.audio, clip.sample_rate_hz, options)
    return sound if network.input == "waveform" else _log_mel(network, sound, options)


def _log_mel(network: ExternalNetwork, sound: Tensor, options: Preprocessing) -> Tensor:
    """Whisper's log-mel image, of exactly 3,000 frames; (1, band, frame)."""
    extractor = library("transformers").WhisperFeatureExtractor.from_pretrained(
        network.path, local_files_only=True
    )
    found = extractor(sound[0].numpy(), sampling_rate=options.rate_hz, return_tensors="np")
    return torch.from_numpy(found["input_features"])


def read_picture(path: str) -> np.ndarray:
    """uint8 (row, col, 3), turned as the camera's note (EXIF) says, on black where transparent.

    Raises
    ------
    InputError : no picture, or one of more than 8 bits, whose grey levels would be cut at 255
    """
    with reading(path, "a picture"), Image.open(path) as image:
        require_eight_bits(path, image)
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            black = Image.new("RGBA", upright.size, (0, 0, 0, 255))
            upright = Image.alpha_composite(black, upright.convert("RGBA"))
        return np.asarray(upright.convert("RGB"))


def require_eight_bits(path: str, image: Image.Image) -> None:
    """Refuse what PIL would cut at 255 without a word.

    Raises
    ------
    InputError : 16-bit, 32-bit or floating point pixels
    """
    if image.mode.startswith(("I", "F")):
        raise InputError(path, "pixels", "8 bits a channel", f"mode {image.mode}")


def picture_stimuli(network: ExternalNetwork, pictures: dict[str, str]) -> Stimuli:
    """Input tensors of picture files.

    Raises
    ------
    InputError : a network that hears
    """
    if ARMS[network.input] != "visual":
        expected = "face_rgb or frames for pictures"
        raise InputError("config", "families.external: input", expected, network.input)
    options = settled(network)

    def stimuli() -> Iterator[tuple[str, Tensor]]:
        for stimulus, path in pictures.items():
            tensor = pictures_tensor(read_picture(path)[None], options)
            yield stimulus, tensor if network.input == "face_rgb" else tensor[None]

    return stimuli
