"""A run's clock: how far volumes are apart, and at which moment a volume shows the brain.

BIDS says it in one of several ways, which exclude one another: RepetitionTime or VolumeTiming;
the pause of sparse runs by DelayTime, FrameAcquisitionDuration or the slices' own times. Images
whose slices were timed say to which moment: StartTime (BIDS derivatives, fMRIPrep).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from crossmodal.bold.read.entities import entities
from crossmodal.bold.read.sidecar import (
    TOLERANCE_S,
    header_repetition_time_s,
    is_number,
    time_unit_s,
)
from crossmodal.bold.read.slice_times import require_headers_slices, slice_times
from crossmodal.contracts.errors import InputError

SHORTEST_S, LONGEST_S = 0.05, 30.0
# SPM's T0: bin 8 of 16, counted from 1. What no file says otherwise is read off there.
SPM_REFERENCE = 7 / 16


@dataclass(frozen=True)
class Timing:
    """A run's clock.

    n_volumes : those of the image
    repetition_time_s : from volume to volume
    reference_s : the moment, from a volume's start, that the volume shows
    start_s : when the first volume starts on the clock of the events
    """

    n_volumes: int
    repetition_time_s: float
    reference_s: float
    start_s: float = 0.0

    @property
    def duration_s(self) -> float:
        return self.n_volumes * self.repetition_time_s

    @property
    def end_s(self) -> float:
        """When the last volume ends, on the clock of the events."""
        return self.start_s + self.duration_s


def read_clock(
    image: nib.Nifti1Image,
    path: str | Path,
    sidecar: dict[str, Any],
    slice_reference: float | None = None,
) -> Timing:
    """The clock of a 4-D image.

    Parameters
    ----------
    sidecar : merged JSON content that applies, the derivative's included
    slice_reference : to which fraction of the repetition time slices will be interpolated

    Raises
    ------
    InputError : facts that are missing, impossible, or contradict each other
    """
    n_volumes = int(image.shape[3])
    seconds = repetition_time_s(image, path, sidecar)
    if sidecar.get("SliceTiming") and "space" not in entities(path):  # resampled: no slices left
        axis, times_s = slice_times(sidecar, path, image.shape, seconds)
        if slice_reference is not None:
            require_headers_slices(image, path, axis, times_s)
    require_headers_offset(image, path, sidecar)
    return Timing(n_volumes, seconds, _reference_s(path, sidecar, seconds, slice_reference))


def require_headers_offset(
    image: nib.Nifti1Image, path: str | Path, sidecar: dict[str, Any]
) -> None:
    """The header's toffset moves the first volume; AFNI writes there where slices were timed to.

    Raises
    ------
    InputError : an offset that no StartTime explains
    """
    offset_s = float(image.header["toffset"]) * time_unit_s(image)
    start_s = sidecar.get("StartTime")
    explained = start_s if is_number(start_s) else 0.0
    if np.isfinite(offset_s) and min(abs(offset_s), abs(offset_s - explained)) > TOLERANCE_S:
        wanted = "0, or the sidecar's StartTime, if slices were timed to that moment"
        raise InputError(path, "toffset", wanted, f"{offset_s:g} s in the header")


def repetition_time_s(image: nib.Nifti1Image, path: str | Path, sidecar: dict[str, Any]) -> float:
    """Seconds from volume to volume, by the sidecar, else by the header.

    Raises
    ------
    InputError : neither tells, they disagree, volumes at unequal distances
    """
    header_s, stated = header_repetition_time_s(image), sidecar.get("RepetitionTime")
    if "VolumeTiming" in sidecar:
        spacing_s = _spacing_s(path, sidecar["VolumeTiming"], int(image.shape[3]))
        if stated is not None and stated != spacing_s:
            wanted = "VolumeTiming or RepetitionTime"
            if not is_number(stated) or abs(stated - spacing_s) > TOLERANCE_S:
                got = f"volumes {spacing_s:g} s apart and a RepetitionTime of {stated!r}"
                raise InputError(path, "VolumeTiming", wanted, got)
        stated = spacing_s
    if stated is None:
        if not header_s > 0:
            raise InputError(path, "RepetitionTime", "in the sidecar or the header", "neither")
        if not SHORTEST_S <= header_s <= LONGEST_S:
            wanted = f"seconds, {SHORTEST_S:g} to {LONGEST_S:g}"
            raise InputError(path, "repetition time", wanted, f"{header_s:g} s in the header")
        return header_s
    if not is_number(stated) or not SHORTEST_S <= stated <= LONGEST_S:
        wanted = f"seconds, {SHORTEST_S:g} to {LONGEST_S:g}"
        raise InputError(path, "RepetitionTime", wanted, repr(stated))
    if header_s > 0 and abs(header_s - stated) > TOLERANCE_S:
        wanted = f"{stated:g} s as in the sidecar"
        raise InputError(path, "RepetitionTime", wanted, f"{header_s:g} s in the header")
    return float(stated)


def _spacing_s(path: str | Path, times: Any, n_volumes: int) -> float:
    """Distance of volumes that VolumeTiming puts at equal distances, s.

    ASSUME: unequal ones are refused, not modelled: the model of the noise has one step a volume.
    """
    if not isinstance(times, list) or not all(map(is_number, times)) or len(times) != n_volumes:
        got = f"{len(times)} values" if isinstance(times, list) else repr(times)
        raise InputError(path, "VolumeTiming", f"{n_volumes} times in s, one a volume", got)
    stored = np.array(times, dtype=float)
    if abs(stored[0]) > TOLERANCE_S:
        wanted = "0 s for the first volume, where events are counted from"
        raise InputError(path, "VolumeTiming", wanted, f"{stored[0]:g} s")
    spacing_s = float((stored[-1] - stored[0]) / (n_volumes - 1))
    if np.abs(stored - spacing_s * np.arange(n_volumes)).max() > TOLERANCE_S:
        apart = np.diff(stored)
        got = f"{apart.min():g} to {apart.max():g} s apart"
        raise InputError(path, "VolumeTiming", "volumes at equal distances", got)
    return round(spacing_s, 6)


def _reference_s(
    path: str | Path, sidecar: dict[str, Any], seconds: float, slice_reference: float | None
) -> float:
    corrected, start_s = sidecar.get("SliceTimingCorrected"), sidecar.get("StartTime")
    if corrected is False and start_s is not None:
        wanted = "none beside SliceTimingCorrected: false, which says that slices keep their times"
        raise InputError(path, "StartTime", wanted, start_s)
    if slice_reference is not None:
        if corrected is True or start_s is not None:
            wanted = "slices as they were recorded (scans.slice_reference is set)"
            raise InputError(path, "SliceTimingCorrected", wanted, f"StartTime {start_s}")
        return slice_reference * seconds
    if start_s is None:
        return SPM_REFERENCE * acquisition_s(path, sidecar, seconds)
    if not is_number(start_s) or not 0 <= start_s <= seconds + TOLERANCE_S:
        wanted = f"0 to {seconds:g} s, within a volume"
        raise InputError(path, "StartTime", wanted, repr(start_s))
    return float(start_s)


def acquisition_s(path: str | Path, sidecar: dict[str, Any], repetition_s: float) -> float:
    """How long recording one volume takes: less than the repetition time in sparse runs, s.

    AcquisitionDuration counts only beside VolumeTiming, as in BIDS: dcm2niix writes the whole
    run's duration under that name.

    Raises
    ------
    InputError : times longer than a volume, or that contradict each other
    """
    found: dict[str, float] = {}
    names = ["FrameAcquisitionDuration", "DelayTime"]
    for name in [*names, "AcquisitionDuration"] if "VolumeTiming" in sidecar else names:
        stated = sidecar.get(name)
        if stated is None:
            continue
        if not is_number(stated) or not 0 <= stated <= repetition_s + TOLERANCE_S:
            raise InputError(path, name, f"0 to {repetition_s:g} s", repr(stated))
        found[name] = repetition_s - stated if name == "DelayTime" else float(stated)
    slices_s = _slices_s(path, sidecar.get("SliceTiming"), repetition_s)
    if slices_s is not None:
        found["SliceTiming"] = slices_s
    if not found:
        return repetition_s
    if max(found.values()) - min(found.values()) > 0.1 * repetition_s:
        got = ", ".join(f"{seconds:.3g} s by {name}" for name, seconds in found.items())
        raise InputError(path, "duration of a volume", "one duration", got)
    seconds = next(iter(found.values()))
    if not seconds > 0:
        raise InputError(path, next(iter(found)), "time to record a volume in", f"{seconds:g} s")
    return min(seconds, repetition_s)


def _slices_s(path: str | Path, times: Any, repetition_s: float) -> float | None:
    """From the first slice's start to the last slice's end; None where slices do not tell."""
    if not isinstance(times, list) or not times or not all(map(is_number, times)):
        return None
    distinct = np.unique(np.round(np.array(times, dtype=float), 4))
    if distinct[0] < -TOLERANCE_S or distinct[-1] > repetition_s + TOLERANCE_S:
        got = f"{distinct[0]:g} to {distinct[-1]:g} s"
        raise InputError(path, "SliceTiming", f"0 to {repetition_s:g} s", got)
    if len(distinct) < 2:
        return None  # a 3-D sequence, or times that nobody knew
    return float(min(distinct[-1] + np.median(np.diff(distinct)), repetition_s))
