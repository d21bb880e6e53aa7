"""Which models explain which regions: rsatoolbox's tests on dual-bootstrap covariances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import rsatoolbox
from scipy.stats import false_discovery_control

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.rdms import ModelRDMs
from crossmodal.contracts.roi_rdms import RoiRDMs
from crossmodal.contracts.stimulus_table import StimulusTable
from crossmodal.rsa.models import aligned
from crossmodal.stats.roi_bootstrap import (
    COMPARISONS,
    Bootstrap,
    Draws,
    Rows,
    dual_bootstrap,
    noise_ceiling,
)

IDENTITY = ("model", "regime", "source", "layer", "arm")
CONTROL = "low_level"
RSATOOLBOX_NAMES = {"spearman": "spearman", "pearson": "corr"}


@dataclass(frozen=True)
class RoiInference:
    """``comparison`` : 'spearman' or 'pearson'; ``bootstrap_by`` : columns of the stimulus
    table whose combinations are resampled together ([]: every clip alone); ``paired_layers`` :
    network layers in the table of pairs (models without arms are always in it)."""

    comparison: str = "spearman"
    n_bootstraps: int = 1000
    bootstrap_by: tuple[str, ...] = ("identity", "sentence")
    paired_layers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.comparison not in COMPARISONS:
            got = repr(self.comparison)
            raise InputError("config", "roi.comparison", f"one of {COMPARISONS}", got)


@dataclass(frozen=True)
class ModelTable:
    """Models of all sets in the order of the brain's conditions.

    vectors : float64 (model, pair); names : one row per model with the columns of IDENTITY
    """

    vectors: np.ndarray
    names: pd.DataFrame

    @property
    def labels(self) -> list[str]:
        """'model/regime/source/layer' of every model."""
        return ["/".join(row) for row in self.names[list(IDENTITY[:4])].to_numpy()]

    @classmethod
    def gather(
        cls, sets: Sequence[ModelRDMs], sources: Sequence[str], stimulus_ids: Sequence[str]
    ) -> "ModelTable":
        """All models of all sets; of a set with several sources the wanted ones it has.

        Raises
        ------
        InputError : a set without any of the wanted sources, other conditions, a constant RDM
        """
        vectors, names = [], []
        for models in sets:
            own = set(models.sources)
            wanted = [name for name in sources if name in own] or list(sources)[:1]
            for source in own if len(own) == 1 else wanted:
                chosen = models.select(source)
                vectors.append(aligned(chosen, stimulus_ids))
                names += [
                    (chosen.model, chosen.regime, source, layer, arm)
                    for layer, arm in zip(chosen.layers, chosen.arms, strict=True)
                ]
        return cls(np.concatenate(vectors), pd.DataFrame(names, columns=list(IDENTITY)))


def condition_groups(table: StimulusTable | None, ids: Sequence[str], by: Sequence[str]) -> list:
    """int (condition,): the bootstrap unit of each condition.

    Raises
    ------
    InputError : a grouping without a stimulus table or by an unknown column, fewer than 3 units
    """
    if not by:
        return list(range(len(ids)))
    if table is None or not set(by) <= set(table.frame):
        known = [] if table is None else list(table.frame)
        raise InputError("config", "roi.bootstrap_by", f"columns out of {known}", list(by))
    frame = table.frame.set_index("stimulus_id").loc[list(ids)]
    groups = frame.groupby(list(by), sort=True).ngroup().tolist()
    if len(set(groups)) < 3:
        raise InputError("config", "roi.bootstrap_by", "three or more units", len(set(groups)))
    return groups


def compare_models(
    brain: RoiRDMs, models: ModelTable, groups: Sequence[int], config: RoiInference, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Evaluate every model in every region.

    Returns
    -------
    models : one row per region and model: mean correlation over participants, its standard
        error and 95 % interval over participants and clips, p against zero (one-sided t) and
        against the lower noise ceiling (two-sided), both noise ceilings
    participants : correlation of every participant
    pairs : difference of every two models in a region, with its standard error and p

    Raises
    ------
    InputError : fewer than three participants
    """
    n = len(brain.participants)
    if n < 3:
        raise InputError("ROI inference", "participants", "3 or more to resample", n)
    codes = np.unique(groups, return_inverse=True)[1]
    draws = Draws.random(config.n_bootstraps, n, codes.max() + 1, seed)
    data = brain.dissimilarities.transpose(1, 0, 2)
    bootstraps = dual_bootstrap(models.vectors, data, codes, draws, config.comparison)
    tables = [
        _region_tables(region, data[r], models, bootstraps[r], config.comparison, codes.max() + 1)
        for r, region in enumerate(brain.regions)
    ]
    fits, singles, pairs = (
        pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True)
    )
    pairs = _among(pairs, models, config.paired_layers)
    fits["p_fdr"] = false_discovery_control(fits.p)
    pairs["p_fdr"] = pairs.groupby("region").p.transform(false_discovery_control)
    names = dict(enumerate(brain.participants))
    singles["participant"] = singles.participant.map(names)
    return fits, singles, pairs


