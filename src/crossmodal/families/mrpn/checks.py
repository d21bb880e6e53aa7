"""What a config asks of mrpn in vain."""

from collections.abc import Iterator
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.families.mrpn.block import MrpnSettings
from crossmodal.families.mrpn.variants import find_variant
from crossmodal.stimuli.selection import has_clips

CONFIG = "config"
COLLECTIONS = {"RAVDESS": "ravdess", "CREMA-D": "cremad"}


def problems(block: MrpnSettings, study: Any) -> Iterator[InputError]:
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
    if not block.train.train_extractors and study.stimuli.pool is None and block.without_weights:
        expected = (
            f"true, or a pool or weights for extractors of {' and '.join(block.without_weights)}"
        )
        yield InputError(CONFIG, f"{where}.train.train_extractors", expected, False)
    field = f"{where}.inputs.modalities"
    if missing := sorted(set(own) - set(stimuli.modalities)):
        expected = f"some of stimuli.modalities {list(stimuli.modalities)}"
        yield InputError(CONFIG, field, expected, missing)
    if noise and noise.modality not in own:
        yield InputError(CONFIG, field, f"{noise.modality}, which is made noisy", list(own))
    for name in dict.fromkeys(names):
        if missing := sorted(set(find_variant(name).modalities) - set(own)):
            yield InputError(CONFIG, field, f"{missing[0]} for variant {name}", list(own))
