"""Variance parts and gradients of every network model in every region."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.inference.regions.gradient import gradient_table
from crossmodal.inference.regions.model_tests import CONTROL, ModelTable, network_sets
from crossmodal.inference.regions.variance import partition, summarised
from crossmodal.rsa.models import aligned

VARIANCE_COLUMNS = (
    "model", "regime", "source", "region", "part", "n_groups", "r2", "standard_error", "p",
    "n_participants", "p_fdr",
)  # fmt: skip


# Two controls, two parts: what a clip looks and sounds like is not when it was shown.
CLIP_FEATURES, TRIAL_ORDER = "clip_features", "trial_order"


def arm_groups(models: ModelTable, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Arm -> RDMs of its layers; those of the clips' low-level features, if any, last."""
    groups = {arm: models.vectors[rows.index[rows.arm == arm]] for arm in dict.fromkeys(rows.arm)}
    features = models.vectors[models.names.model == CONTROL]
    return groups | ({CLIP_FEATURES: features} if len(features) else {})


def own_controls(brain: RoiRDMs, timing: ModelRDMs | None) -> dict[str, np.ndarray]:
    """Each participant's own order of trials: name -> (participant, model, pair).

    Raises
    ------
    InputError : a participant without any, other conditions
    """
    if timing is None:
        return {}
    rows = [
        aligned(timing.select(f"sub-{participant}"), brain.stimulus_ids, may_be_constant=True)
        for participant in brain.participants
    ]
    return {TRIAL_ORDER: np.stack(rows)}


def variance_table(
    brain: RoiRDMs,
    models: ModelTable,
    comparison: str,
    seed: int,
    timing: ModelRDMs | None = None,
) -> pd.DataFrame:
    """Unique and shared variance of the arms, the clips' features and the order of trials.

    ``timing`` : RDMs of each participant's order of trials. Empty without a model of several
    arms. FDR over the regions and parts of one kind (unique, shared, total) of one network model;
    parts of the order of trials are a family of their own.
    """
    own = own_controls(brain, timing)
    tables = []
    for (model, regime, source), rows in network_sets(models.names):
        groups = arm_groups(models, rows)
        for region in brain.regions:
            table = summarised(partition(groups, brain.region(region), comparison, own), seed)
            for position, (name, value) in enumerate(
                {"model": model, "regime": regime, "source": source, "region": region}.items()
            ):
                table.insert(position, name, value)
            tables.append(table)
    if not tables:
        return pd.DataFrame(columns=list(VARIANCE_COLUMNS))
    whole = pd.concat(tables, ignore_index=True)
    kind = whole.n_groups.clip(upper=2)  # total, unique, shared
    # Parts of a nuisance that nobody asks about must not cost the others power.
    nuisance = whole.part.str.contains(TRIAL_ORDER)
    families = whole.groupby(["model", "regime", "source", kind, nuisance], sort=False)
    whole["p_fdr"] = families.p.transform(false_discovery_control)
    return whole


def gradients(
    singles: pd.DataFrame, hierarchy: Mapping[str, Sequence[str]], seed: int
) -> pd.DataFrame:
    """Gradient rows of every network model and arm along its hierarchy of regions.

    FDR over the tests of all sets and arms of one source.

    Raises
    ------
    InputError : a region of the hierarchy that was not analysed
    """
    known = set(singles.region)
    for arm, regions in hierarchy.items():
        if unknown := [name for name in regions if name not in known]:
            raise InputError("config", f"roi.hierarchy.{arm}", f"out of {sorted(known)}", unknown)
    keys = ["model", "regime", "source"]
    rows = []
    for key, _ in network_sets(singles):
        one = singles[(singles[keys] == list(key)).all(axis=1)]
        for arm, regions in hierarchy.items():
            if one[one.arm == arm].layer.nunique() > 1:
                named = dict(zip(keys, key, strict=True))
                rows += [named | row for row in gradient_table(one, arm, regions, seed)]
    columns = [*keys, "arm", "region", "position", "depth", "order_correlation",
               "standard_error", "p", "n_participants"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    tests = table.p.notna()
    families = table[tests].groupby("source", sort=False)
    table.loc[tests, "p_fdr"] = families.p.transform(false_discovery_control)
    return table
