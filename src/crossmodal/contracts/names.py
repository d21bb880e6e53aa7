"""Names that several stages' config keys share."""

from typing import Annotated, Literal

from annotated_types import Ge, Le, MinLen

from crossmodal.contracts.settings import Matches, Unique

Modality = Literal["video", "audio"]
Regime = Annotated[  # part of file names
    str, Matches(r"^[A-Za-z][A-Za-z0-9_]*$", "a column of labels: letters, digits and _")
]
Modalities = Annotated[tuple[Modality, ...], MinLen(1), Unique()]
Regimes = Annotated[tuple[Regime, ...], MinLen(1), Unique()]
Width = Annotated[float, Ge(0.01), Le(10)]  # factor on a network's channels
ModelSet = Annotated[str, Matches(r"^[^/]+/[^/]+$", "a model set such as labels/categories")]