def network_sets(names: pd.DataFrame) -> list[tuple[tuple[str, str, str], pd.DataFrame]]:
    """(model, regime, source) and rows of every set whose layers form several arms."""
    sets = names.groupby(["model", "regime", "source"], sort=False)
    return [(key, rows) for key, rows in sets if rows.arm.nunique() > 1 and key[0] != CONTROL]


def _among(pairs: pd.DataFrame, models: ModelTable, layers: Sequence[str]) -> pd.DataFrame:
    """Pairs of models without arms and of the named layers of networks."""
    dropped = set()
    for _, rows in network_sets(models.names):
        dropped |= {models.labels[i] for i in rows.index[~rows.layer.isin(layers)]}
    keep = ~(pairs["first"].isin(dropped) | pairs["second"].isin(dropped))
    return pairs[keep].reset_index(drop=True)


def _region_tables(
    region: str,
    data: np.ndarray,
    models: ModelTable,
    bootstrap: Bootstrap,
    comparison: str,
    n_units: int,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows = Rows.of(data, comparison)
    correlations = (Rows.of(models.vectors, comparison).unit @ rows.unit.T).astype(np.float64)
    ceiling = noise_ceiling(rows, np.ones(len(data), dtype=int), comparison)
    result = _result(models, correlations, ceiling, bootstrap, comparison, n_units)
    p_pairs, p_zero, p_ceiling = result.test_all()
    low, high = result.get_ci(0.95)
    fits = models.names.assign(
        region=region,
        estimate=correlations.mean(axis=1),
        standard_error=result.get_sem(),
        ci_low=low,
        ci_high=high,
        p=p_zero,
        p_ceiling=p_ceiling,
        ceiling_low=ceiling[0],
        ceiling_high=ceiling[1],
        n_participants=len(data),
        n_units=n_units,
    )
    singles = models.names.loc[np.repeat(models.names.index, len(data))].assign(
        region=region,
        participant=np.tile(np.arange(len(data)), len(models.names)),
        correlation=correlations.ravel(),
    )
    return fits, singles, _pairs(region, models.labels, correlations.mean(axis=1), result, p_pairs)


def _result(
    models: ModelTable,
    correlations: np.ndarray,
    ceiling: tuple[float, float],
    bootstrap: Bootstrap,
    comparison: str,
    n_units: int,
) -> rsatoolbox.inference.Result:
    """rsatoolbox's result: estimates of the whole data, covariances of the bootstrap."""
    n = correlations.shape[1]
    return rsatoolbox.inference.Result(
        [
            rsatoolbox.model.ModelFixed(label, vector)
            for label, vector in zip(models.labels, models.vectors, strict=True)
        ],
        correlations[None],
        method=RSATOOLBOX_NAMES[comparison],
        cv_method="fixed",
        noise_ceiling=np.array(ceiling),
        variances=bootstrap.covariances(),
        # The number of independent units, not of clips: clips of one unit are drawn together.
        dof=min(n, n_units) - 1,
        n_rdm=n,
        n_pattern=n_units,
    )


def _pairs(
    region: str,
    labels: Sequence[str],
    estimates: np.ndarray,
    result: rsatoolbox.inference.Result,
    p: np.ndarray,
) -> pd.DataFrame:
    first, second = np.triu_indices(len(labels), 1)
    names = np.asarray(labels, dtype=object)
    return pd.DataFrame(
        {
            "region": region,
            "first": names[first],
            "second": names[second],
            "difference": estimates[first] - estimates[second],
            "standard_error": np.sqrt(np.maximum(result.diff_var, 0)),
            "p": np.asarray(p)[first, second],
        }
    )
