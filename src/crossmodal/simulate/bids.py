"""Writing a BIDS data set: NIfTI with identical bytes on every run, sidecars, tables."""

import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from nibabel.orientations import (
    apply_orientation,
    axcodes2ornt,
    inv_ornt_aff,
    io_orientation,
    ornt_transform,
)

from crossmodal.contracts.atomic import atomic_path, write_json, write_text

DATA_OFFSET_BYTES = 352
BOLD_STEP = 2.0  # intensity per stored integer, in scl_slope
BIDS_VERSION = "1.10.0"


def stored_as(data: np.ndarray, affine: np.ndarray, codes: str) -> tuple[np.ndarray, np.ndarray]:
    """The same image with its voxel axes flipped and swapped to ``codes`` (e.g. 'LAS')."""
    change = ornt_transform(io_orientation(affine), axcodes2ornt(codes))
    return apply_orientation(data, change), affine @ inv_ornt_aff(change, data.shape[:3])


def nifti_gz(
    data: np.ndarray, affine: np.ndarray, repetition_time_s: float | None = None, step: float = 1.0
) -> bytes:
    """A .nii.gz with int16 voxels and ``scl_slope`` = ``step``; equal input gives equal bytes."""
    stored = np.clip(np.rint(data / step), -32768, 32767).astype("<i2")
    image = nib.Nifti1Image(stored, affine)
    image.set_qform(affine, 1)
    image.set_sform(affine, 1)
    image.header.set_xyzt_units("mm", "sec")
    if repetition_time_s is not None:
        image.header.set_zooms((*image.header.get_zooms()[:3], repetition_time_s))
    header = image.header.copy()
    header["vox_offset"] = DATA_OFFSET_BYTES
    header["scl_slope"], header["scl_inter"] = step, 0.0
    raw = header.binaryblock + b"\0\0\0\0" + stored.tobytes(order="F")
    # Level 1: noise hardly compresses, higher levels only take longer.
    return gzip.compress(raw, compresslevel=1, mtime=0)


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write bytes atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_table(path: str | Path, frame: pd.DataFrame, decimals: int | None = None) -> None:
    """Write a BIDS TSV."""
    buffer = io.StringIO()
    number = None if decimals is None else f"%.{decimals}f"
    frame.to_csv(
        buffer, sep="\t", index=False, lineterminator="\n", na_rep="n/a", float_format=number
    )
    write_text(path, buffer.getvalue())


def bold_sidecar(repetition_time_s: float, affine: np.ndarray, task: str) -> dict[str, object]:
    """Sidecar of a BOLD run; the phase-encoding axis runs from posterior to anterior."""
    axis, flip = next(
        ("ijk"[i], code == "P") for i, code in enumerate(nib.aff2axcodes(affine)) if code in "AP"
    )
    return {
        "TaskName": task,
        "RepetitionTime": repetition_time_s,
        "EchoTime": 0.03,
        "FlipAngle": 70,
        "MagneticFieldStrength": 3,
        "Manufacturer": "simulated",
        "PhaseEncodingDirection": axis + ("-" if flip else ""),
        "Instructions": "Watch and listen.",
    }


T1W_SIDECAR = {"MagneticFieldStrength": 3, "Manufacturer": "simulated"}

README_TEXT = """# Simulated audio-visual emotion data set

No person was scanned. The images are a warped MNI template with planted responses, noise
and head motion; the truth lies beside the data set in `truth/`. Events: every clip once per
run, in first-order counterbalanced order of emotions, with null events in between.
"""

EVENTS_SIDECAR = {
    "trial_type": {
        "LongName": "Event category",
        "Description": "Emotion of the clip, or 'null' for an event without clip",
    },
    "stimulus_id": {
        "LongName": "Clip",
        "Description": "File name of the clip without suffix; n/a for null events",
    },
}


def write_dataset_files(folder: str | Path, labels: Sequence[str], task: str) -> None:
    """The files about the whole data set."""
    folder = Path(folder)
    write_json(
        folder / "dataset_description.json",
        {
            "Name": "Simulated audio-visual emotion data set",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "License": "CC0",
            "Authors": ["crossmodal simulator"],
        },
    )
    write_text(folder / "README.md", README_TEXT)
    write_table(
        folder / "participants.tsv", pd.DataFrame({"participant_id": [f"sub-{x}" for x in labels]})
    )
    write_json(folder / f"task-{task}_events.json", EVENTS_SIDECAR)
