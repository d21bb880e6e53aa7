"""Pictures as they are to be seen: upright, square pixels, whole frames, of the film."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from crossmodal.contracts.errors import InputError
from crossmodal.simulate.encoding import write_mp4
from crossmodal.stimuli.check import probe
from crossmodal.stimuli.media import read_audio, read_video, upright
from tests.unit.flash_beep import ffmpeg, film, stored, write

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 30), (30, 30, 220)
CORNERS = {"upper left": RED, "upper right": GREEN, "lower left": BLUE}


def corners(image: np.ndarray) -> list[str]:
    """The names of the coloured quarters as they lie in a picture, row by row."""
    height, width = image.shape[0] // 4, image.shape[1] // 4
    found = []
    for row in (height, -height):
        for column in (width, -width):
            apart = {name: np.abs(image[row, column] - np.array(c)) for name, c in CORNERS.items()}
            name = min(apart, key=lambda name: apart[name].sum())
            found.append(name if apart[name].max() < 60 else "none")
    return found


@pytest.fixture(scope="module")
def upright_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """64 x 48, three coloured quarters and a grey one."""
    image = np.full((48, 64, 3), 128, np.uint8)
    image[:24, :32], image[:24, 32:], image[24:, :32] = RED, GREEN, BLUE
    path = tmp_path_factory.mktemp("pictures") / "upright.mp4"
    write_mp4(path, [image] * 6, 30, None)
    return path


AS_DRAWN = ["upper left", "upper right", "lower left", "none"]


@pytest.mark.parametrize("kind", ["mp4", "mkv", "mov"])
@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (["-display_rotation", "0"], AS_DRAWN),
        (["-display_rotation", "90"], ["upper right", "none", "upper left", "lower left"]),
        (["-display_rotation", "180"], AS_DRAWN[::-1]),
        (["-display_rotation", "270"], ["lower left", "upper left", "none", "upper right"]),
        (["-display_hflip"], ["upper right", "upper left", "none", "lower left"]),
        (["-display_vflip"], ["lower left", "none", "upper left", "upper right"]),
    ],
)
def test_a_film_is_turned_as_its_display_matrix_says(
    upright_film: Path, tmp_path: Path, kind: str, option: list[str], expected: list[str]
) -> None:
    path = tmp_path / f"turned.{kind}"
    ffmpeg(*option, "-i", upright_film, "-c", "copy", path)
    assert corners(read_video(path)[0]) == expected
    assert corners(probe(str(path), ["video"], 40)) == expected


def test_a_turn_by_another_angle_is_refused() -> None:
    half = 65536 // 2
    matrix = np.array([half, half, 0, -half, half, 0, 0, 0, 1 << 30], np.int32)
    with pytest.raises(InputError, match=r"a\.mp4: video: rotation: expected a quarter turn"):
        upright(np.zeros((4, 6, 3), np.uint8), matrix, "a.mp4")


@pytest.mark.parametrize(("aspect", "size"), [("4/3", (48, 85)), ("1/2", (96, 64))])
def test_pixels_become_square(tmp_path: Path, aspect: str, size: tuple[int, int]) -> None:
    path = tmp_path / "wide.mp4"
    source = "testsrc=s=64x48:r=30:d=0.2"
    ffmpeg("-f", "lavfi", "-i", source, "-vf", f"setsar={aspect}", "-c:v", "libx264", path)
    assert read_video(path)[0].shape == (*size, 3)


def combing(image: np.ndarray) -> float:
    """Mean difference of neighbouring rows (grey levels) in the worst column."""
    return np.abs(np.diff(image.astype(int), axis=0)).mean(axis=0).max()


@pytest.mark.parametrize("kind", ["mp4", "mpg"])
def test_interlaced_frames_do_not_comb(tmp_path: Path, kind: str) -> None:
    """An upright white bar moves by 3 pixels a field."""
    path = tmp_path / f"fields.{kind}"
    bar = "nullsrc=s=64x48:r=50:d=0.5,geq=lum='235*between(X,3*N,3*N+12)':cb=128:cr=128"
    fields = ["-vf", "interlace=lowpass=off", "-flags", "+ilme+ildct", "-q:v", 1]
    codec = {"mp4": "libx264", "mpg": "mpeg2video"}[kind]
    ffmpeg("-f", "lavfi", "-i", bar, *fields, "-c:v", codec, path)
    with av.open(str(path)) as container:
        raw = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    video = read_video(path)
    assert len(raw) >= 12
    assert (len(video), video.frame_rate_hz) == (len(raw), 25)
    assert combing(raw[6]) > 150
    assert combing(video[6][..., 0]) < 50


def test_a_cover_picture_is_not_the_film(upright_film: Path, tmp_path: Path) -> None:
    path, cover = tmp_path / "covered.mp4", tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "color=white:s=32x32:d=1", "-frames:v", 1, cover)
    maps = ["-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-i", upright_film, "-i", cover, *maps, path)
    video = read_video(path)
    assert (len(video), video[0].shape) == (6, (48, 64, 3))


def test_a_cover_picture_alone_is_no_film(tmp_path: Path) -> None:
    path, cover = tmp_path / "song.mp3", tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "color=white:s=32x32:d=1", "-frames:v", 1, cover)
    maps = ["-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=1", "-i", cover, *maps, path)
    assert read_video(path) is None
    with pytest.raises(InputError, match=r"song\.mp3: streams: expected a stream of video"):
        probe(str(path), ["video"])


@pytest.mark.parametrize("default", [0, 1])
def test_the_default_sound_track_is_taken(tmp_path: Path, default: int) -> None:
    path = tmp_path / "two.mkv"
    tracks = ["-f", "lavfi", "-i", "sine=440:d=1", "-f", "lavfi", "-i", "sine=1000:d=1"]
    chosen = ["-disposition:a", "0", f"-disposition:a:{default}", "default"]
    ffmpeg(*tracks, "-map", 0, "-map", 1, *chosen, path)
    spectrum = np.abs(np.fft.rfft(read_audio(path, 16000)[:16000]))
    assert spectrum.argmax() == pytest.approx([440, 1000][default], abs=1)


def test_a_picture_size_that_changes_is_refused(tmp_path: Path) -> None:
    for number, size in enumerate(("64x48", "96x48")):
        source = f"testsrc=s={size}:r=25:d=0.4"
        ffmpeg("-f", "lavfi", "-i", source, "-c:v", "mpeg1video", tmp_path / f"{number}.mpg")
    both = tmp_path / "both.mpg"
    both.write_bytes(b"".join((tmp_path / f"{n}.mpg").read_bytes() for n in (0, 1)))
    with pytest.raises(InputError, match=r"both\.mpg: video: picture size: expected 64 x 48"):
        read_video(both)


def test_a_long_film_is_decoded_again_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "film.mp4", film())
    kept = read_video(path).frames
    monkeypatch.setattr("crossmodal.stimuli.media.MAX_KEPT_BYTES", 1e4)
    again = read_video(path)
    np.testing.assert_array_equal(again[20:], kept[20:])
    np.testing.assert_array_equal(again.frames, kept)
    assert stored(path)[1] == pytest.approx(0.8)


@pytest.mark.slow  # writes and reads a film of 1080p
def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    """Peak above the interpreter, MB, in a process of its own: 90 frames are 560 MB as RGB."""
    path = tmp_path / "large.mp4"
    source = "testsrc=s=1920x1080:r=30:d=3"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", path)
    program = (
        "import resource, sys\n"
        "from crossmodal.stimuli.media import read_video\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "before, film = peak(), read_video(sys.argv[1])\n"
        "n = sum(1 for _ in film)\n"
        "print(n, peak() - before)\n"
    )
    run = [sys.executable, "-c", program, str(path)]
    n, above_mb = map(int, subprocess.run(run, check=True, capture_output=True).stdout.split())
    assert n == 90
    assert above_mb < 500
