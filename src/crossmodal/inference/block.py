"""Config blocks of the tests of maps and regions."""

from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import MinLen

from crossmodal.contracts.settings import Matches, Settings
from crossmodal.inference.maps.group_config import GroupConfig
from crossmodal.inference.maps.prevalence_config import PrevalenceConfig
from crossmodal.inference.regions.config import BrainFile, RoiInference, RoiPatterns
from crossmodal.representations.low_level_config import LowLevelConfig


@dataclass(frozen=True)
class AtlasFiles(Settings):
    """A label image and the names of its labels."""

    image: str
    """NIfTI of integer labels, on any grid."""
    labels: str
    """TSV with columns index and name."""


@dataclass(frozen=True)
class Group(GroupConfig):
    """Inference over participants (or conditions, for one participant)."""

    atlas: AtlasFiles | None = None
    """Names the peaks in tables of clusters: a label image in the space of the maps. Without it,
    or null, peaks in MNI space are named by the spheres of roi.spheres (resources/rois.tsv),
    then by the nearest of them and of 160 regions of Dosenbach et al. (2010)."""
    prevalence: PrevalenceConfig | None = None


@dataclass(frozen=True)
class RoiFigure(Settings):
    """What the figures of the regions show."""

    source: str = "ensemble"
    """Which RDMs of a network; one of roi.sources."""
    layers: tuple[str, ...] = ()
    """Network layers that get a bar."""


@dataclass(frozen=True)
class Roi(Settings):
    """Region-of-interest inference. Leave the block out to skip it."""

    spheres: str | None = "resources/rois.tsv"
    """TSV of spheres in MNI mm, with a source for each; null for none."""
    atlas: AtlasFiles | None = None
    """A label image (or 0/1 mask) in the space of the betas, beside or instead of spheres; null
    for none."""
    rdms: dict[
        Annotated[str, Matches(r"^[A-Za-z0-9_]+$", "letters, digits and underscores")], BrainFile
    ] = field(default_factory=dict)
    """Instead of scans: region and file of its RDMs."""
    patterns: RoiPatterns = RoiPatterns()
    sources: Annotated[tuple[str, ...], MinLen(1)] = ("ensemble", "untrained")
    """Which RDMs of a network are compared, as far as it has them, such as ensemble, best or
    untrained; sets with one source are taken whole."""
    inference: RoiInference = RoiInference()
    hierarchy: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each arm, regions from early to late; tested is whether the best layer moves along the
    arm. {} skips it."""
    low_level: LowLevelConfig = LowLevelConfig()
    figure: RoiFigure = RoiFigure()
