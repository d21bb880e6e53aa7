"""How RDMs of layers are compared."""

from dataclasses import dataclass
from typing import Literal

from crossmodal.contracts.settings import Settings


@dataclass(frozen=True)
class SimilarityConfig(Settings):
    """How the layers' RDMs are compared with each other."""

    source: str = "ensemble"
    """Which RDMs, as in models.source."""
    method: Literal["pearson", "spearman"] = "pearson"
    """Correlation of the RDMs' pairs."""
