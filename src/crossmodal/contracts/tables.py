"""Result tables as TSV: the same bytes for the same numbers."""

import io
from pathlib import Path

import pandas as pd

from crossmodal.contracts.atomic import write_text


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table atomically; floats with six significant digits, NaN as 'n/a' (BIDS)."""
    buffer = io.StringIO()
    frame.to_csv(
        buffer, sep="\t", index=False, lineterminator="\n", float_format="%.6g", na_rep="n/a"
    )
    write_text(path, buffer.getvalue())
