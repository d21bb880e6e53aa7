"""How regions become RDMs, and how these are compared."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge

from crossmodal.contracts.settings import Settings


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
