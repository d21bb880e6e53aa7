"""Films with a flash on the screen and a beep in the sound, at times that are known."""

import subprocess
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from crossmodal.stimuli.media import read_audio, read_video

CODECS = {
    "mp4": ("libx264", "aac"),
    "mkv": ("libx264", "aac"),
    "mov": ("libx264", "pcm_s16le"),
    "avi": ("mpeg4", "pcm_s16le"),
    "flv": ("flv1", "libmp3lame"),
    "mpg": ("mpeg1video", "mp2"),
    "webm": ("libvpx", "libopus"),
    "wmv": ("wmv2", "wmav2"),
    "3gp": ("libx264", "aac"),
    "mts": ("libx264", "ac3"),
}
FORMATS = {"mkv": "matroska", "mpg": "mpeg", "mts": "mpegts", "wmv": "asf"}
BLOCK = {"mp2": 1152, "libmp3lame": 1152, "libopus": 960, "ac3": 1536, "wmav2": 2048}
COUNTED = ("avi", "mpg")  # containers, or codecs in them, that want whole frames of one rate
LENGTH_S = 0.1  # of flash and beep
STORED_HZ = 16000


@dataclass(frozen=True)
class Authored:
    """What to write, s on one clock.

    picture_s : times of the frames; sound_s : from, to; hole_s : sound that is left out
    """

    picture_s: np.ndarray
    sound_s: tuple[float, float]
    flash_s: float
    beep_s: float
    hole_s: tuple[float, float] = (0, 0)
    frame_rate_hz: int = 30
    codecs: tuple[str, str] | None = None

    @property
    def truth_s(self) -> float:
        """The flash, from the first frame on."""
        return self.flash_s - self.picture_s[0]


def film(duration_s: float = 1.5, flash_s: float = 0.8, **changes: object) -> Authored:
    """30 frames a second from 0, sound as long."""
    times_s = np.arange(round(duration_s * 30)) / 30
    return replace(Authored(times_s, (0, duration_s), flash_s, flash_s), **changes)


def write(path: Path, authored: Authored) -> Path:
    """Encode and multiplex; the suffix decides container and, without ``codecs``, codecs."""
    kind = path.suffix[1:]
    codecs = authored.codecs or CODECS[kind]
    with av.open(str(path), "w", format=FORMATS.get(kind, kind)) as container:
        video = container.add_stream(codecs[0], rate=authored.frame_rate_hz)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        if codecs[0] == "libvpx":
            video.options = {"deadline": "realtime", "cpu-used": "8"}
        coarse = kind in COUNTED or codecs[0] in ("mpeg4", "wmv2")
        video.codec_context.time_base = Fraction(1, authored.frame_rate_hz if coarse else 90000)
        sound = container.add_stream(codecs[1], rate=44100 if kind == "flv" else 48000)
        sound.layout = "mono"
        if codecs[1] == "wmav2":
            sound.bit_rate = 64000  # more is refused for one channel
        parts = [
            *_pictures(authored, video),
            *_sounds(authored, sound, BLOCK.get(codecs[1], 1024)),
        ]
        for _, stream, frame in sorted(parts, key=lambda part: (part[0], part[1].index)):
            container.mux(stream.encode(frame))
        for stream in (video, sound):
            container.mux(stream.encode())
    return path


def _pictures(authored: Authored, stream: av.VideoStream) -> list:
    parts, base = [], stream.codec_context.time_base
    for time_s in authored.picture_s:
        is_lit = authored.flash_s - 1e-6 <= time_s < authored.flash_s + LENGTH_S
        image = np.full((48, 64, 3), 230 if is_lit else 20, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.time_base, frame.pts = base, round(time_s / base)
        parts.append((time_s, stream, frame))
    return parts


def _sounds(authored: Authored, stream: av.AudioStream, n_block: int) -> list:
    rate_hz = stream.codec_context.sample_rate
    first, last = (round(time_s * rate_hz) for time_s in authored.sound_s)
    times_s = np.arange(first, last) / rate_hz
    is_beep = (times_s >= authored.beep_s) & (times_s < authored.beep_s + LENGTH_S)
    tone = np.where(is_beep, 0.7 * np.sin(2 * np.pi * 1000 * times_s), 0).astype(np.float32)
    convert = av.AudioResampler(stream.codec_context.format.name, "mono", rate_hz)
    parts = []
    for start in range(0, len(tone), n_block):
        if authored.hole_s[0] <= times_s[start] < authored.hole_s[1]:
            continue
        block = np.ascontiguousarray(tone[None, start : start + n_block])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = rate_hz, first + start
        frame.time_base = Fraction(1, rate_hz)
        parts += [(times_s[start], stream, part) for part in convert.resample(frame)]
    return parts


def ffmpeg(*arguments: object) -> None:
    """Run the program that comes in the wheel of imageio-ffmpeg."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-y", "-v", "error", *map(str, arguments)], check=True)


def stored(path: Path) -> tuple[float, float, float]:
    """Frame rate in Hz, and when flash and beep are stored, s from the first frame."""
    video = read_video(path)
    sound = read_audio(path, STORED_HZ, video.clock.span)
    lit = np.flatnonzero([frame.mean() > 120 for frame in video])
    loud = np.flatnonzero(np.abs(sound) > 0.2)
    return video.frame_rate_hz, lit[0] / video.frame_rate_hz, loud[0] / STORED_HZ
