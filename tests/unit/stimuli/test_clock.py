"""Picture and sound on one clock: where flash and beep are stored, whatever the container."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.check import probe
from crossmodal.stimuli.clock import (
    Span,
    frame_clock,
    from_start,
    joined,
    require_together,
    without_false_start,
)
from crossmodal.stimuli.media import read_audio, read_video
from tests.unit.flash_beep import COUNTED, Authored, ffmpeg, film, stored, write

KINDS = ["mp4", "mkv", "mov", "avi", "flv", "mpg", "webm", "wmv", "3gp", "mts"]


@st.composite
def authored_films(draw: st.DrawFn) -> tuple[str, Authored]:
    """Any container, offset and rate; dropped frames and packets; sound of another length."""
    kind = draw(st.sampled_from(KINDS))
    rate_hz = draw(st.sampled_from([24, 25, 30, 50] if kind == "mpg" else [10, 15, 25, 30, 50]))
    offset_s = st.floats(0, 0.5).map(lambda s: round(s, 2))
    start = draw(offset_s) if draw(st.booleans()) else 0.0
    if kind in COUNTED:
        start = round(start * rate_hz) / rate_hz
    picture_s = start + np.arange(round(1.5 * rate_hz)) / rate_hz
    flash = draw(st.integers(len(picture_s) // 2, len(picture_s) * 3 // 4))
    # A gap behind the first frame is a late start in an AVI (below). A .mpg has one time for
    # all of the frames in a packet, dozens of this size: gaps between them are not in the file.
    gap = draw(st.integers(2, flash - 1)), draw(st.integers(0, rate_hz // 4))
    gap = gap if kind != "mpg" else (2, 0)
    kept = np.ones(len(picture_s), bool)
    kept[gap[0] : min(sum(gap), flash)] = False
    late_s = draw(offset_s) if draw(st.booleans()) else 0.0
    # Where writers lose holes (below), only sound that is too short gives them away.
    longer_s = 0 if kind in ("avi", "mov") else draw(offset_s)
    sound_s = (late_s, start + 1.5 + longer_s)
    hole = draw(st.floats(0.1, 0.3)), draw(st.sampled_from([0, 0.1, 0.2]))
    flash_s = picture_s[flash]
    return kind, Authored(picture_s[kept], sound_s, flash_s, flash_s, (hole[0], sum(hole)), rate_hz)


@settings(max_examples=40)
@given(authored_films())
def test_flash_and_beep_are_stored_together_and_at_their_time_or_refused(
    tmp_path_factory: pytest.TempPathFactory, case: tuple[str, Authored]
) -> None:
    kind, authored = case
    path = write(tmp_path_factory.mktemp("film") / f"film.{kind}", authored)
    try:
        rate_hz, flash_s, beep_s = stored(path)
    except InputError:
        return
    half_s = 0.5 / rate_hz + 1e-6
    assert abs(flash_s - beep_s) <= half_s
    assert abs(flash_s - authored.truth_s) <= half_s
    assert abs(beep_s - authored.truth_s) <= half_s


@pytest.mark.parametrize("late_s", [0.1, 0.2, 0.24, 0.4])
@pytest.mark.parametrize("kind", ["mp4", "mkv", "mov", "flv", "mpg", "webm", "wmv", "3gp", "mts"])
def test_late_sound_is_padded_and_late_picture_cuts_sound(
    tmp_path: Path, kind: str, late_s: float
) -> None:
    late_sound = write(tmp_path / f"sound.{kind}", film(sound_s=(late_s, 1.5)))
    assert stored(late_sound)[1:] == pytest.approx((0.8, 0.8), abs=0.003)
    probe(str(late_sound), ["video", "audio"])
    times_s = round(late_s * 30) / 30 + film().picture_s
    late_picture = Authored(times_s, (0, times_s[-1] + 1 / 30), times_s[24], times_s[24])
    path = write(tmp_path / f"picture.{kind}", late_picture)
    assert stored(path)[1:] == pytest.approx((0.8, 0.8), abs=0.003)
    probe(str(path), ["video", "audio"])


@pytest.mark.parametrize("kind", ["mp4", "mkv", "mpg"])
def test_a_picture_that_begins_after_sound_of_its_length_is_taken(
    tmp_path: Path, kind: str
) -> None:
    times_s = 0.4 + film().picture_s
    late = Authored(times_s, (0, 1.5), times_s[24], times_s[24])
    path = write(tmp_path / f"late.{kind}", late)
    assert stored(path)[1:] == pytest.approx((0.8, 0.8), abs=0.003)
    probe(str(path), ["video", "audio"])


def test_a_longer_track_that_is_not_taken_is_no_cut_file(tmp_path: Path) -> None:
    path = write(tmp_path / "one.mkv", film())
    comment = ["-f", "lavfi", "-i", "sine=300:d=5", "-map", 0, "-map", 1]
    ffmpeg("-i", path, *comment, "-c:v", "copy", "-c:a", "aac", tmp_path / "two.mkv")
    assert stored(tmp_path / "two.mkv")[1:] == pytest.approx((0.8, 0.8), abs=0.003)
    probe(str(tmp_path / "two.mkv"), ["video", "audio"])


@pytest.mark.parametrize("kind", ["mp4", "mkv", "mov", "flv"])
def test_a_film_cut_by_stream_copy_stays_together(tmp_path: Path, kind: str) -> None:
    whole = write(tmp_path / f"whole.{kind}", film(3.0, 2.0))
    ffmpeg("-ss", 0.9, "-i", whole, "-c", "copy", tmp_path / f"cut.{kind}")
    rate_hz, flash_s, beep_s = stored(tmp_path / f"cut.{kind}")
    assert rate_hz == pytest.approx(30, abs=0.02)
    assert abs(flash_s - beep_s) < 0.005


def test_an_avi_whose_picture_starts_late_shows_it_from_then(tmp_path: Path) -> None:
    times_s = 0.3 + film().picture_s
    path = write(tmp_path / "late.avi", Authored(times_s, (0, 1.8), times_s[24], times_s[24]))
    assert stored(path)[1:] == pytest.approx((0.8, 0.8), abs=0.001)


@pytest.mark.parametrize("sound", ["pcm_s16le", "libmp3lame", "ac3"])
@pytest.mark.parametrize("change", [{"sound_s": (0.2, 1.5)}, {"hole_s": (0.25, 0.45)}])
def test_an_avi_that_lost_when_its_sound_is_is_refused(
    tmp_path: Path, sound: str, change: dict[str, tuple[float, float]]
) -> None:
    path = write(tmp_path / "lost.avi", film(codecs=("mpeg4", sound), **change))
    for read in (stored, lambda path: probe(str(path), [])):
        with pytest.raises(InputError, match=r"lost\.avi: audio"):
            read(path)


def test_an_avi_with_b_frames_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.avi", film(codecs=("libx264", "pcm_s16le")))
    with pytest.raises(InputError, match=r"b\.avi: video: times of frames: expected increasing"):
        read_video(path)


def test_a_film_without_times_is_refused_where_it_has_sound(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mpg", film(4.0, 2.6))
    ffmpeg("-ss", 2.2, "-i", whole, "-c", "copy", tmp_path / "cut.mpg")
    with pytest.raises(InputError, match=r"cut\.mpg: video: times of frames"):
        read_video(tmp_path / "cut.mpg")


def test_frames_at_half_the_rate_are_held() -> None:
    """30 frames a second, then 15: the flash at 1.4 s would be at 1.2 by count."""
    times_s = np.concatenate([np.arange(31) / 30, 1 + np.arange(1, 11) / 15])
    clock = frame_clock(times_s, None, "film")
    assert clock.rate_hz == 30
    np.testing.assert_array_equal(clock.shown[:31], np.arange(31))
    np.testing.assert_array_equal(clock.shown[31:], 30 + np.arange(1, 21) // 2)


@given(
    st.lists(st.floats(0.001, 0.4), min_size=1, max_size=40),
    st.floats(0, 9),
)
def test_every_frame_is_shown_within_half_a_step_of_its_time(
    steps: list[float], start_s: float
) -> None:
    times_s = start_s + np.concatenate([[0], np.cumsum(steps)])
    try:
        clock = frame_clock(times_s, None, "film")
    except InputError as error:
        assert error.field == "video: times of frames"  # noqa: PT017
        return
    shown_s = clock.start_s + np.arange(len(clock.shown)) / clock.rate_hz
    half_s = 0.5 / clock.rate_hz + 1e-9
    begin_s, end_s = times_s[clock.shown], np.append(times_s, np.inf)[clock.shown + 1]
    assert (begin_s <= shown_s + half_s).all()
    assert (end_s >= shown_s + half_s - 2e-9).all()
    assert abs(clock.span.end_s - times_s[-1] - 1 / clock.rate_hz) <= half_s


@pytest.mark.parametrize("rate_hz", [24, 25, 30000 / 1001, 50, 60, 120])
def test_times_rounded_to_1_ms_give_the_true_rate(rate_hz: float) -> None:
    times_s = np.round(np.arange(200) / rate_hz, 3)
    clock = frame_clock(times_s, None, "film")
    assert clock.rate_hz == pytest.approx(rate_hz, rel=2e-3)
    np.testing.assert_array_equal(clock.shown, np.arange(200))


def test_dropped_frames_do_not_bias_a_rate_of_rounded_times() -> None:
    times_s = np.round(np.arange(60) / 30, 3)[np.arange(60) % 3 < 2]
    clock = frame_clock(times_s, None, "film")
    assert clock.rate_hz == pytest.approx(30, abs=0.03)
    np.testing.assert_array_equal(clock.shown[:7], [0, 1, 1, 2, 3, 3, 4])


@pytest.mark.parametrize(
    ("times_s", "message"),
    [
        ([0, 0.1, 0.05, 0.2], "increasing, got steps of -50, 100, 150 ms"),
        ([0, 0.1, 0.2, 1.8], "one every 100 ms, got steps of 100, 1600 ms"),
        ([0, 0.001, 0.05, 0.051, 0.1, 0.101, 0.102], "one every 1 ms, got steps of 1, 49 ms"),
    ],
)
def test_frames_without_a_common_step_are_refused(times_s: list[float], message: str) -> None:
    with pytest.raises(InputError, match=f"film: video: times of frames: expected {message}"):
        frame_clock(np.array(times_s), 30, "film")


def test_a_single_frame_has_the_container_s_rate_or_none() -> None:
    assert frame_clock(np.array([0.2]), 25.0, "film").span.end_s == pytest.approx(0.24)
    with pytest.raises(InputError, match="film: video: frame rate: expected frames per second"):
        frame_clock(np.array([0.2]), None, "film")


def test_only_a_gap_behind_the_first_frame_is_a_false_start() -> None:
    np.testing.assert_allclose(without_false_start(np.array([0, 4, 5, 6])), [3, 4, 5, 6])
    for times_s in ([0, 1, 2, 6], [0, 9]):
        np.testing.assert_array_equal(without_false_start(np.array(times_s)), times_s)


def test_holes_in_sound_become_silence_and_overlaps_are_cut() -> None:
    blocks = [(1.0, np.full(10, 1.0)), (1.15, np.full(10, 2.0)), (1.2, np.full(10, 3.0))]
    start_s, samples = joined(blocks, 100, "film")
    assert start_s == 1.0
    np.testing.assert_array_equal(samples, np.repeat([1, 0, 2, 3], [10, 5, 10, 5]))


def test_rounded_times_of_blocks_make_neither_holes_nor_overlaps() -> None:
    starts_s = np.round(np.arange(50) * 1152 / 44100, 3)
    _, samples = joined(((t, np.ones(1152)) for t in starts_s), 44100, "film")
    np.testing.assert_array_equal(samples, np.ones(50 * 1152))


@pytest.mark.parametrize("second_s", [0.8, 2.5])
def test_sound_that_jumps_is_refused(second_s: float) -> None:
    blocks = [(0.0, np.ones(100)), (second_s, np.ones(100))]
    expected = f"film: audio: expected to go on at 1.00 s, got {second_s}"
    with pytest.raises(InputError, match=expected):
        joined(blocks, 100, "film")


@given(st.floats(-1, 1))
def test_the_first_sample_is_at_the_wanted_time(wanted_s: float) -> None:
    samples = np.arange(1.0, 1001)
    moved = from_start(samples, 0.0, wanted_s, 1000)
    first = round(wanted_s * 1000)
    assert len(moved) == 1000 - first
    np.testing.assert_array_equal(moved[max(0, -first) :], samples[max(0, first) :])
    assert (moved[: max(0, -first)] == 0).all()


@pytest.mark.parametrize("sound", [(0.4, 2), (-1, 2.9), (0, 1.76)])
def test_sound_that_covers_the_picture_well_is_taken(sound: tuple[float, float]) -> None:
    require_together(Span(0, 2), Span(*sound), "film")


@pytest.mark.parametrize(
    "name", ["1001_DFA_ANG_XX", "1001_DFA_FEA_XX", "1001_DFA_HAP_XX", "1001_DFA_SAD_XX"]
)
def test_real_clips_are_aligned_to_1_ms(shared: Path, name: str) -> None:
    """Correlated with the sound as decoded, from the packets' own times on."""
    path = shared / f"data/cremad/{name}.flv"
    video = read_video(path)
    alone, together = read_audio(path, 16000), read_audio(path, 16000, video.clock.span)
    assert video.clock.start_s == 0.027
    n = len(together) - 1000
    apart = [np.dot(alone[lag : lag + n], together[:n]) for lag in range(800)]
    assert np.argmax(apart) / 16000 == pytest.approx(0.027, abs=0.001)
    assert len(together) == round(video.duration_s * 16000)
