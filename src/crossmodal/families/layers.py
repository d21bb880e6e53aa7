"""Layers of any family's networks: their table, and model RDMs from the same sources for all.

'seed-k' is a trained network each, 'ensemble' the mean RDM of those that learnt, 'best' the seed
that validation chose, 'untrained' the mean RDM of as many random networks as there are seeds, and
'pool', where a family has one, that of networks which never saw a study clip.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from torch import Tensor, nn

from crossmodal.contracts.layer_table import COLUMNS, LayerTable
from crossmodal.contracts.rdms import CORRELATION, ModelRDMs
from crossmodal.contracts.training import Training

NamedRDMs = tuple[Sequence[str], np.ndarray]  # names of layers, float64 (layer, pair)


@dataclass(frozen=True)
class Networks:
    """The networks of one regime whose layers become RDMs, made one by one when they are needed.

    seeds : number of a repetition -> its trained network
    controls : 'untrained' and, where a family has it, 'pool' -> networks whose mean RDM is taken
    best : the seed (a key of ``seeds``) that validation chose
    kept : the seeds in the ensemble; None for all
    """

    seeds: Mapping[int, Callable[[], nn.Module]]
    controls: Mapping[str, Iterable[nn.Module]]
    best: int
    kept: Sequence[int] | None = None


def family_rdms(
    networks: Networks,
    rdms_of: Callable[[nn.Module], NamedRDMs],
    stimulus_ids: Sequence[str],
    model: str,
    regime: str,
    measures: Mapping[str, str] | None = None,
) -> ModelRDMs:
    """RDMs of all layers from every source.

    Parameters
    ----------
    rdms_of : network -> its layers' names and RDMs of the stimuli
    measures : layer -> how its RDM was made, where it is no correlation distance
    """
    made = {seed: rdms_of(network()) for seed, network in networks.seeds.items()}
    layers = tuple(next(iter(made.values()))[0])
    rdms = {f"seed-{seed}": found for seed, (_, found) in made.items()}
    kept = made if networks.kept is None else networks.kept
    rdms["ensemble"] = np.mean([made[seed][1] for seed in kept], axis=0)
    rdms["best"] = made[networks.best][1]
    for source, controls in networks.controls.items():
        rdms[source] = np.mean([rdms_of(network)[1] for network in controls], axis=0)
    n = len(rdms)
    return ModelRDMs(
        np.concatenate(list(rdms.values())),
        tuple(stimulus_ids),
        layers * n,
        tuple(map(arm_of, layers)) * n,
        tuple(source for source in rdms for _ in layers),
        model,
        regime,
        tuple((measures or {}).get(layer, CORRELATION) for layer in layers) * n,
    )


def best_seed(scores: Mapping[int, float], kept: Sequence[int] | None = None) -> int:
    """The seed with the highest score on *validation* parts (ties: the lowest seed).

    ``kept``: seeds that learnt; None for all.
    """
    return max(sorted(scores if kept is None else kept), key=lambda seed: scores[seed])


def validation_scores(trainings: Sequence[Training]) -> dict[int, float]:
    """Seed -> mean accuracy on the validation parts of its folds; -1 without any."""
    accuracy = {training.seed: training.validation_accuracy for training in trainings}
    return {seed: -1.0 if value is None else value for seed, value in accuracy.items()}


def arm_of(layer: str) -> str:
    """'visual', 'auditory' or 'cross_modal', from a layer's name."""
    return layer.split("_")[0].replace("crossmodal", "cross_modal")


def kind_of(layer: str) -> str:
    """What a layer computes ('conv', 'pool', 'dense', …), from its name."""
    return layer.split("_")[-1].rstrip("0123456789")


def layer_table(
    activations: Iterable[tuple[str, Tensor]], n_weights: Callable[[str], int]
) -> LayerTable:
    """One row per layer, from the names and activations (clip, …) of a forward pass.

    ``n_weights``: layer -> trained parameters, batch normalisation included. A readout is no
    layer and not in the table.
    """
    rows = [
        (name, arm_of(name), kind_of(name), "x".join(map(str, x.shape[1:])), n_weights(name))
        for name, x in activations
    ]
    return LayerTable(pd.DataFrame(rows, columns=COLUMNS))
