"""Options of the searchlight, as the config's block ``searchlight`` has them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossmodal.rsa.comparisons import METHODS
from crossmodal.rsa.distances import DISTANCES

NORMALISATIONS = ("none", "univariate", "multivariate")


@dataclass(frozen=True)
class SearchlightConfig:
    """How brain RDMs are made and compared with model RDMs.

    radius_mm : distance of voxel centres from the sphere's centre, equal included
    min_voxels : spheres with fewer voxels of the mask give NaN
    distance : one of ``DISTANCES``; 'mahalanobis' is 'squared_euclidean' after multivariate
        normalisation, which it implies
    comparison : one of ``METHODS``
    noise_normalisation : 'none', 'univariate' (divide by the residuals' SD) or 'multivariate'
        (whiten each sphere by the residuals' shrunk covariance)
    controls : model sets ('low_level/clips') whose RDMs a partial comparison takes out
    max_memory_mb : for working arrays beside the betas and the maps; None: no limit. No
        result depends on it.
    """

    radius_mm: float
    min_voxels: int = 2
    distance: str = "correlation"
    comparison: str = "spearman"
    noise_normalisation: str = "none"
    controls: Sequence[str] = ()
    max_memory_mb: float | None = None

    def __post_init__(self) -> None:
        for field, known in (
            ("distance", DISTANCES),
            ("comparison", METHODS),
            ("noise_normalisation", NORMALISATIONS),
        ):
            if getattr(self, field) not in known:
                raise ValueError(f"{field} {getattr(self, field)!r} is none of {known}")

    @property
    def needs_residuals(self) -> bool:
        """Whether spheres are whitened by the GLM's residuals."""
        return self.noise_normalisation == "multivariate" or self.distance == "mahalanobis"

    @property
    def identity(self) -> str:
        """Text of everything that can change a result."""
        return repr(replace(self, max_memory_mb=None))
