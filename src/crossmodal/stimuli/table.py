"""Stimulus tables from selected file names."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from crossmodal.contracts.stimulus_table import COLUMNS, StimulusTable
from crossmodal.stimuli.naming import StimulusName


def stimulus_table(
    names: Sequence[StimulusName], sha256: dict[str, str], source: str
) -> StimulusTable:
    """Labels and digests of the clips of one set, in the order given.

    The column ``path`` holds folder and file name only: where data lie on a machine does not
    belong into a result. Further columns of the user's table follow the standard ones.

    Parameters
    ----------
    sha256 : digest of every ``StimulusName.path``
    source : name of the set, for messages
    """
    rows = [
        {
            "stimulus_id": name.stimulus_id,
            "path": "/".join(Path(name.path).parts[-2:]),
            "sha256": sha256[name.path],
            "emotion": name.emotion,
            "identity": name.identity,
            "gender": name.gender,
            "sentence": name.sentence,
            "intensity": name.intensity,
            "repetition": name.repetition,
            "modality": name.modality,
        }
        | dict(name.further)
        for name in names
    ]
    columns = list(dict.fromkeys([*COLUMNS, *dict(names[0].further if names else ())]))
    return StimulusTable(pd.DataFrame(rows, columns=columns), source)
