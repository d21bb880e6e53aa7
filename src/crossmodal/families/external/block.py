"""Config block of networks that others made and trained."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Ge, MinLen

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import (
    Count,
    Matches,
    Natural,
    NonNegative,
    Positive,
    Settings,
    Unique,
)

ARMS = {"face_rgb": "visual", "frames": "visual", "waveform": "auditory", "mel": "auditory"}
Digest = Annotated[str, Matches(r"^[0-9a-f]{64}$", "a sha256: 64 digits 0-9 and a-f")]


@dataclass(frozen=True)
class Preprocessing(Settings):
    """What is done to a stimulus before the network sees it. null: as the model's own
    preprocessor_config.json (timm: config.json) says, else what is named."""

    size_px: Annotated[int, Ge(1)] | None = None
    """Side of the picture, pixels; null without a preprocessor_config.json: as it is."""
    crop: Literal["stretch", "centre", "pad"] = "centre"
    """How a picture becomes square: stretched, its central square, or padded with black. Faces are
    square already; how they are cut out is said in stimuli.face."""
    colour: Literal["rgb", "bgr", "grey"] = "rgb"
    """Channels, in this order."""
    channels: Literal["first", "last"] = "first"
    """Where the network's input has its channels."""
    scale: Positive | None = None
    """Factor on pixels of 0 to 255 before mean and sd; null without a file: 1/255."""
    mean: tuple[float, ...] | None = None
    """Taken off each channel; null without a file: 0."""
    sd: tuple[float, ...] | None = None
    """Divides each channel; null without a file: 1."""
    n_frames: Count = 8
    """Frames of a clip, spread evenly."""
    rate_hz: Annotated[int, Ge(1000)] | None = None
    """Rate to which every sound is resampled, Hz; null without a file: 16000."""
    level_db: float | None = -25.0
    """Level to which every sound is brought, dB (RMS) below full scale: else loudness leaks into
    RDMs; null leaves levels alone."""
    window_s: NonNegative = 0.0
    """Length to which every sound is cut or padded with silence, s; 0 keeps each sound's own."""
    standardise: bool | None = None
    """Whether each sound gets mean 0 and SD 1; null without a file: no."""


@dataclass(frozen=True)
class ExternalNetwork(Settings):
    """One network: where its weights are, what it sees, which layers become RDMs."""

    source: Literal["transformers", "timm", "onnx", "torch_export", "module"]
    """What the file or folder is: a folder of transformers' or timm's save_pretrained, an .onnx
    file, a .pt2 file of torch.export, or a class in a Python file with .safetensors weights."""
    path: str
    """Folder or file. Nothing is ever downloaded, pickles (.pt, .pth, .bin, .ckpt) are refused."""
    input: Literal["face_rgb", "frames", "waveform", "mel"]
    """face_rgb gives the network frames one by one, frames all frames of a clip together,
    waveform sound pressure, mel the log-mel image of transformers' Whisper extractor."""
    layers: Annotated[tuple[str, ...], MinLen(1), Unique()]
    """Modules (onnx: tensors) by name, or patterns such as encoder.layer.*.output."""
    sha256: Digest | None = None
    """Digest of the weights; checked where it is given, told in the log where not."""
    module: Annotated[str, Matches(r"^[^:]+\.py:\w+$", "FILE.py:CLASS")] | None = None
    """For source module, the file and class, FILE.py:CLASS; called without arguments."""
    pool: Literal["mean", "last", "max", "none"] = "mean"
    """What becomes of time: frames of face_rgb, else axis time_axis of a layer's output."""
    time_axis: Natural = 1
    """Axis of time in layers' outputs (1 for transformers' tokens, 2 for 1-D convolutions); outputs
    with fewer axes have no time. Not for face_rgb."""
    preprocessing: Preprocessing = Preprocessing()
    twin: Literal["random", "none"] = "random"
    """random adds the same architecture with fresh weights as the source untrained."""
    n_twins: Count = 2
    """Twins, whose RDMs are averaged."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.source == "module") != (self.module is not None):
            expected = "FILE.py:CLASS for source module, null for others"
            raise InputError("ExternalNetwork", "module", expected, repr(self.module))


Name = Annotated[str, Matches(r"^[A-Za-z][A-Za-z0-9_]*$", "letters, digits and underscores")]


@dataclass(frozen=True)
class ExternalSettings(Settings):
    """Networks that others made and trained: their layers become model RDMs, nothing is trained."""

    networks: Annotated[dict[Name, ExternalNetwork], MinLen(1)] = field(default_factory=dict)
    """Name and block of each network; its RDMs are rdms/external/NAME.h5."""
    pictures: str | None = None
    """Folder of pictures (name without suffix: the stimulus), instead of the study's clips."""
    accelerator: Literal["cpu"] = "cpu"
    """Where networks run; the bytes of a GPU's RDMs would be others."""
    threads: Count = 1
    """Threads of one network."""

    @property
    def regimes(self) -> tuple[str, ...]:
        """One set of RDMs a network."""
        return tuple(self.networks)

    @property
    def n_seeds(self) -> int:
        """Trained weights of each network."""
        return 1
