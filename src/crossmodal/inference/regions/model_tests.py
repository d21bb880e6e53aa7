"""Which models explain which regions: rsatoolbox's tests on dual-bootstrap covariances."""

import logging
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
from crossmodal.inference.regions.agreement import ALPHA as AGREEMENT_ALPHA
from crossmodal.inference.regions.agreement import agreement
from crossmodal.inference.regions.bootstrap import Bootstrap, Draws, dual_bootstrap, noise_ceiling
from crossmodal.inference.regions.config import RoiInference
from crossmodal.inference.regions.rows import COMPARISONS, Rows
from crossmodal.rsa.models import aligned

IDENTITY = ("model", "regime", "source", "layer", "arm")
CONTROL = "low_level"
BLOCK_MODELS = 30
COSINES = ("cosine", "whitened_cosine")
log = logging.getLogger(__name__)


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
        InputError : a set without any of the wanted sources, other conditions, constant RDMs only
        """
        vectors, names = [], []
        for models in sets:
            own = set(models.sources)
            wanted = [name for name in sources if name in own] or list(sources)[:1]
            for source in own if len(own) == 1 else wanted:
                chosen = models.select(source)
                rows = aligned(chosen, stimulus_ids, may_be_constant=True)
                for row, layer, arm in zip(rows, chosen.layers, chosen.arms, strict=True):
                    name = (chosen.model, chosen.regime, source, layer, arm)
                    if np.ptp(row) > 0:
                        vectors.append(row)
                        names.append(name)
                    else:
                        log.warning("model RDM %s is constant: left out", "/".join(name))
        if not vectors:
            raise InputError("ModelRDMs", "layers", "an RDM that varies", "constant ones only")
        return cls(np.stack(vectors), pd.DataFrame(names, columns=list(IDENTITY)))


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
    models : one row per region and model: mean similarity over participants, its standard
        error and 95 % interval over participants and clips, p against zero (one-sided t) and
        against the lower noise ceiling (two-sided), both noise ceilings, agreement of
        participants and its p; a region where they do not agree carries no test
    participants : similarity of every participant
    pairs : difference of every two models in a region, with its standard error and p

    Raises
    ------
    InputError : fewer than three participants, or a cosine of distances that noise alone makes
        positive, whose test against zero would always be passed
    """
    n = len(brain.participants)
    if n < 3:
        raise InputError("ROI inference", "participants", "3 or more to resample", n)
    if config.comparison in COSINES and brain.distance != "crossnobis":
        expected = "roi.patterns.distance crossnobis for a cosine, which is tested against zero"
        got = f"{config.comparison} of {brain.distance} distances"
        raise InputError("config", "roi.inference.comparison", expected, got)
    codes = np.unique(groups, return_inverse=True)[1]
    draws = Draws.random(config.n_bootstraps, n, codes.max() + 1, seed)
    data = brain.dissimilarities.transpose(1, 0, 2)
    bootstraps = dual_bootstrap(models.vectors, data, codes, draws, config.comparison)
    tables = [
        _region_tables(region, data[r], models, bootstraps[r], config, seed + r)
        for r, region in enumerate(brain.regions)
    ]
    fits, singles, pairs = (
        pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True)
    )
    agree = fits.p_agreement < AGREEMENT_ALPHA
    fits.loc[~agree, ["p", "p_ceiling"]] = np.nan
    fits["p_fdr"] = np.nan
    if agree.any():
        fits.loc[agree, "p_fdr"] = false_discovery_control(fits.p[agree])
    pairs["p_fdr"] = pairs.groupby("region").p.transform(false_discovery_control)
    names = dict(enumerate(brain.participants))
    singles["participant"] = singles.participant.map(names)
    return fits, singles, pairs


def network_sets(names: pd.DataFrame) -> list[tuple[tuple[str, str, str], pd.DataFrame]]:
    """(model, regime, source) and rows of every set whose layers form several arms."""
    sets = names.groupby(["model", "regime", "source"], sort=False)
    return [(key, rows) for key, rows in sets if rows.arm.nunique() > 1 and key[0] != CONTROL]


