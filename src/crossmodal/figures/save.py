"""Write one figure in several formats: same bytes every time, its id inside each file."""

from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from crossmodal.contracts.atomic import atomic_path

FORMATS = ("pdf", "png", "svg")


def save_figure(figure: Figure, paths: Iterable[str | Path], figure_id: str, title: str) -> None:
    """Save ``figure`` to every path (format by suffix) and close it.

    ``figure_id`` stands in the PNG's text key ``figure_id``, the PDF's Subject and the SVG's
    Description. Dates are left out and SVG ids derive from ``figure_id``, so that equal
    input gives equal bytes.
    """
    with mpl.rc_context({"svg.hashsalt": figure_id}):
        for path in map(Path, paths):
            file_format = path.suffix.removeprefix(".")
            with atomic_path(path) as temporary:
                figure.savefig(
                    temporary, format=file_format, metadata=_metadata(file_format, figure_id, title)
                )
    plt.close(figure)


def _metadata(file_format: str, figure_id: str, title: str) -> dict[str, str | None]:
    label = f"crossmodal figure_id {figure_id}"
    by_format = {
        "png": {"Title": title, "Description": label, "figure_id": figure_id},
        "pdf": {"Title": title, "Subject": label, "CreationDate": None},
        "svg": {"Title": title, "Description": label, "Date": None},
    }
    if file_format not in by_format:
        raise ValueError(f"figure format: expected one of {FORMATS}, got {file_format!r}")
    return by_format[file_format]
