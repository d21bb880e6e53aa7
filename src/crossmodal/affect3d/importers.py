"""Frame labels of other data sets' layouts as AffectLabels."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.affect_labels import AXES, AffectLabels
from crossmodal.contracts.errors import InputError

AFEW_VA_SCALE = 10.0  # ratings are whole numbers from -10 to 10


def import_afew_va(path: str | Path) -> AffectLabels:
    """One AFEW-VA file, ``{"video_id": "001", "frames": {"00000": {"valence": -2, …}, …}}``.

    Raises
    ------
    InputError : no JSON of this layout, a frame without valence or arousal
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        frames = content["frames"]
    except (json.JSONDecodeError, KeyError, TypeError):
        raise InputError(path, "file", "AFEW-VA JSON with 'frames'", "something else") from None
    rows = []
    for position, name in enumerate(sorted(frames)):
        for axis in AXES:
            if axis not in frames[name]:
                raise InputError(path, f"frame {name}", axis, f"only {sorted(frames[name])}")
        rows.append(
            {
                "stimulus_id": str(content.get("video_id", Path(path).stem)),
                "frame": position,
                **{axis: float(frames[name][axis]) / AFEW_VA_SCALE for axis in AXES},
            }
        )
    if not rows:
        raise InputError(path, "frames", "at least one", "none")
    return AffectLabels(pd.DataFrame(rows), str(path))


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
        that ends before the video
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
    trace = pd.read_csv(path)
    if missing := [name for name in ("time_s", "value") if name not in trace]:
        raise InputError(path, "columns", "time_s, value", f"no {missing}")
    time_s = trace.time_s.to_numpy(dtype=np.float64)
    if not len(time_s) or (np.diff(time_s) <= 0).any():
        raise InputError(path, "time_s", "increasing seconds", "none or a step back")
    frame_s = times_s[0] * 2
    if time_s[-1] < times_s[-1] - frame_s:
        raise InputError(path, "time_s", f"labels up to {times_s[-1]:.2f} s", f"{time_s[-1]:.2f} s")
    return np.interp(times_s, time_s, trace.value.to_numpy(dtype=np.float64))
