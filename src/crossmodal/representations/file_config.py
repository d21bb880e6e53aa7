"""Config of one model that comes as a file: RDMs or features of the stimuli."""

from dataclasses import dataclass
from typing import Annotated, Literal

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import Settings, Unique


@dataclass(frozen=True)
class ModelFile(Settings):
    """RDMs or features of the stimuli that were made elsewhere. Stimuli are matched by name."""

    rdm: str | None = None
    """File of RDMs: rsatoolbox's .h5, .npy (square, or pairs as scipy's squareform), .csv or .tsv
    (square, stimuli above and beside), .mat (matrices, or structs with fields RDM and name)."""
    features: str | None = None
    """Instead, a file of features (stimulus x unit): .npy, .npz or .h5 (one array a layer),
    .csv, .tsv or .parquet (columns LAYER:UNIT are several layers)."""
    distance: Literal["correlation", "cosine", "euclidean", "squared_euclidean"] = "correlation"
    """Dissimilarity of two stimuli's features; euclidean is not divided by the number of units."""
    order: str | None = None
    """For files without names: a text file with one stimulus a line, or a .tsv or .csv whose first
    column (below a header) lists them, in the order of the file's rows."""
    names: str | None = None
    """Where the file holds the stimuli's names: a descriptor, array or column; null finds it."""
    key: str | None = None
    """Variable of a .mat file that holds the RDMs; null where there is one only."""
    layers: Annotated[tuple[str, ...], Unique()] = ()
    """RDMs or layers to take, in this order; [] takes all."""
    negative: bool = False
    """Whether dissimilarities may be below 0, as crossnobis distances are."""
    intersect: bool = False
    """Whether the file may hold more stimuli than the study (they are left out) or fewer (regions
    are compared on those that all models and the brain share); else other stimuli are refused."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.rdm is None) == (self.features is None):
            got = "both" if self.rdm else "neither"
            raise InputError("ModelFile", "rdm", "a file here or in features, one of them", got)

    @property
    def path(self) -> str:
        """The file."""
        return self.rdm or self.features or ""
