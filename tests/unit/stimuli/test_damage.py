"""Files that are cut, damaged or not there at all: refused by name, by the check where it can."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.check import probe
from crossmodal.stimuli.media import read_audio, read_video
from tests.unit.flash_beep import ffmpeg, film, write

RATE_HZ = 16000
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, RATE_HZ)
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 4231\n"


def hear(path: Path) -> object:
    return read_audio(path, RATE_HZ)


def look(path: Path) -> object:
    return probe(str(path), [])


def read_both(path: Path) -> object:
    video = read_video(path)
    if video is None:  # nothing left in the file: the extraction asks for the stream
        raise InputError(path, "streams", "a stream of video", "none")
    return read_audio(path, RATE_HZ, video.clock.span)


def shortened(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    return path


@pytest.mark.parametrize("read", [hear, look])
@pytest.mark.parametrize("kind", ["WAV", "WAVEX", "RF64"])
def test_a_cut_wave_file_is_refused(
    tmp_path: Path, kind: str, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "cut.wav"
    soundfile.write(path, NOISE, RATE_HZ, format=kind)
    read(path)
    with pytest.raises(InputError, match=r"cut\.wav: content: expected 32\d+ bytes.*truncated"):
        read(shortened(path, 0.6))


def test_a_wave_file_whose_header_was_never_finished_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "open.wav"
    soundfile.write(path, NOISE, RATE_HZ)
    content = bytearray(path.read_bytes())
    content[4:8], content[40:44] = (36 + 100).to_bytes(4, "little"), (100).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"open\.wav: content: expected 144 bytes"):
        hear(path)


def test_a_wave_file_from_a_pipe_or_with_more_chunks_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    soundfile.write(path, NOISE, RATE_HZ)
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 4 + content[8:40] + b"\xff" * 4 + content[44:])
    np.testing.assert_allclose(hear(path), NOISE, atol=1e-4)
    path.write_bytes(content + b"LIST\x04\0\0\0INFO")
    np.testing.assert_allclose(hear(path), NOISE, atol=1e-4)


@pytest.mark.parametrize("kind", ["avi", "mkv", "flv", "mpg", "webm", "mp4", "mov"])
def test_a_film_cut_at_half_is_refused(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"cut.{kind}", film(3.0, 2.5))
    for read in (read_both, look):
        read(path)
    shortened(path, 0.5)
    for read in (read_both, look):
        with pytest.raises(InputError, match=rf"cut\.{kind}: "):
            read(path)


def test_sound_that_ends_before_its_picture_is_refused_with_both_spans(tmp_path: Path) -> None:
    path = write(tmp_path / "short.mpg", film(2.0, sound_s=(0, 1.4)))
    for read in (read_both, look):
        with pytest.raises(
            InputError, match=r"short\.mpg: audio: .* got picture .* sound 0\.5\d–1"
        ):
            read(path)


def test_sound_of_another_time_is_refused_with_both_spans(tmp_path: Path) -> None:
    path = write(tmp_path / "apart.mkv", film(2.0, 0.4, beep_s=1.6, sound_s=(1.4, 2.0)))
    for read in (read_both, look):
        expected = r"apart\.mkv: streams: .* got picture 0\.00–2\.00 s, sound 1\.40–2\.0"
        with pytest.raises(InputError, match=expected):
            read(path)


def test_a_damaged_film_is_refused(tmp_path: Path) -> None:
    """H.264 hides damage unless it is told not to; the file opens and has all of its frames."""
    path = tmp_path / "damaged.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=2", "-pix_fmt", "yuv420p", path)
    assert len(read_video(path)) == 60
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + len(content) // 3
    content[start : start + len(content) // 20] = bytes(len(content) // 20)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged\.mp4: content: expected .*damaged"):
        read_video(path)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.flv", "clip.wav", "clip.flac"])
def test_a_git_lfs_pointer_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(POINTER)
    for read in (hear, look):
        with pytest.raises(
            InputError, match=rf"{name}: content: .* a Git LFS pointer.*git lfs pull"
        ):
            read(tmp_path / name)
