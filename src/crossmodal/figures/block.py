"""Config block of the figures."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MinLen

from crossmodal.contracts.names import Regime
from crossmodal.contracts.settings import Positive, Settings, Unique


@dataclass(frozen=True)
class MapLayers(Settings):
    """The layer of each arm that figures 2 and 4 show; arms that the data lack are left out."""

    visual: str = "visual_dense"
    """Layer of the visual arm."""
    auditory: str = "auditory_dense"
    """Layer of the auditory arm."""
    cross_modal: str = "crossmodal_dense"
    """Layer of the cross-modal arm."""


@dataclass(frozen=True)
class Figures(Settings):
    """What the figures show."""

    map_layers: MapLayers = MapLayers()
    regimes: Annotated[tuple[Regime, ...], Unique()] | None = None
    """Regimes that figures 2 and 4 show, of those the network has; null for all of them."""
    axial_slices_mm: Annotated[tuple[float, ...], MinLen(1)] | None = None
    """Heights (MNI z, mm) of the slices in figures of maps; null puts them where the maps are
    strongest. Maps in native space always choose their own."""
    outline_corrected_over: Literal["voxels", "layers", "study"] = "voxels"
    """What p is corrected over where maps are outlined: the voxels of each map; voxels and all
    layers of its model set; or voxels, layers and all model sets of the study."""
    contrast_threshold_t: Positive = 3.1
    """Value of |t| that is outlined in figures of contrasts; not corrected, a mark for the eye."""
