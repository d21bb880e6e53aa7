"""Config blocks of the tests of maps and regions."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import MinLen

from crossmodal.contracts.settings import Matches, Settings, Unique
from crossmodal.inference.maps.group_config import GroupConfig
from crossmodal.inference.maps.prevalence_config import PrevalenceConfig
from crossmodal.inference.regions.config import BrainFile, RoiInference, RoiPatterns
from crossmodal.representations.low_level_config import LowLevelConfig

RegionName = Annotated[str, Matches(r"^[A-Za-z0-9_]+$", "letters, digits and underscores")]


@dataclass(frozen=True)
class AtlasFiles(Settings):
    """A label image and the names of its labels."""

    image: str
    """NIfTI of integer labels, on any grid."""
    labels: str
    """TSV with columns index and name."""


@dataclass(frozen=True)
class RoiAtlas(AtlasFiles):
    """Regions of a label image, one for all participants or each one's own. With {participant} in
    the place of a label, image names each participant's: FreeSurfer's or fMRIPrep's aseg or aparc,
    .mgz too; labels may be FreeSurferColorLUT.txt."""

    regions: Annotated[tuple[str, ...], MinLen(1), Unique()] | None = None
    """Names of the labels to take; null for all of the table."""
    space: Literal["betas", "T1w"] = "betas"
    """Where the image lies: betas, in their space, or T1w, on the participant's T1w image, whence
    the study's own normalisation carries it."""


@dataclass(frozen=True)
class Group(GroupConfig):
    """Inference over participants (or conditions, for one participant)."""

    atlas: AtlasFiles | None = None
    """Names the peaks in tables of clusters: a label image in the space of the maps. Without it,
    or null, peaks in MNI space are named by the spheres of roi.spheres (resources/rois.tsv),
    then by the nearest of them and of 160 regions of Dosenbach et al. (2010)."""
    prevalence: PrevalenceConfig | None = None
    maps: Annotated[str, MinLen(1)] | None = None
    """TSV with columns participant and path (as seen from the table): maps of any program, one a
    participant, tested instead of searchlights; scans are not needed."""
    maps_space: Literal["MNI152"] | None = None
    """Where maps lie whose files do not say (SPM writes 'aligned'): draws them on the template."""


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
    atlas: RoiAtlas | None = None
    """A label image (or 0/1 mask), beside or instead of spheres; null for none."""
    masks: dict[RegionName, str] = field(default_factory=dict)
    """Region -> image in the space of the betas, such as a localiser's; what is not 0 is inside.
    With {participant} in the place of a label, each participant's own."""
    rdms: dict[RegionName, BrainFile] = field(default_factory=dict)
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
