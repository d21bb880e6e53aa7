"""Config block of model RDMs."""

from dataclasses import dataclass, field
from typing import Annotated

from crossmodal.contracts.settings import (
    Matches,
    Settings,
    Unique,
)
from crossmodal.representations.file_config import ModelFile
from crossmodal.representations.similarity_config import SimilarityConfig

SOURCES = r"^(ensemble|best|untrained|pool|seed-[0-9]+)$"


@dataclass(frozen=True)
class Models(Settings):
    """Model RDMs that need no training, and which RDMs of a family the maps test."""

    labels: Annotated[tuple[str, ...], Unique()] = ()
    """Labels that give category-only RDMs (0 within, 1 between categories)."""
    tables: dict[
        Annotated[str, Matches(r"^[A-Za-z0-9_]+$", "letters, digits and underscores")], str
    ] = field(default_factory=dict)
    """Name and path of TSV files, first column the conditions, each further column one model:
    text gives a category RDM, numbers the RDM of absolute differences."""
    files: dict[
        Annotated[str, Matches(r"^[A-Za-z0-9_]+$", "letters, digits and underscores")], ModelFile
    ] = field(default_factory=dict)
    """Name and file of RDMs or features that were made elsewhere."""
    planted: bool = True
    """RDMs of the simulator's own features (mini-study only)."""
    source: Annotated[str, Matches(SOURCES, "ensemble, best, untrained, pool or seed-K")] = (
        "ensemble"
    )
    """Which RDMs of a network family the maps test: 'ensemble', 'best', 'untrained', 'pool' or
    'seed-K'."""
    similarity: SimilarityConfig = SimilarityConfig()
