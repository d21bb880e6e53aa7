"""The table of models of config/images92.yaml, out of the file that the pictures come in.

    python -m benchmarks.images92 FOLDER > data/images92_models.tsv

FOLDER holds `Kriegeskorte_Neuron2008_supplementalData.mat` (Kriegeskorte et al. 2008), as
rsatoolbox ships it. The pictures have no names; they are called by their place, image-01 first,
which is the order of the RDMs beside it.
"""

import sys
from pathlib import Path

import pandas as pd
import scipy.io

FILE = "Kriegeskorte_Neuron2008_supplementalData.mat"


def categories(folder: Path) -> pd.DataFrame:
    """A row a picture: ``stimulus``, ``animacy``, ``face`` and ``kind``."""
    pictures = scipy.io.loadmat(folder / FILE)["stimuli_92objs"].ravel()
    rows = [
        {
            "stimulus": f"image-{place:02d}",
            "animacy": "animate" if picture["animal"].item() else "inanimate",
            "face": "face" if picture["face"].item() else "other",
            "kind": picture["category"].item().replace(" ", "_"),
        }
        for place, picture in enumerate(pictures, start=1)
    ]
    return pd.DataFrame(rows)


def write(folder: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(categories(folder).to_csv(sep="\t", index=False))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(categories(Path(sys.argv[1])).to_csv(sep="\t", index=False), end="")
