"""One clock for picture and sound: a container's times in s, never counts from the first frame."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crossmodal.contracts.errors import InputError

MAX_HOLE_S = 1.0  # longer ones are no dropped frame or packet: something is missing
MAX_JITTER_S = 0.005  # containers round a packet's time, to 1 ms the coarsest
MAX_OVERLAP_S = 0.1  # sound that a container has twice
SAME_STEP = 0.3  # of the median: by which a step may differ from a multiple of it
MIN_SHARED = 0.5  # of the longer of picture and sound
MAX_MISSING_S = 0.25  # of the end of something, or MAX_MISSING of its length
MAX_MISSING = 0.1


@dataclass(frozen=True)
class Span:
    """From when to when something lasts, s on the container's clock."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def __str__(self) -> str:
        return f"{self.start_s:.2f}–{self.end_s:.2f} s"


@dataclass(frozen=True)
class FrameClock:
    """Frames at a constant rate: frame k is what is on the screen ``k / rate_hz`` after the first.

    shown : int64 (frame,), for each the decoded frame that it is
    """

    start_s: float
    rate_hz: float
    shown: np.ndarray

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.start_s + len(self.shown) / self.rate_hz)


def frame_clock(times_s: np.ndarray, rate_hz: float | None, source: str | Path) -> FrameClock:
    """Frames held or left out so that they follow each other at the median step.

    A frame is on the screen from its time to the next one's; each lies within half a step of it.

    Parameters
    ----------
    times_s : float64 (frame,), of the decoded frames
    rate_hz : the container's, for a film of a single frame

    Raises
    ------
    InputError : times that step back or jump, or steps of which none is typical
    """
    steps = np.diff(times_s)
    if (steps < 0).any():
        raise InputError(source, "video: times of frames", "increasing", _steps(steps))
    steps = steps[steps > 0]
    if not len(steps):
        if not rate_hz:
            raise InputError(source, "video: frame rate", "frames per second", "none")
        return FrameClock(times_s[0], round(rate_hz, 3), np.array([len(times_s) - 1]))
    step_s = _typical(steps)
    n_frames = round((times_s[-1] - times_s[0]) / step_s) + 1
    if steps.max() > max(MAX_HOLE_S, 1.5 * step_s) or n_frames > 4 * len(times_s):
        expected = f"one every {1000 * step_s:.0f} ms"
        raise InputError(source, "video: times of frames", expected, _steps(steps))
    rate_hz = round(1 / step_s, 3)
    wanted_s = times_s[0] + (np.arange(n_frames) + 0.5) / rate_hz
    return FrameClock(times_s[0], rate_hz, np.searchsorted(times_s, wanted_s, side="right") - 1)


def _typical(steps: np.ndarray) -> float:
    """The median step, from all steps that are multiples of it: a container may round to 1 ms."""
    median = np.sort(steps)[(len(steps) - 1) // 2]  # one of them: of two rates, not one between
    multiple = np.round(steps / median)
    near = (multiple > 0) & (np.abs(steps - multiple * median) <= SAME_STEP * median)
    return float(steps[near].sum() / multiple[near].sum())


def _steps(steps: np.ndarray) -> str:
    every = np.unique(np.round(1000 * steps).astype(int))
    return f"steps of {', '.join(map(str, every[:4]))}{', …' * (len(every) > 5)} " + (
        f"{every[-1]} ms" if len(every) > 4 else "ms"
    )


def joined(
    blocks: Iterable[tuple[float | None, np.ndarray]], rate_hz: int, source: str | Path
) -> tuple[float, np.ndarray]:
    """Blocks of sound, each at its own time: holes become silence, what comes twice is cut.

    Parameters
    ----------
    blocks : time of the first sample in s (None: where the last one ends), float (sample,)

    Returns
    -------
    The time of sample 0 in s, and float64 (sample,).

    Raises
    ------
    InputError : a hole or a step back too long to be a lost packet or a rounding
    """
    start_s, parts, n = None, [np.empty(0)], 0
    for time_s, samples in blocks:
        if start_s is None:
            start_s = time_s or 0.0
        jump = 0 if time_s is None else round((time_s - start_s) * rate_hz) - n
        if not -MAX_OVERLAP_S <= jump / rate_hz <= MAX_HOLE_S:
            end_s = start_s + n / rate_hz
            raise InputError(source, "audio", f"to go on at {end_s:.2f} s", f"{time_s:.2f} s")
        if abs(jump) <= MAX_JITTER_S * rate_hz:
            jump = 0
        parts += [np.zeros(max(0, jump)), samples[max(0, -jump) :]]
        n += len(parts[-2]) + len(parts[-1])
    return start_s or 0.0, np.concatenate(parts)


def from_start(samples: np.ndarray, start_s: float, wanted_s: float, rate_hz: int) -> np.ndarray:
    """Sound cut or padded in front, so that its sample 0 is at ``wanted_s``."""
    first = round((wanted_s - start_s) * rate_hz)
    return samples[first:] if first >= 0 else np.concatenate([np.zeros(-first), samples])


def require_together(
    picture: Span, sound: Span, source: str | Path, missing_s: float | None = None
) -> None:
    """Refuse sound and picture that share little, or sound that ends before the picture.

    Sound as long as the picture that begins before it is no cut file: the end stays empty.

    Parameters
    ----------
    missing_s : how much earlier sound may end that has no times of its own; None for 0.25 s or
        a tenth of the picture
    """
    expected, short_s = "sound up to the end of the picture", picture.end_s - sound.end_s
    if missing_s is not None:
        expected += " (its blocks have no times here: what is missing may be missing anywhere)"
    else:
        missing_s = max(MAX_MISSING_S, MAX_MISSING * picture.duration_s)
        short_s = min(short_s, picture.duration_s - sound.duration_s)
    shared_s = min(picture.end_s, sound.end_s) - max(picture.start_s, sound.start_s)
    longer_s = max(picture.duration_s, sound.duration_s)
    got = f"picture {picture}, sound {sound}"
    if shared_s < MIN_SHARED * longer_s:
        raise InputError(source, "streams", "picture and sound of the same time", got)
    if short_s > missing_s:
        raise InputError(source, "audio", expected, got)


def without_false_start(times_s: np.ndarray) -> np.ndarray:
    """Frame times of an AVI, which puts its first frame at 0 whenever that was shown.

    The gap behind it is where the picture had not begun; the frame belongs one step before
    the second.
    """
    steps = np.diff(times_s)
    if len(steps) < 2 or steps[0] <= 1.5 * (step_s := np.median(steps)):
        return times_s
    return np.concatenate([[times_s[1] - step_s], times_s[1:]])
