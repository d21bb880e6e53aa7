"""The text of a starter config: what was found in the folders, and what to think about."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from crossmodal.commands.found_clips import FoundClips
from crossmodal.commands.found_scans import FoundScans
from crossmodal.stimuli.naming import StimulusName
from crossmodal.study.reading import plain_value

LABELS = ("emotion", "identity", "gender", "sentence")
ALIKE = "not yet: labels that group the clips; here all are alike, or each is another"
OTHER_CLIPS = "a study of its own: its events name other conditions than these clips"
FEW = 12  # values named in a comment
HEAD = """# Every other key, with its default: config/README.md, or `crossmodal config show FILE`.
#   crossmodal check --config FILE    everything that is wrong with this file and the data
#   crossmodal plan --config FILE     what it will cost
#   snakemake --cores all --configfile FILE
"""


@dataclass(frozen=True)
class Parts:
    """Which blocks are switched on; the others are there as comments."""

    network: bool
    maps: bool
    scans: bool


def starter(
    name: str, clips: FoundClips | None, scans: FoundScans | None, parts: Parts, why: str = ""
) -> str:
    """A config in YAML.

    Parameters
    ----------
    parts : what the data allow
    why : what stood against the blocks that are comments
    """
    blocks = [f"{HEAD}study:\n  name: {scalar(name)}\n  seed: 1\n"]
    if clips:
        blocks += [_stimuli(clips, scans, parts), switched(_network(clips), parts.network, why)]
    if scans:
        blocks.append(switched(_scans(scans), parts.scans, OTHER_CLIPS))
    if clips:
        labels = _labels(_chosen(clips, scans, parts))
        model = f"models:\n  labels: {flow(labels or ['emotion'])} # a model RDM each\n"
        blocks.append(switched(model, bool(labels), ALIKE))
    elif scans:
        blocks.append(_tables(scans))
    if scans:
        reason = (why or OTHER_CLIPS) if clips else "as soon as there are models (above)"
        blocks.append(switched(_maps(scans), parts.maps, reason))
    return "\n".join(blocks)


def scalar(text: str) -> str:
    """A text as YAML: quoted where YAML would make something else of it."""
    bare = re.fullmatch(r"[A-Za-z_./][A-Za-z0-9_./-]*", text) and plain_value(text) == text
    return text if bare else json.dumps(text, ensure_ascii=False)


def flow(values: Sequence[str]) -> str:
    """A list in one line."""
    return f"[{', '.join(map(scalar, values))}]"


def switched(block: str, on: bool, why: str = "") -> str:
    """A block, or the same as a comment with the reason."""
    if on:
        return block
    reason = f"# {why}\n" if why else ""
    return reason + "".join(f"# {line}\n" for line in block.splitlines())


def few(values: Sequence[str]) -> str:
    """Values for a comment."""
    return ", ".join(values[:FEW]) + (f" and {len(values) - FEW} more" if len(values) > FEW else "")


def _stimuli(clips: FoundClips, scans: FoundScans | None, parts: Parts) -> str:
    seen = _seen(clips, scans) if scans and parts.scans else ()
    chosen = _study_set(clips, seen, parts.network)
    pool = "{exclude: actors}" if parts.network else "null"
    skip = " # some clips lack one of them\n  missing_modality: skip" if clips.uneven else ""
    n_odd = f"; {len(clips.odd)} files have other names" if clips.odd else ""
    return f"""stimuli:
  clips_dir: {scalar(clips.folder)} # {len(clips.names)} clips{n_odd}
  naming: {clips.naming}
  modalities: {flow(clips.modalities)}{skip}
  study: # the clips that participants see, or that networks are tuned and tested on
{chosen}
  pool: {pool} # clips to pretrain networks on; 'actors' leaves out those of the study
"""


def _seen(clips: FoundClips, scans: FoundScans) -> tuple[StimulusName, ...]:
    """The clips that the events name."""
    return tuple(name for name in clips.names if name.stimulus_id in scans.conditions)


def _study_set(clips: FoundClips, seen: Sequence[StimulusName], network: bool) -> str:
    """Lines of ``stimuli.study``; each label with all values that there are."""
    keys = {"actors": "identity", "emotions": "emotion", "repetitions": "repetition"}
    lines = []
    for key, field in keys.items():
        known = clips.labels(field)
        values = sorted({getattr(name, field) for name in seen}) if seen else None
        if key == "actors" and not seen and network:
            values = clips.study_actors
        text = "null" if values is None or values == known else flow(values)
        lines.append(f"    {key}: {text} # {few(known) if known else 'names do not tell'}")
    levels = {name.intensity for name in seen} - {"normal"}
    known = clips.labels("intensity")
    level = scalar(min(levels)) if len(levels) == 1 and levels <= set(known) else "null"
    lines.append(f"    intensity: {level} # {few(known) if known else 'names do not tell'}")
    return "\n".join(lines)


def _chosen(clips: FoundClips, scans: FoundScans | None, parts: Parts) -> list[StimulusName]:
    """The clips of the study set."""
    if scans and parts.scans:
        return list(_seen(clips, scans))
    actors = clips.study_actors if parts.network else clips.labels("identity")
    return [name for name in clips.names if name.identity in actors]


def _labels(names: Sequence[StimulusName]) -> list[str]:
    """Labels that divide clips into groups: neither all alike nor all different."""
    counts = {label: len({getattr(name, label) for name in names}) for label in LABELS}
    return [label for label, n in counts.items() if 1 < n < len(names)]


def _network(clips: FoundClips) -> str:
    known = [label for label in LABELS if len(clips.labels(label)) > 1]
    regimes = [label for label in known if label in ("emotion", "identity")] or ["emotion"]
    return f"""families:
  cross_channel: # tuned settings: `extends: [config/presets/tuned.yaml]` at the top
    regimes: {flow(regimes)} # what it is trained to tell apart, of {few(known or regimes)}
    n_seeds: 1
"""


def _scans(scans: FoundScans) -> str:
    n = len(scans.participants)
    every = "null" if not scans.left_out else flow(scans.participants)
    out = "".join(f"  # sub-{label} is left out: {why}\n" for label, why in scans.left_out.items())
    tasks = f" # others: {few(scans.other_tasks)}" if scans.other_tasks else ""
    fmriprep = scalar(scans.fmriprep_dir) if scans.fmriprep_dir else "null"
    return f"""scans: # {len(scans.runs)} run(s) of {n} participant(s); {scans.images}
  bids_dir: {scalar(scans.folder)}
  fmriprep_dir: {fmriprep} # fMRIPrep's derivatives, instead of own preprocessing
  task: {scalar(scans.task)}{tasks}
  participants: {every} # {few(scans.participants)}
{out}  space: {scans.space}
  events:
    condition_column: {scalar(scans.column)} # {few(scans.conditions) or "no conditions"}
"""


def _tables(scans: FoundScans) -> str:
    return f"""# What to compare the brain with: a TSV, conditions in the first column, then models.
# models:
#   tables: {{mine: models.tsv}} # rows: {few(scans.conditions)}
"""


def _maps(scans: FoundScans) -> str:
    several = len(scans.participants) > 1
    test = "sign_flip" if several else "condition_permutation # one participant"
    return f"""searchlight:
  radius_mm: 9.0
group:
  test: {test}
"""
