"""Options of the searchlight."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from annotated_types import Gt, Le

from crossmodal.contracts.names import ModelSet
from crossmodal.contracts.settings import Count, Positive, Settings, Unique


@dataclass(frozen=True)
class SearchlightConfig(Settings):
    """Searchlight RSA."""

    radius_mm: Annotated[float, Gt(0), Le(100)] = 9.0
    """Radius of the spheres, mm; voxel centres at this distance are inside."""
    min_voxels: Count = 2
    """Spheres with fewer voxels inside the brain mask give no value."""
    distance: Literal["correlation", "squared_euclidean", "mahalanobis", "crossnobis"] = (
        "correlation"
    )
    """Dissimilarity of two conditions' patterns. All but crossnobis are computed per run and
    averaged over runs; crossnobis multiplies differences of two different runs only, so that
    noise does not bias it; mahalanobis is squared_euclidean after multivariate noise
    normalisation."""
    comparison: Literal[
        "spearman",
        "pearson",
        "cosine",
        "rho_a",
        "tau_a",
        "whitened_cosine",
        "whitened_correlation",
        "partial_spearman",
        "partial_pearson",
    ] = "spearman"
    """Similarity of a sphere's RDM with a model RDM; the partial ones take the controls out of
    both."""
    noise_normalisation: Literal["none", "univariate", "multivariate"] = "none"
    """univariate divides each voxel's betas by the SD of its GLM residuals; multivariate whitens
    each sphere by their covariance, shrunk towards its diagonal (fits the models once more; 2
    ms a sphere); none leaves them as they are."""
    controls: Annotated[tuple[ModelSet, ...], Unique()] = ()
    """Model sets whose RDMs a partial comparison takes out, such as low_level/clips,
    timing/participants (each participant's order of trials) or labels/categories."""
    max_memory_mb: Positive | None = 1500.0
    """Memory for a searchlight's working arrays, MB, besides betas and maps; null for no limit; for
    noise ceilings, single participants' permutations and prevalence too. No result depends on
    it, and nothing runs again when it changes."""

    @property
    def needs_residuals(self) -> bool:
        """Whether spheres are whitened by the GLM's residuals."""
        return self.noise_normalisation == "multivariate" or self.distance == "mahalanobis"

    @property
    def identity(self) -> str:
        """Text of everything that can change a result."""
        return repr(replace(self, max_memory_mb=None))

    @property
    def can_be_permuted(self) -> bool:
        """Whether maps under permuted conditions are one matrix product."""
        return self.comparison != "tau_a" and not self.comparison.startswith("partial")
