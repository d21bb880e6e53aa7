"""The registry of network families: what the study must know of each beside its results."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from typing import Any

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.layer_names import AFFECT3D, cross_channel_layers, mrpn_layers
from crossmodal.contracts.settings import Settings, plain
from crossmodal.families.affect3d import cost as affect3d
from crossmodal.families.affect3d.block import Affect3dSettings
from crossmodal.families.affect3d.checks import problems as affect3d_problems
from crossmodal.families.cost import Facts
from crossmodal.families.cross_channel import cost as cross_channel
from crossmodal.families.cross_channel.block import CrossChannelFamily
from crossmodal.families.cross_channel.checks import problems as cross_channel_problems
from crossmodal.families.external.block import ExternalSettings
from crossmodal.families.mrpn import cost as mrpn
from crossmodal.families.mrpn.block import MrpnSettings
from crossmodal.families.mrpn.checks import problems as mrpn_problems


@dataclass(frozen=True)
class Family:
    """A family of networks, named as its config block below ``families``.

    Parameters
    ----------
    config : its block; has ``regimes``, ``n_seeds``, ``threads`` and ``accelerator``
    rules : its file in workflow/rules; writes ``rdms/<family>/<regime>.h5`` for every regime
    layers : config block -> names of its layers, in order, as in its RDMs
    cost : config block, ``Facts`` of the clips -> what its jobs' time and memory grow with
    problems : config block, study -> what the config asks in vain, before any file is opened
    data_checks : module whose ``problems(block, study, selection)`` opens clips, labels and
        weights; imported for checks alone, since it may be heavy
    weights : config block -> key below the block of each file of weights it starts from, and file
    trains_on_pool : what it does with the pool that it needs ('pretrain', 'train'), or nothing
    classifies : whether its regimes are label columns of the clips
    unseen_actors : config block -> whether it is tested on actors whom training must not have
        seen, so that they must not be in the pool
    rdms : config block -> whether it writes RDMs at all
    """

    config: type[Settings]
    rules: str
    layers: Callable[[Any], tuple[str, ...]]
    cost: Callable[[Any, Facts], dict[str, float]] = lambda block, facts: {}
    problems: Callable[[Any, Any], Iterable[InputError]] = lambda block, study: ()
    data_checks: str | None = None
    weights: Callable[[Any], Mapping[str, str | None]] = lambda block: {}
    trains_on_pool: str = ""
    classifies: bool = True
    unseen_actors: Callable[[Any], bool] = lambda block: True
    rdms: Callable[[Any], bool] = lambda block: True


def _cross_channel(block: CrossChannelFamily) -> tuple[str, ...]:
    arms = cross_channel_layers(block.network.audio_blocks)
    return tuple(layer for arm in arms.values() for layer in arm)


def _external(block: ExternalSettings) -> tuple[str, ...]:
    """Layers by name; what patterns find is known once the network is open."""
    named = (layer for network in block.networks.values() for layer in network.layers)
    return tuple(dict.fromkeys(layer for layer in named if not set(layer) & set("*?[")))


FAMILIES = {
    # Tuned and tested within the study's clips, whose actors all folds share.
    "cross_channel": Family(
        CrossChannelFamily,
        "network.smk",
        _cross_channel,
        cross_channel.cost,
        cross_channel_problems,
        trains_on_pool="pretrain",
        unseen_actors=lambda block: False,
    ),
    "mrpn": Family(
        MrpnSettings,
        "mrpn.smk",
        lambda block: mrpn_layers(block.rdm_variant),
        mrpn.cost,
        mrpn_problems,
        "crossmodal.families.mrpn.data_checks",
        weights=lambda block: {f"weights.{m}": path for m, path in plain(block.weights).items()},
        # Extractors without weights of their own are pretrained on the pool.
        unseen_actors=lambda block: bool(block.without_weights),
        rdms=lambda block: block.rdms,
    ),
    "affect3d": Family(
        Affect3dSettings,
        "affect3d.smk",
        lambda block: AFFECT3D,
        affect3d.cost,
        affect3d_problems,
        "crossmodal.families.affect3d.data_checks",
        trains_on_pool="train",
        classifies=False,
    ),
    "external": Family(
        ExternalSettings,
        "external.smk",
        _external,
        classifies=False,
        unseen_actors=lambda block: False,
    ),
}


class _Configured(Settings):
    """The families of a study; iterates over names and blocks of those that it has."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        for one in fields(self):  # type: ignore[arg-type]
            if (block := getattr(self, one.name)) is not None:
                yield one.name, block

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def with_rdms(self) -> Iterator[tuple[str, Any]]:
        """Names and blocks of the families whose layers become RDMs."""
        return ((name, block) for name, block in self if FAMILIES[name].rdms(block))


Families = make_dataclass(
    "Families",
    [(name, entry.config | None, field(default=None)) for name, entry in FAMILIES.items()],
    bases=(_Configured,),
    frozen=True,
)
Families.__module__, Families.__doc__ = __name__, "Model families to train; one block each."


def known_layers(families: Families) -> list[str]:
    """All layers of the configured families."""
    return [layer for name, block in families.with_rdms() for layer in FAMILIES[name].layers(block)]


def n_models(families: Families) -> int:
    """Layers times regimes, over the configured families."""
    return sum(
        len(FAMILIES[name].layers(block)) * len(block.regimes)
        for name, block in families.with_rdms()
    )
