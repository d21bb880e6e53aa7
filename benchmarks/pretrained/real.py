"""What layers of the pretrained networks tell apart on real voices and real faces.

    python -m benchmarks.pretrained.real

Reads config/pretrained_voices.yaml and config/pretrained_clips.yaml; prints, for each layer, the
Spearman correlation of its RDM with category RDMs, its own weights / the untrained twins'.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy.stats import spearmanr

from crossmodal.contracts.clips import Clip
from crossmodal.families.external.rdms import clip_stimuli, network_rdms
from crossmodal.representations.rdm import category_rdm
from crossmodal.stimuli.extraction import ClipExtractor
from crossmodal.stimuli.naming import StimulusName
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.study import Study
from crossmodal.study.validate import load_study

LABELS = ("emotion", "identity", "gender", "sentence")


def real_clips(study: Study) -> tuple[list[Clip], Sequence[StimulusName]]:
    """The study's clips as its stimuli stage makes them, and their labels."""
    stimuli, chosen = study.stimuli, clip_selection(study)[1]
    face = stimuli.face if "video" in stimuli.modalities else None
    extractor = ClipExtractor(face, stimuli.audio, stimuli.modalities, stimuli.missing_modality)
    found = extractor.extract_all([name.path for name in chosen.study])
    clips = [replace(clip, stimulus_id=name.stimulus_id)
             for clip, name in zip(found, chosen.study, strict=True)]  # fmt: skip
    return clips, chosen.study


def rows(config: str, labels: Sequence[str]) -> Iterator[str]:
    """Lines of a table in Markdown: network, layer and a column per label."""
    study = load_study(config)
    clips, names = real_clips(study)
    models = {label: category_rdm([name.label(label) for name in names]) for label in labels}
    for name, network in study.families.external.networks.items():
        stimuli = clip_stimuli(network, lambda arrays: clips)
        rdms = network_rdms(network, name, stimuli, study.study.seed)
        own, twin = rdms.select("ensemble"), rdms.select("untrained")
        for k, layer in enumerate(own.layers):
            cells = [
                "/".join(f"{_rho(one.dissimilarities[k], model):.2f}" for one in (own, twin))
                for model in models.values()
            ]
            yield f"| {name} | {layer} | {' | '.join(cells)} |"


def _rho(rdm: np.ndarray, model: np.ndarray) -> float:
    return float(spearmanr(rdm, model).statistic)


if __name__ == "__main__":
    torch.set_num_threads(1)
    print("| network | layer |", " | ".join(LABELS), "|")
    print(*rows("config/pretrained_voices.yaml", LABELS), sep="\n")
    print(*rows("config/pretrained_clips.yaml", ("identity",)), sep="\n")
