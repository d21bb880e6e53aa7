"""Write frame labels of AFEW-VA or traces over seconds as one actor's table for affect3d."""

import argparse
from pathlib import Path

import pandas as pd

from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.errors import InputError
from crossmodal.families.affect3d.importers import import_afew_va, import_traces
from crossmodal.stimuli.media import read_video


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("output", type=Path, help="e.g. labels/actor-01.csv")
    parser.add_argument("files", nargs="+", type=Path, help="AFEW-VA .json, or clips with --traces")
    parser.add_argument("--traces", type=Path, help="folder of <clip>_<axis>[_<rater>].csv")


def run(options: argparse.Namespace) -> int:
    if options.traces:
        parts = [of_clip(path, options.traces) for path in options.files]
    else:
        parts = [import_afew_va(path) for path in options.files]
    frame = pd.concat([labels.frame for labels in parts], ignore_index=True)
    AffectLabels(frame, str(options.output)).write(options.output)
    print(f"{options.output}: {len(parts)} clips, {len(frame)} frames")
    return 0


def of_clip(path: Path, folder: Path) -> AffectLabels:
    """The traces of one clip at its frames' times.

    Raises
    ------
    InputError : the clip has no frames, or ``import_traces`` refuses the traces
    """
    video = read_video(path)
    if video is None:
        raise InputError(path, "video", "a clip with frames", "no video stream")
    return import_traces(folder, path.stem, len(video), video.frame_rate_hz)
