"""The paper's tables, and what recomputing from them shows (errata)."""

from pathlib import Path

import numpy as np
import pandas as pd

from crossmodal.contracts.errors import InputError

COLUMNS = ("table", "dataset", "row", "column", "percent", "source")
CREMAD_ACTORS, CREMAD_FOLDS = 91, 9
RAVDESS_CLIPS_PER_FOLD = 120  # two actors x 60 clips


def read_published(path: str | Path) -> pd.DataFrame:
    """One row per printed number: table, dataset, row, column (fold), percent, source.

    Raises
    ------
    InputError : columns missing, or a number without source
    """
    frame = pd.read_csv(path, sep="\t")
    if missing := [name for name in COLUMNS if name not in frame]:
        raise InputError(path, "columns", list(COLUMNS), f"no {missing}")
    if frame.source.isna().any():
        line = int(frame.index[frame.source.isna()][0]) + 2
        raise InputError(path, f"line {line}, source", "where the number is from", "nothing")
    return frame


def row_values(
    published: pd.DataFrame, table: int, row: str, dataset: str | None = None
) -> pd.Series:
    """Percentages of one printed row, indexed by column.

    Raises
    ------
    InputError : no such row
    """
    chosen = published[(published.table == table) & (published.row == row)]
    chosen = chosen if dataset is None else chosen[chosen.dataset == dataset]
    if chosen.empty:
        raise InputError("published tables", f"table {table}", row, "no such row")
    return chosen.set_index("column").percent


def mean_bounds(values: np.ndarray, n_units: int) -> tuple[float, float]:
    """Smallest and largest mean of fold values when ``n_units`` actors are spread evenly.

    Some folds have one actor more than others; a printed mean over clips may weight them so,
    whichever they are.
    """
    small, n_larger = divmod(n_units, len(values))
    weights = np.full(len(values), small, dtype=float)
    weights[len(values) - n_larger :] += 1
    ordered = np.sort(values)
    return (
        float(np.average(ordered[::-1], weights=weights)),
        float(np.average(ordered, weights=weights)),
    )


def is_share_of(percent: float, n: int, decimals: int = 1) -> bool:
    """Whether a printed percentage is k / n for some whole k, rounded up, down or cut off."""
    k = np.arange(n + 1)
    return bool(np.any(np.abs(100 * k / n - percent) < 10.0**-decimals))


def errata(published: pd.DataFrame) -> pd.DataFrame:
    """Claims that do not follow from the paper's own tables.

    One row each: claim, printed, recomputed, how.
    """
    rows = [_table4_row(published, row, name) for row, name in _TABLE4_CREMAD]
    rows += [_table4_aggregator(published)]
    rows += [_ravdess_gain(published), _n_files(), _impossible_shares(published)]
    return pd.DataFrame(rows, columns=("claim", "printed", "recomputed", "how"))


_TABLE4_CREMAD = (
    ("N0 LSTM, VA+AO", "N0"),
    ("N2 LSTM, VA+AO", "N2"),
    ("N2 Transformer, VA+AO", "N2"),
)


def _table4_row(published: pd.DataFrame, row: str, network: str) -> tuple[str, str, str, str]:
    printed = float(row_values(published, 4, row, "CREMA-D").iloc[0])
    folds = row_values(published, 3, network).to_numpy()
    low, high = mean_bounds(folds, CREMAD_ACTORS)
    recomputed = f"{folds.mean():.2f} (between {low:.2f} and {high:.2f} for unequal folds)"
    how = f"mean of the 9 folds of {network} in table 3; 91 actors give folds of 10 or 11"
    return f"table 4, CREMA-D, {row}", f"{printed:.2f}", recomputed, how


def _table4_aggregator(published: pd.DataFrame) -> tuple[str, str, str, str]:
    lstm, transformer = "N2 LSTM, VA+AO", "N2 Transformer, VA+AO"
    rows = [row_values(published, 4, row, "RAVDESS").iloc[0] for row in (lstm, transformer)]
    recomputed = f"{row_values(published, 2, 'N2').mean():.2f}"
    how = f"mean of the 12 folds of N2 in table 2; table 4 has {rows[1]:.2f} for {transformer}"
    return f"table 4, RAVDESS, {lstm}", f"{rows[0]:.2f}", recomputed, how


def _ravdess_gain(published: pd.DataFrame) -> tuple[str, str, str, str]:
    n0, n2 = (row_values(published, 2, name) for name in ("N0", "N2"))
    gains = n2 - n0
    recomputed = f"{gains.mean():.2f} points (folds {gains.min():.1f} to {gains.max():.1f})"
    return "gain of N2 over N0, RAVDESS", "around 2%", recomputed, "means of table 2, N2 - N0"


def _n_files() -> tuple[str, str, str, str]:
    recomputed = "1440 audio-visual clips"
    how = "24 actors x 60 clips; the other 1440 files are the same takes without sound"
    return "RAVDESS speech files", "2880", recomputed, how


def _impossible_shares(published: pd.DataFrame) -> tuple[str, str, str, str]:
    chosen = published[published.table.isin((1, 2)) & (published.dataset == "RAVDESS")]
    chosen = chosen.drop_duplicates(["row", "column"])
    fits = [is_share_of(value, RAVDESS_CLIPS_PER_FOLD) for value in chosen.percent]
    recomputed = f"{len(fits) - sum(fits)} of {len(fits)} are no k/120"
    how = "a fold of two actors has 120 clips, so shares are multiples of 0.83 %"
    return "accuracies per fold, tables 1 and 2", "percent, one decimal", recomputed, how
