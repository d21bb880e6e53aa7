"""How large the user's data are, from file names and the headers of the first clip and run."""

import dataclasses
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from crossmodal.bold.block import Scans
from crossmodal.bold.outside.glmsingle import read_trials
from crossmodal.bold.outside.listing import participants_of
from crossmodal.bold.outside.read import conditions_of, image_list
from crossmodal.bold.read.events import usual_conditions
from crossmodal.bold.read.images import load_image, open_image
from crossmodal.bold.read.study_runs import runs_of
from crossmodal.contracts.braces import filled
from crossmodal.contracts.errors import InputError
from crossmodal.plan.dimensions import Data
from crossmodal.plan.stubs import with_stubs
from crossmodal.stimuli.block import Stimuli
from crossmodal.stimuli.container import announced_duration_s, opened, picture_stream
from crossmodal.stimuli.selection import Selection, find_selection, has_clips
from crossmodal.study.study import Study
from crossmodal.study.validate import build_study


def found_data(study: Study) -> Data:
    """Sizes of the clips and scans that are there; the published study's for what is not."""
    found: dict[str, Any] = {}
    scans, stimuli = study.scans, study.stimuli
    if scans and scans.betas:
        found |= _outside(scans)
    elif scans and scans.bids_dir and Path(scans.bids_dir).is_dir():
        found |= _scans(scans)
    if stimuli and has_clips(stimuli):
        is_there = stimuli.table is not None or Path(stimuli.clips_dir).is_dir()
        found |= _clips(stimuli) if is_there else _announced_clips(study)
    return dataclasses.replace(Data(), **found)


def _announced_clips(study: Study) -> dict[str, Any]:
    """How many clips the config takes of the whole collection."""
    with tempfile.TemporaryDirectory() as folder:
        _, selection = find_selection(build_study(with_stubs(study, folder, Data())).stimuli)
    return {} if selection is None else _counts(selection)


def _counts(selection: Selection) -> dict[str, Any]:
    return {
        "n_conditions": len(selection.study),
        "n_clips": len(selection.study) + len(selection.pool),
        "n_voices": len(selection.voices),
        "n_extracted": len(selection.clips),
        "n_actors": len({name.identity for name in selection.clips}),
    }


def _clips(stimuli: Stimuli) -> dict[str, Any]:
    _, selection = find_selection(stimuli)
    if selection is None:
        return {}
    found = _counts(selection)
    with suppress(InputError):  # make check tells what is wrong with it
        found |= _first_clip(selection.study[0].path)
    return found


def _first_clip(path: str) -> dict[str, Any]:
    """Size and length; a recording without pictures has none."""
    with opened(path) as container:
        duration_s = announced_duration_s(container)
        length = {"duration_s": duration_s} if duration_s else {}
        stream = picture_stream(container)
        if stream is None:
            return {"width_px": 0, "height_px": 0} | length
        rate_hz = stream.average_rate
        rate = {"frame_rate_hz": float(rate_hz)} if rate_hz else {}
        return {"width_px": stream.width, "height_px": stream.height} | length | rate


def _outside(scans: Scans) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with suppress(InputError):
        labels = participants_of(scans)
        found["n_participants"] = len(labels)
        found["n_conditions"] = len(scans.conditions or conditions_of(scans, labels[0]))
        if scans.betas.source == "glmsingle":
            trials = read_trials(filled(scans.betas.trials, labels[0]))
            runs, image = {run for run, _ in trials}, filled(scans.betas.reference, labels[0])
        else:
            images = image_list(scans, labels[0])
            runs, image = images.runs, images.estimates[0].path
        found["n_runs"] = len(runs)
        found["voxel_mm"] = float(min(load_image(image).header.get_zooms()[:3]))
    return found


def _scans(scans: Scans) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with suppress(InputError):
        runs = runs_of(scans)
        found["n_participants"] = len({run.participant for run in runs})
        found["n_runs"] = max(1, round(len(runs) / found["n_participants"]))
        events = [run.events for run in runs if run.events]
        found["n_conditions"] = len(scans.conditions or usual_conditions(events, scans.events))
        image = open_image(runs[0].bold, 4, scans.trust_affine)
        found["n_volumes"] = int(image.shape[3])
        found["voxel_mm"] = float(min(image.header.get_zooms()[:3]))
    return found
