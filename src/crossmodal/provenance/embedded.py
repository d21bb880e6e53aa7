"""Find the figure id inside a file: a figure under any name, or a slide deck that holds some."""

import re
import zipfile
from pathlib import Path

LABEL = re.compile(rb"crossmodal figure_id ([0-9a-f]{16})")  # figures/save.py writes it


def embedded_ids(path: str | Path) -> list[str]:
    """Figure ids in a PNG, PDF or SVG, or in any part of a zipped document (pptx, odp, docx).

    Each id once, in the order of the file.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    else:
        parts = [Path(path).read_bytes()]
    return list(dict.fromkeys(found.decode() for part in parts for found in LABEL.findall(part)))
