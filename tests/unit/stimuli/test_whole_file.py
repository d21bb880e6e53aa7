"""Is a file whole by its own header? Every kind that says so, cut or damaged; valid ones pass."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.check import probe
from crossmodal.stimuli.sound import read_audio
from crossmodal.stimuli.whole_file import counts_its_frames, require_whole_file
from tests.unit.flash_beep import ffmpeg, film, write

RATE_HZ = 16000
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 2 * RATE_HZ)


def hear(path: Path) -> np.ndarray:
    return read_audio(path, RATE_HZ)


def look(path: Path) -> object:
    return probe(str(path), [])


def cut(path: Path, n_bytes: int) -> Path:
    path.write_bytes(path.read_bytes()[:n_bytes])
    return path


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "noise.wav"
    soundfile.write(path, NOISE, RATE_HZ)
    return path


@pytest.mark.parametrize(
    ("kind", "endian"),
    [("WAV", "LITTLE"), ("WAV", "BIG"), ("RF64", "FILE"), ("W64", "FILE"), ("AIFF", "FILE")],
)
def test_a_sound_file_without_its_last_byte_is_refused(
    tmp_path: Path, kind: str, endian: str
) -> None:
    """Whatever it is called: libsndfile looks at content."""
    path = tmp_path / "cut.wav"
    soundfile.write(path, NOISE, RATE_HZ, format=kind, subtype="PCM_16", endian=endian)
    np.testing.assert_allclose(hear(path), NOISE, atol=1e-4)
    cut(path, path.stat().st_size - 1)
    for read in (hear, look):
        with pytest.raises(InputError, match=r"cut\.wav: content: expected \d+ bytes.*truncated"):
            read(path)


def test_a_cut_bw64_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    soundfile.write(path, NOISE, RATE_HZ, format="RF64", subtype="PCM_16")
    path.write_bytes(b"BW64" + path.read_bytes()[4:])
    require_whole_file(path)
    with pytest.raises(InputError, match=r"cut\.wav: content: expected \d+ bytes.*truncated"):
        require_whole_file(cut(path, 40000))


@pytest.mark.parametrize("codec", ["libopus", "libvorbis", "flac"])
@pytest.mark.parametrize("share", [0.4, 0.9, 0.99])
def test_a_cut_ogg_is_refused(noise: Path, codec: str, share: float) -> None:
    """FFmpeg leaves out the last page, of up to a second, and says nothing."""
    path = noise.with_name("cut.ogg")
    ffmpeg("-i", noise, "-c:a", codec, path)
    assert len(hear(path)) == pytest.approx(len(NOISE), abs=100)
    cut(path, int(share * path.stat().st_size))
    for read in (hear, look):
        with pytest.raises(InputError, match=r"cut\.ogg: content: expected whole pages .* byte"):
            read(path)


def test_a_byte_changed_in_an_ogg_is_found(noise: Path) -> None:
    path = noise.with_name("damaged.opus")
    ffmpeg("-i", noise, "-c:a", "libopus", path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged\.opus: content: .*checksums"):
        hear(path)


@pytest.mark.parametrize("share", [0.5, 0.97])
def test_a_cut_wmv_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "cut.wmv", film())
    hear(path)
    cut(path, int(share * path.stat().st_size))
    for read in (hear, look):
        with pytest.raises(InputError, match=r"cut\.wmv: content: expected \d+ bytes.*truncated"):
            read(path)


@pytest.mark.parametrize(
    ("name", "options", "counts"),
    [
        ("bare.mp3", ["-write_xing", 0], False),
        ("tagged.mp3", ["-write_xing", 0, "-metadata", f"title={'x' * 3000}"], False),
        ("counted.mp3", [], True),
        ("both.mp3", ["-metadata", f"title={'x' * 3000}"], True),
        ("raw.aac", [], False),
    ],
)
def test_a_length_that_is_a_guess_by_bit_rate_cuts_nothing_off(
    tmp_path: Path, name: str, options: list[object], counts: bool
) -> None:
    """Four silent seconds, then noise, at a variable rate: FFmpeg's guess is up to 25 s."""
    path, source = tmp_path / name, "aevalsrc='0.5*random(0)*gt(t,4)':s=16000:d=5"
    ffmpeg("-f", "lavfi", "-i", source, "-q:a", 4 if "mp3" in name else 1, *options, path)
    assert counts_its_frames(path) == counts
    assert len(hear(path)) == pytest.approx(5 * RATE_HZ, abs=2500)  # coders add silence
    look(path)


@pytest.mark.parametrize("read", [hear, look])
def test_a_counted_mp3_that_is_cut_is_refused(noise: Path, read: Callable[[Path], object]) -> None:
    path = noise.with_name("cut.mp3")
    ffmpeg("-i", noise, path)
    with pytest.raises(InputError, match=r"cut\.mp3: content: duration: expected 2\.00 s, got 1"):
        read(cut(path, path.stat().st_size // 2))


def test_a_flac_written_to_a_pipe_is_read(noise: Path) -> None:
    """Its header says 0 samples for a length that was not known; libsndfile cannot read it."""
    path = noise.with_name("piped.flac")
    ffmpeg("-i", noise, path)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # STREAMINFO's 36 bits of the number of samples
    content[22:26] = bytes(4)
    path.write_bytes(content)
    np.testing.assert_allclose(hear(path), NOISE, atol=1e-4)
    look(path)


def test_a_recording_that_cannot_be_sought_in_passes_the_check(tmp_path: Path) -> None:
    path = tmp_path / "phone.wav"
    soundfile.write(path, NOISE, 8000, subtype="GSM610")
    look(path)
    hear(path)
