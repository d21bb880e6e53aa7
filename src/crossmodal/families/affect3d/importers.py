"""Frame labels of other data sets' layouts as AffectLabels."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crossmodal.contracts.affect_labels import AXES, AffectLabels
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.reading import reading

MAX_LATE_S = 0.25  # by which a trace may begin after its clip
MAX_LONGER_S, MAX_LONGER = 1.0, 0.5  # by which it may go on after it; and of the clip's length
AFEW_VA_SCALE = 10.0  # ratings are whole numbers from -10 to 10


def import_afew_va(path: str | Path) -> AffectLabels:
    """One AFEW-VA file, ``{"video_id": "001", "frames": {"00000": {"valence": -2, …}, …}}``.

    Frame names are the numbers of a clip's frames, from 0.

    Raises
    ------
    InputError : no such file, no JSON of this layout, frames that are not 0 to n - 1, a frame
        without valence or arousal or with one that is no number
    """
    with reading(path, "AFEW-VA JSON with 'frames' (clips need --traces)"):
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        frames = dict(content["frames"])
    rows = [
        {
            "stimulus_id": str(content.get("video_id", Path(path).stem)),
            "frame": position,
            **_ratings(path, name, frames[name]),
        }
        for position, name in enumerate(_in_order(path, frames))
    ]
    if not rows:
        raise InputError(path, "frames", "at least one", "none")
    return AffectLabels(pd.DataFrame(rows), str(path))


def _in_order(path: str | Path, names: Iterable[str]) -> list[str]:
    """Frame names by number, which must be 0 to n - 1."""
    by_number: dict[int, str] = {}
    for name in names:
        if not (name.isascii() and name.isdigit()):
            raise InputError(path, "frames", "frame numbers, e.g. 00000", repr(name))
        if (other := by_number.setdefault(int(name), name)) != name:
            raise InputError(path, f"frame {int(name)}", "once", f"{other} and {name}")
    for position, number in enumerate(sorted(by_number)):
        if number != position:
            expected = f"frame {position} (frames are counted from 0, without gaps)"
            raise InputError(path, "frames", expected, by_number[number])
    return [by_number[number] for number in sorted(by_number)]


def _ratings(path: str | Path, name: str, frame: Any) -> dict[str, float]:
    """Valence and arousal of one frame, in [-1, 1]."""
    if not isinstance(frame, dict):
        raise InputError(path, f"frame {name}", "valence and arousal", repr(frame))
    for axis in AXES:
        if axis not in frame:
            raise InputError(path, f"frame {name}", axis, f"only {sorted(frame)}")
        if type(frame[axis]) not in (int, float):
            raise InputError(path, f"frame {name}, {axis}", "a number", json.dumps(frame[axis]))
    return {axis: frame[axis] / AFEW_VA_SCALE for axis in AXES}


def import_traces(
    folder: str | Path, stimulus_id: str, n_frames: int, frame_rate_hz: float
) -> AffectLabels:
    """DANTE-style traces: CSV files ``<stimulus_id>_<axis>[_<rater>].csv``, ``time_s,value``.

    # ASSUME: the tool's own export is not documented; this layout (one trace per axis and
    # rater, value in [-1, 1] over seconds) is what such tools record. Traces are interpolated
    # at the centres of the video's frames and averaged over raters.

    Raises
    ------
    InputError : no trace of an axis, columns missing, times that do not increase, a trace
        that ends before the video or is on another clock, a file that is no CSV of numbers
    """
    columns = {"stimulus_id": stimulus_id, "frame": np.arange(n_frames)}
    times_s = (np.arange(n_frames) + 0.5) / frame_rate_hz
    for axis in AXES:
        files = sorted(Path(folder).glob(f"{stimulus_id}_{axis}*.csv"))
        if not files:
            raise InputError(folder, f"{stimulus_id}_{axis}*.csv", "at least one trace", "none")
        columns[axis] = np.mean([_sampled(file, times_s) for file in files], axis=0)
    return AffectLabels(pd.DataFrame(columns), f"traces of {stimulus_id}")


def _sampled(path: Path, times_s: np.ndarray) -> np.ndarray:
    with reading(path, "a trace: CSV of time_s, value"):
        trace = pd.read_csv(path)
        if missing := [name for name in ("time_s", "value") if name not in trace]:
            raise InputError(path, "columns", "time_s, value", f"no {missing}")
        time_s, value = (trace[name].to_numpy(np.float64) for name in ("time_s", "value"))
    if not len(time_s) or not (np.diff(time_s) > 0).all():  # NaN does not increase either
        raise InputError(path, "time_s", "increasing seconds", "none or a step back")
    _require_clock(path, time_s, times_s)
    return np.interp(times_s, time_s, value)


def _require_clock(path: Path, time_s: np.ndarray, times_s: np.ndarray) -> None:
    """Refuse a trace that does not run from the clip's start to its end, in its seconds.

    One in milliseconds or in the time of day would be its first value throughout.
    """
    frame_s = 2 * times_s[0]
    end_s = times_s[-1] + frame_s / 2
    if time_s[-1] < times_s[-1] - frame_s:
        raise InputError(path, "time_s", f"labels up to {times_s[-1]:.2f} s", f"{time_s[-1]:.2f} s")
    if time_s[0] > MAX_LATE_S or time_s[-1] > (1 + MAX_LONGER) * end_s + MAX_LONGER_S:
        expected = f"seconds of the clip, from 0 to {end_s:.2f}"
        got = f"{time_s[0]:.10g} to {time_s[-1]:.10g} (milliseconds, or the time of day?)"
        raise InputError(path, "time_s", expected, got)
