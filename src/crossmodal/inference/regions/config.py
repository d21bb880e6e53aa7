"""How regions become RDMs, and how these are compared."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge

from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import (
    Settings,
)


@dataclass(frozen=True)
class RoiPatterns(Settings):
    """How a region's patterns become an RDM."""

    hemispheres: Literal["joint", "separate"] = "joint"
    """joint makes one pattern of both sides, separate two regions (FFA_L, FFA_R)."""
    distance: Literal["correlation", "crossnobis"] = "correlation"
    """correlation is taken per run and averaged, crossnobis across runs."""
    noise_normalisation: Literal["multivariate", "univariate", "none"] = "univariate"
    """univariate divides each voxel by the SD of its residuals, multivariate whitens the region
    by their shrunk covariance."""
    min_voxels: Annotated[int, Ge(2)] = 5
    """A region with fewer voxels that have data is an error."""


@dataclass(frozen=True)
class BrainFile(Settings):
    """RDMs of a region in several people, made elsewhere, instead of scans."""

    rdm: str
    """File of RDMs, read as those of models.files; or several files by a pattern such as
    rdms/sub-*_FFA.csv."""
    participant: str = "(.+)"
    """Regular expression whose group finds the participant in the name of an RDM (in a file of
    one RDM: in the file's name); RDMs of one participant, such as sessions, are averaged."""
    order: str | None = None
    """For files without names of stimuli: the list that they follow, as in models.files."""
    names: str | None = None
    """Where the file holds the stimuli's names; null finds it."""
    key: str | None = None
    """Variable of a .mat file that holds the RDMs; null where there is one only."""
    distance: Literal["correlation", "crossnobis", "other"] = "correlation"
    """What the dissimilarities are; crossnobis distances may be negative, others are refused."""

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            groups = re.compile(self.participant).groups
        except re.error as error:
            got = f"{self.participant!r}: {error}"
            raise InputError("BrainFile", "participant", "a regular expression", got) from None
        if groups != 1:
            expected = "a regular expression with one group in brackets"
            raise InputError("BrainFile", "participant", expected, repr(self.participant))


@dataclass(frozen=True)
class RoiInference(Settings):
    """Comparison of models with the brain, and the dual bootstrap over participants and clips."""

    comparison: Literal[
        "spearman", "pearson", "cosine", "rho_a", "tau_a", "whitened_cosine", "whitened_correlation"
    ] = "spearman"
    """Similarity of a model's with the brain's RDM, as in rsatoolbox; the cosines need
    patterns.distance crossnobis, and tau_a is slow (rho_a ranks models alike)."""
    n_bootstraps: Annotated[int, Ge(20)] = 1000
    """Bootstrap samples."""
    bootstrap_by: tuple[str, ...] = ("identity", "sentence")
    """Columns of the stimulus table whose combinations are drawn together; [] draws every clip
    alone."""
    paired_layers: tuple[str, ...] = ()
    """Network layers that enter the table of pairwise comparisons; models without arms always
    do."""
