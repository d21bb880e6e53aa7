"""Write a clip as H.264 video and AAC sound in an mp4 file."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from crossmodal.contracts.atomic import atomic_path

# The same frames must give the same bytes: one thread; and neither macroblock tree nor B-frames,
# with which this x264 build gives other bytes on some runs (seen in one of eight).
X264_OPTIONS = {
    "preset": "veryfast",
    "crf": "20",
    "threads": "1",
    "x264-params": "mbtree=0:bframes=0",
}


def write_mp4(
    path: str | Path,
    frames: Iterable[np.ndarray],
    frame_rate_hz: int,
    audio: np.ndarray | None,
    sample_rate_hz: int = 48000,
) -> None:
    """Encode frames, uint8 (row, col, 3) RGB with even sides, and float32 (sample,) sound.

    ``audio`` None writes a file without a sound stream.
    """
    with atomic_path(path) as temporary, av.open(temporary, "w", format="mp4") as container:
        frames = iter(frames)
        first = next(frames)
        video = container.add_stream("libx264", rate=frame_rate_hz, options=X264_OPTIONS)
        video.height, video.width = first.shape[:2]
        video.pix_fmt = "yuv420p"
        sound = None if audio is None else container.add_stream("aac", rate=sample_rate_hz)
        if sound is not None:
            sound.layout = "mono"
            sound.bit_rate = 96000
        for image in (first, *frames):
            container.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(video.encode())
        if sound is not None:
            _encode_sound(container, sound, audio, sample_rate_hz)


def _encode_sound(
    container: av.container.OutputContainer,
    stream: av.AudioStream,
    audio: np.ndarray,
    sample_rate_hz: int,
) -> None:
    for start in range(0, len(audio), 1024):  # AAC's frame length
        block = np.ascontiguousarray(audio[None, start : start + 1024], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = sample_rate_hz, start
        frame.time_base = Fraction(1, sample_rate_hz)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
