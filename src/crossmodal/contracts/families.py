"""The registry of network families: what the study must know of each beside its results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crossmodal.contracts.layer_names import AFFECT3D, cross_channel_layers, mrpn_layers

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Family:
    """A family of networks, named as its config block below ``families``.

    Parameters
    ----------
    rules : its file in workflow/rules; writes ``rdms/<family>/<regime>.h5`` for every regime
    layers : config block -> names of its layers, in order, as in its RDMs
    unseen_actors : config block -> whether it is tested on actors whom training must not have
        seen, so that they must not be in the pool
    """

    rules: str
    layers: Callable[[Block], tuple[str, ...]]
    unseen_actors: Callable[[Block], bool] = lambda block: True


def _cross_channel(block: Block) -> tuple[str, ...]:
    arms = cross_channel_layers((block.get("network") or {}).get("audio_blocks", 3))
    return tuple(layer for arm in arms.values() for layer in arm)


def _mrpn_uses_the_pool(block: Block) -> bool:
    """Extractors without weights of their own are pretrained on it."""
    return any(block["weights"][modality] is None for modality in block["inputs"]["modalities"])


FAMILIES = {
    # Tuned and tested within the study's clips, whose actors all folds share.
    "cross_channel": Family("network.smk", _cross_channel, lambda block: False),
    "mrpn": Family("mrpn.smk", mrpn_layers, _mrpn_uses_the_pool),
    "affect3d": Family("affect3d.smk", lambda block: AFFECT3D),
}


def known_layers(families: Mapping[str, Block]) -> list[str]:
    """All layers of the configured families."""
    return [layer for name, block in _with_rdms(families) for layer in FAMILIES[name].layers(block)]


def n_models(families: Mapping[str, Block]) -> int:
    """Layers times regimes, over the configured families."""
    return sum(
        len(FAMILIES[name].layers(block)) * len(block["regimes"])
        for name, block in _with_rdms(families)
    )


def _with_rdms(families: Mapping[str, Block]) -> list[tuple[str, Block]]:
    """The families whose layers become RDMs: all that do not say ``rdms: false``."""
    return [(name, block) for name, block in families.items() if block.get("rdms", True)]
