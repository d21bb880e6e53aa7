"""RDMs and clip thumbnails, as data of the RDM explorer."""

import base64
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import h5py
import matplotlib as mpl
import numpy as np
from PIL import Image

from crossmodal.contracts.clips import Clip, read_clips
from crossmodal.contracts.rdms import MEASURES, ModelRDMs
from crossmodal.contracts.stimulus_table import REGIMES, StimulusTable
from crossmodal.figures import style
from crossmodal.report.packing import pack, quantise

THUMBNAIL_PX = 72
ONLY_SOURCES = ("ensemble", "labels", "planted", "table", "file")


def rdm_set(rdms: ModelRDMs) -> dict[str, Any]:
    """One model set: its RDMs (the ensemble of seeds where there are several sources)."""
    rows = [i for i, source in enumerate(rdms.sources) if source in ONLY_SOURCES]
    layers = []
    for row in rows or range(len(rdms.layers)):
        values = rdms.dissimilarities[row]
        high = float(values.max()) or 1.0
        layers.append(
            {
                "name": rdms.layers[row],
                "arm": rdms.arms[row],
                "source": rdms.sources[row],
                "measure": MEASURES.get(rdms.measures[row], rdms.measures[row]),
                "limit": high,
                "values": pack(quantise(values, 0.0, high).codes),
            }
        )
    return {"stimulus_ids": list(rdms.stimulus_ids), "layers": layers}


def stimulus_data(stimuli: StimulusTable, clip_files: Iterable[Path]) -> dict[str, Any]:
    """Labels of every clip, and a picture of it where its clip file exists."""
    wanted = set(stimuli.stimulus_ids)
    pictures = {
        clip.stimulus_id: thumbnail(clip)
        for path in clip_files
        for clip in read_clips(path, _ids_in(path, wanted))
    }
    return {
        "labels": {name: stimuli.labels(name) for name in (*REGIMES, *stimuli.own_columns)},
        "stimulus_ids": stimuli.stimulus_ids,
        "pictures": {name: pictures[name] for name in stimuli.stimulus_ids if name in pictures},
        "colours": list(style.CATEGORY_COLOURS),
        "colour_map": style.hex_colours(style.RDM_MAP),
    }


def _ids_in(path: Path, wanted: set[str]) -> Sequence[str]:
    with h5py.File(path, "r") as file:
        return [name for name in file if name in wanted]


def thumbnail(clip: Clip) -> str:
    """A data URI: the face in the middle of the clip, or its mel image where there is no video."""
    if clip.has_video:
        pixels = clip.video_rgb[len(clip.video_rgb) // 2]
    else:
        decibel = 10 * np.log10(np.maximum(clip.mel_power, 1e-10))
        scaled = np.clip((decibel - decibel.max() + 60) / 60, 0, 1)
        pixels = (mpl.colormaps[style.RDM_MAP](scaled[::-1])[..., :3] * 255).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(pixels)).resize((THUMBNAIL_PX, THUMBNAIL_PX))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
