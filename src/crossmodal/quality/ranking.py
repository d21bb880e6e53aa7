"""Participants in order of quality, and who is an outlier by which rule."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.bold.model.quality_config import QualityConfig

# Measures that are compared, and whether more of them is better; None: neither is.
MORE_IS_BETTER: dict[str, bool | None] = {
    "mean_framewise_displacement_mm": False,
    "max_framewise_displacement_mm": False,
    "percent_moved_volumes": False,
    "mean_std_dvars": False,
    "min_median_tsnr": True,
    "max_variance_inflation": False,
    "n_voxels": True,
    "p95_reliability": True,
    "epi_t1_overlap": True,
    "brain_volume_cm3": None,
    "t1_coverage": True,
    "affine_volume_ratio": None,
    "brain_template_overlap": True,
    "t1_template_correlation": True,
}
LEAST_PARTICIPANTS = 5  # fewer have no spread to be outside of
MAD_TO_SD, MEAN_DEVIATION_TO_SD = 1.4826, 1.2533
LEAST_SPREAD = 0.01  # of the median: nobody is an outlier by a difference too small to matter


def read_measures(paths: Sequence[str | Path]) -> pd.DataFrame:
    """One row a participant (index: the label), one column a measure; NaN where it has none."""
    rows = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    frame = pd.DataFrame(rows).set_index("participant")
    return frame.astype(float)


def badness(values: np.ndarray, more_is_better: bool | None) -> np.ndarray:
    """Modified z of each value, positive where it is worse than the median; NaN stays.

    Without a better side every distance from the median counts as worse.

    (x - median) / (1.4826 MAD); where half of the values are equal, the mean absolute
    deviation times 1.2533 takes the MAD's place (Iglewicz & Hoaglin 1993). The spread counts
    as at least 1 % of the median.
    """
    median = np.nanmedian(values)
    away = values - median
    spread = MAD_TO_SD * np.nanmedian(np.abs(away))
    spread = spread if spread > 0 else MEAN_DEVIATION_TO_SD * np.nanmean(np.abs(away))
    spread = max(spread, LEAST_SPREAD * abs(median))
    worse = {True: -away, False: away, None: np.abs(away)}[more_is_better]
    return worse / spread if spread > 0 else np.where(np.isnan(values), np.nan, 0.0)


def rank(
    measures: pd.DataFrame, config: QualityConfig
) -> tuple[pd.DataFrame, Mapping[str, np.ndarray]]:
    """Participants, best first, and which of their measures are outliers.

    Parameters
    ----------
    measures : as ``read_measures`` gives

    Returns
    -------
    table : the measures with columns ``rank`` (1 is best: fewest outlying measures, then
        lowest mean modified z) and ``outlier`` (the measures, comma-separated, or empty)
    outliers : measure -> bool (participant,), in the order of the table
    """
    known = [name for name in MORE_IS_BETTER if name in measures and measures[name].notna().any()]
    z = pd.DataFrame(
        {name: badness(measures[name].to_numpy(), MORE_IS_BETTER[name]) for name in known},
        index=measures.index,
    )
    bad = (z > config.outlier_z) & (len(measures) >= LEAST_PARTICIPANTS)
    moved = "mean_framewise_displacement_mm"
    if moved in bad:
        bad[moved] |= measures[moved] > config.max_displacement_mm
    order = pd.DataFrame({"n_bad": bad.sum(axis=1), "z": z.mean(axis=1), "name": z.index})
    chosen = order.sort_values(["n_bad", "z", "name"]).index
    table = measures.loc[chosen, known].copy()
    table.insert(0, "rank", range(1, len(table) + 1))
    table["outlier"] = [", ".join(bad.columns[row]) for row in bad.loc[chosen].to_numpy()]
    return table, {name: bad.loc[chosen, name].to_numpy() for name in known}
