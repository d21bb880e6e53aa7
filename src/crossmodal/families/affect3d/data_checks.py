"""What affect3d asks of clips and labels in vain: found before any training."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crossmodal.contracts.actor_files import actor_file_part
from crossmodal.contracts.affect_labels import AffectLabels
from crossmodal.contracts.errors import InputError, problems_of
from crossmodal.families.affect3d.block import Affect3dSettings
from crossmodal.families.affect3d.circumplex import read_circumplex
from crossmodal.families.affect3d.experiment import validation_actors
from crossmodal.families.affect3d.network import N_FRAMES
from crossmodal.families.affect3d.windows import thinned
from crossmodal.stimuli.media import announced_frames, read_video
from crossmodal.stimuli.naming import StimulusName
from crossmodal.stimuli.selection import Selection, has_clips


def problems(block: Affect3dSettings, study: Any, chosen: Selection | None) -> list[InputError]:
    """Actors, labels and clips that its jobs would refuse.

    Opens label tables and headers of clips; decodes a clip only where its labels seem too short.
    """
    if chosen is None or "video" not in study.stimuli.modalities:
        return []  # reported by ``checks``
    if not chosen.pool:
        expected = "clips of other actors, on which affect3d is trained"
        return [InputError("config", "stimuli.pool", expected, "none")]
    genders = {name.identity: name.gender for name in chosen.pool}
    problems = problems_of(lambda: validation_actors(genders, "stimuli.pool"))
    clips = [*chosen.study, *chosen.pool]
    if block.labels == "circumplex":
        problems += problems_of(lambda: _circumplex(block.circumplex, chosen.pool))
    if block.labels == "frames" and block.labels_dir is not None:
        problems += _frame_labels(block.labels_dir, clips)
    if has_clips(study.stimuli):
        rate_hz = block.training.frame_rate_hz
        for name in clips:
            problems += problems_of(lambda path=name.path: _require_window(path, rate_hz))
    return problems


def _circumplex(path: str, clips: Sequence[StimulusName]) -> None:
    """Refuse a damaged table, and sets of clips none of whose emotions it has."""
    known = set(read_circumplex(path).emotion)
    emotions = sorted({name.emotion for name in clips})
    if known.isdisjoint(emotions):
        raise InputError(path, "emotion", f"some of {emotions}", sorted(known))


def _frame_labels(folder: str, clips: Sequence[StimulusName]) -> list[InputError]:
    """Tables of frame labels that are missing, damaged, or shorter than their clips."""
    problems = []
    for actor in sorted({name.identity for name in clips}):
        path = Path(folder, f"actor-{actor_file_part(actor)}.csv")
        of_actor = [name for name in clips if name.identity == actor]
        try:
            labels = AffectLabels.read([path])
        except InputError as problem:
            problems.append(problem)
            continue
        for name in of_actor:
            problems += problems_of(lambda labels=labels, name=name: _require_labels(labels, name))
    return problems


def _require_labels(labels: AffectLabels, name: StimulusName) -> None:
    """Refuse fewer labels than frames. A header may count frames that do not decode."""
    n_labels = int((labels.frame.stimulus_id == name.stimulus_id).sum())
    announced = announced_frames(name.path)
    if announced is None or n_labels < announced[0]:
        video = read_video(name.path)
        labels.of_clip(name.stimulus_id, 0 if video is None else len(video))


def _require_window(path: str, frame_rate_hz: float) -> None:
    """Refuse a clip without the 16 frames of one window at the training's rate."""
    announced = announced_frames(path)
    if announced is None:
        return
    n_kept = len(thinned(*announced, frame_rate_hz))
    if n_kept < N_FRAMES:
        raise InputError(path, "frames", f"at least {N_FRAMES} at {frame_rate_hz} Hz", n_kept)