def _paired(models: ModelTable, layers: Sequence[str]) -> np.ndarray:
    """int: models without arms and the named layers of networks."""
    dropped = [
        rows.index[~rows.layer.isin(layers)].to_numpy() for _, rows in network_sets(models.names)
    ]
    return np.setdiff1d(models.names.index, np.concatenate([[], *dropped])).astype(int)


def _region_tables(
    region: str,
    data: np.ndarray,
    models: ModelTable,
    bootstrap: Bootstrap,
    config: RoiInference,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    fitted = RegionFit.of(data, models, bootstrap, config.comparison)
    everything = np.arange(len(models.names))
    # rsatoolbox works out all differences at once: few models at a time keep that small.
    blocks = [
        fitted.tested(everything[i : i + BLOCK_MODELS])
        for i in range(0, len(everything), BLOCK_MODELS)
    ]
    together, p_agreement = agreement(data, config.comparison, seed)
    fits = models.names.assign(
        region=region,
        **pd.concat(blocks, ignore_index=True),
        ceiling_low=fitted.ceiling[0],
        ceiling_high=fitted.ceiling[1],
        agreement=together,
        p_agreement=p_agreement,
        n_participants=len(data),
        n_units=bootstrap.n_groups,
    )
    singles = models.names.loc[np.repeat(models.names.index, len(data))].assign(
        region=region,
        participant=np.tile(np.arange(len(data)), len(models.names)),
        similarity=fitted.similarities.ravel(),
    )
    pairs = fitted.pairs(_paired(models, config.paired_layers))
    pairs.insert(0, "region", region)
    return fits, singles, pairs


@dataclass(frozen=True)
class RegionFit:
    """Similarities (model, participant), noise ceilings and bootstrap covariances of a region."""

    similarities: np.ndarray
    ceiling: tuple[float, float]
    covariances: np.ndarray
    n_groups: int
    models: ModelTable
    method: str

    @classmethod
    def of(
        cls, data: np.ndarray, models: ModelTable, bootstrap: Bootstrap, comparison: str
    ) -> "RegionFit":
        rows = Rows.of(data, comparison)
        return cls(
            rows.like(models.vectors).similarity(rows),
            noise_ceiling(rows, np.ones(len(data), dtype=int)),
            bootstrap.covariances(),
            bootstrap.n_groups,
            models,
            COMPARISONS[comparison],
        )

    def result(self, chosen: np.ndarray) -> rsatoolbox.inference.Result:
        """rsatoolbox's result of some models: estimates of the whole data, covariances of the
        bootstrap."""
        n = self.similarities.shape[1]
        ceilings = len(self.models.names) + np.arange(2)
        kept = np.append(chosen, ceilings)
        labels = self.models.labels
        return rsatoolbox.inference.Result(
            [rsatoolbox.model.ModelFixed(labels[i], self.models.vectors[i]) for i in chosen],
            self.similarities[chosen][None],
            method=self.method,
            cv_method="fixed",
            noise_ceiling=np.array(self.ceiling),
            variances=self.covariances[:, kept[:, None], kept],
            # The number of independent units, not of clips: those of a unit are drawn together.
            dof=min(n, self.n_groups) - 1,
            n_rdm=n,
            n_pattern=self.n_groups,
        )

    def tested(self, chosen: np.ndarray) -> pd.DataFrame:
        """Estimate, standard error, 95 % interval, p against zero and the lower ceiling."""
        result = self.result(chosen)
        low, high = result.get_ci(0.95)
        return pd.DataFrame(
            {
                "estimate": self.similarities[chosen].mean(axis=1),
                "standard_error": result.get_sem(),
                "ci_low": low,
                "ci_high": high,
                "p": result.test_zero(),
                "p_ceiling": result.test_noise(),
            }
        )

    def pairs(self, chosen: np.ndarray) -> pd.DataFrame:
        """Difference of every two models, its standard error and two-sided p."""
        first, second = np.triu_indices(len(chosen), 1)
        result = self.result(chosen)
        estimates = self.similarities[chosen].mean(axis=1)
        names = np.asarray(self.models.labels, dtype=object)[chosen]
        return pd.DataFrame(
            {
                "first": names[first],
                "second": names[second],
                "difference": estimates[first] - estimates[second],
                "standard_error": np.sqrt(np.maximum(result.diff_var, 0)),
                "p": np.asarray(result.test_pairwise())[first, second],
            }
        )
