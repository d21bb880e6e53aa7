"""What a config asks of network families in vain."""

from collections.abc import Iterator
from pathlib import Path

from crossmodal.contracts.errors import InputError
from crossmodal.families.mrpn.block import MrpnSettings
from crossmodal.families.mrpn.variants import find_variant
from crossmodal.families.registry import FAMILIES
from crossmodal.stimuli.selection import has_clips
from crossmodal.study.study import Study

CONFIG = "config"
COLLECTIONS = {"RAVDESS": "ravdess", "CREMA-D": "cremad"}


def families(study: Study) -> Iterator[InputError]:
    """Pools that a family cannot do with, and options that contradict each other."""
    if study.stimuli is None:
        return
    yield from _pool(study)
    if study.stimuli.test_actors:
        for name in ("families.mrpn", "voices"):
            if study.families.mrpn if "mrpn" in name else study.voices:
                expected = f"null with {name}, whose folds hold out every actor in turn"
                given = list(study.stimuli.test_actors)
                yield InputError(CONFIG, "stimuli.test_actors", expected, given)
    if study.families.mrpn:
        yield from _mrpn(study, study.families.mrpn)
    if affect := study.families.affect3d:
        if affect.labels == "simulated" and study.simulate.clips is None:
            expected = "'frames' or 'circumplex' (there is no block simulate.clips)"
            yield InputError(CONFIG, "families.affect3d.labels", expected, "'simulated'")
        if "video" not in study.stimuli.modalities:
            given = list(study.stimuli.modalities)
            yield InputError(CONFIG, "stimuli.modalities", "video, for affect3d", given)
        if affect.labels == "frames" and affect.labels_dir is None:
            expected = "a folder of frame labels, one actor-XX.csv per actor"
            yield InputError(CONFIG, "families.affect3d.labels_dir", expected, "null")
    network, figures = study.families.cross_channel, study.figures
    for regime in (figures and figures.regimes) or ():
        if network and regime not in network.regimes:
            expected = f"some of {list(network.regimes)}"
            yield InputError(CONFIG, "figures.regimes", expected, regime)


def family_names(study: Study) -> Iterator[InputError]:
    """Weights that families start from and that are not there."""
    mrpn = study.families.mrpn
    for modality in ("video", "audio") if mrpn else ():
        path = getattr(mrpn.weights, modality)
        if path and not Path(path).is_file():
            field = f"families.mrpn.weights.{modality}"
            yield InputError(path, field, "a file of weights", "no such file")


def _pool(study: Study) -> Iterator[InputError]:
    """No pool to train on, or one with the actors a family is tested on."""
    pool = study.stimuli.pool
    trained = {"cross_channel": "pretrain cross_channel", "affect3d": "train affect3d"}
    for name, purpose in trained.items():
        if getattr(study.families, name) and pool is None:
            yield InputError(CONFIG, "stimuli.pool", f"a pool to {purpose} on", None)
            return
    unseen = [f"families.{name}" for name, block in study.families
              if FAMILIES[name].unseen_actors(block)]  # fmt: skip
    if unseen and pool and pool.exclude == "stimuli":
        expected = f"'actors': the study's must be new to {' and '.join(unseen)}"
        yield InputError(CONFIG, "stimuli.pool.exclude", expected, "'stimuli'")


def _mrpn(study: Study, block: MrpnSettings) -> Iterator[InputError]:
    """Published numbers of other clips, modalities that lack, vectors that no head can share."""
    dataset, stimuli, where = block.compare_with_published, study.stimuli, "families.mrpn"
    simulated = not has_clips(stimuli)
    if dataset and (simulated or stimuli.naming not in (COLLECTIONS[dataset], "auto")):
        of_clips = "simulated clips" if simulated else f"stimuli.naming {stimuli.naming}"
        expected = f"null or the collection of {of_clips}"
        yield InputError(CONFIG, f"{where}.compare_with_published", expected, dataset)
    own, noise, units = block.inputs.modalities, block.interference, block.network.aggregated_units
    names = [*block.variants, block.rdm_variant, *(noise.variants if noise else ())]
    if units % 4 and any(name.endswith("transformer") for name in names):
        expected = "a multiple of 4, the heads of a Transformer"
        yield InputError(CONFIG, f"{where}.network.aggregated_units", expected, units)
    field = f"{where}.inputs.modalities"
    if missing := sorted(set(own) - set(stimuli.modalities)):
        expected = f"some of stimuli.modalities {list(stimuli.modalities)}"
        yield InputError(CONFIG, field, expected, missing)
    if noise and noise.modality not in own:
        yield InputError(CONFIG, field, f"{noise.modality}, which is made noisy", list(own))
    for name in dict.fromkeys(names):
        if missing := sorted(set(find_variant(name).modalities) - set(own)):
            yield InputError(CONFIG, field, f"{missing[0]} for variant {name}", list(own))
