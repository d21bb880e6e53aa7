"""The sound of a clip: decoded, on the film's clock, mono, at the wanted rate."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.clock import Span, from_start, joined, require_together
from crossmodal.stimuli.container import (
    SOUND_SUFFIXES,
    announced_end_s,
    opened,
    packets,
    require_sample_rate,
    require_whole,
    sound_may_miss_s,
    sound_stream,
    unreadable,
)
from crossmodal.stimuli.levels import Mixer, levelled, require_audible
from crossmodal.stimuli.whole_file import require_whole_file

UNKNOWN_FRAMES = 2**63 - 1  # libsndfile's number of a FLAC that was written to a pipe


@dataclass(frozen=True)
class Sound:
    """float64 (sample,) mono at ``rate_hz``; sample 0 is at ``start_s`` of the container's clock.

    missing_s : by how much it may end before the picture; None for the usual
    """

    samples: np.ndarray
    rate_hz: int
    start_s: float = 0.0
    missing_s: float | None = None

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.start_s + len(self.samples) / self.rate_hz)


def read_audio(
    path: str | Path, sample_rate_hz: int, picture: Span | None = None
) -> np.ndarray | None:
    """Sound as float32 (sample,) mono at ``sample_rate_hz``; None where there is none.

    Parameters
    ----------
    picture : sample 0 is at its start, with silence where sound begins later, and nothing is kept
        after its end; None starts with the first sample and keeps all

    Raises
    ------
    InputError : unreadable, truncated, empty or not finite; an absurd sample rate; of another
        time than the picture; silent, too loud, or channels that cancel each other
    """
    is_sound_file = Path(path).suffix.lower() in SOUND_SUFFIXES
    sound = (is_sound_file and _read_sound_file(path)) or _decode(path)
    if sound is None:
        return None
    samples = levelled(sound.samples, path)
    if picture is not None:
        require_together(picture, sound.span, path, sound.missing_s)
        samples = from_start(samples, sound.start_s, picture.start_s, sound.rate_hz)
    resampled = soxr.resample(samples, sound.rate_hz, sample_rate_hz, quality="HQ")
    if picture is not None:
        resampled = trim(resampled, picture.duration_s, sample_rate_hz)
    require_audible(resampled, path)
    return np.clip(resampled, -1, 1).astype(np.float32)


def trim(audio: np.ndarray, duration_s: float, sample_rate_hz: int) -> np.ndarray:
    """Sound cut to the video's duration: decoders differ in the padded end of AAC."""
    return audio[: round(duration_s * sample_rate_hz)]


def _read_sound_file(path: str | Path) -> Sound | None:
    """All of a WAV or FLAC; None of one without its length, which libsndfile cannot read."""
    if not Path(path).is_file():
        raise InputError(path, "file", "a recording", "no such file")
    require_whole_file(path)
    try:
        if soundfile.info(str(path)).frames == UNKNOWN_FRAMES:
            return None
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.SoundFileError as error:
        reason = str(error).rsplit(": ", 1)[-1]
        raise unreadable(path, "a readable recording", reason) from None
    require_sample_rate(path, rate_hz)
    mixer = Mixer(path)
    mono = mixer.mixed(samples.T)
    mixer.require_in_phase()
    return Sound(mono, rate_hz)


def _decode(path: str | Path) -> Sound | None:
    """The default sound track; None where there is none."""
    with opened(path) as container:
        stream = sound_stream(container)
        if stream is None:
            return None
        rate_hz = stream.codec_context.sample_rate
        require_sample_rate(path, rate_hz)
        mixer = Mixer(path)
        blocks = ((t, mixer.mixed(b)) for t, b in _blocks(container, stream, path))
        start_s, samples = joined(blocks, rate_hz, path)
        mixer.require_in_phase()
        sound = Sound(samples, rate_hz, start_s, sound_may_miss_s(container))
        if samples.size:
            announced_s = announced_end_s(container, stream)
            require_whole(path, "audio", announced_s, sound.span.end_s, sound.missing_s)
        return sound


def _blocks(
    container: av.container.InputContainer, stream: av.AudioStream, path: str | Path
) -> Iterator[tuple[float | None, np.ndarray]]:
    """Time in s, and float32 (channel, sample), of all that is decoded."""
    rate_hz, layout = stream.codec_context.sample_rate, None
    # Not "fltp": PyAV's to_ndarray reads beyond the last of eight planes.
    to_packed = av.AudioResampler(format="flt", rate=rate_hz)
    for packet in packets(container, stream, path):
        for frame in packet.decode():
            format_of = (frame.sample_rate, frame.layout.name)
            layout = layout or format_of
            if format_of != layout or frame.sample_rate != rate_hz:
                expected = f"{rate_hz} Hz, {layout[1]} throughout"
                raise InputError(path, "audio", expected, f"{format_of[0]} Hz, {format_of[1]}")
            for block in to_packed.resample(frame):
                yield frame.time, block.to_ndarray().reshape(block.samples, -1).T
