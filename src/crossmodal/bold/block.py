"""Config block of the scans."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MinLen

from crossmodal.bold.align.coregister_config import CoregisterConfig
from crossmodal.bold.align.motion_config import MotionConfig
from crossmodal.bold.align.normalise_config import NormaliseConfig
from crossmodal.bold.model.glm_config import GLMConfig
from crossmodal.bold.model.quality_config import QualityConfig
from crossmodal.bold.outside.betas_config import BetasConfig
from crossmodal.bold.read.events_config import EventsConfig
from crossmodal.contracts.errors import InputError
from crossmodal.contracts.settings import Matches, Natural, NonNegative, Settings, Unique

STANDARD_VOXEL_MM = 3.0
OWN_SPACE = "MNI152NLin2009aSym"
Names = Annotated[tuple[str, ...], MinLen(1), Unique()]
ContrastName = Annotated[
    str, Matches(r"^[A-Za-z0-9_-]+$", "letters, digits, hyphens and underscores")
]
TaskLabel = Annotated[str, Matches(r"^[A-Za-z0-9+]+$", "letters and digits, as in the names")]
MaskPattern = Annotated[str, Matches(r"^.*\{participant\}.*$", "a path with {participant} in it")]


@dataclass(frozen=True)
class Scans(Settings):
    """Where the scans are, and how they become betas."""

    task: TaskLabel | None = None
    """The task entity of the runs to use; only betas can do without."""
    bids_dir: str | None = None
    """Folder of a BIDS data set; null takes the simulated one."""
    fmriprep_dir: Annotated[str, MinLen(1)] | None = None
    """Folder of fMRIPrep's derivatives of bids_dir, taken instead of own motion correction,
    coregistration and normalisation; null preprocesses the raw scans."""
    filters: dict[str, Any] = field(default_factory=dict)
    """Which runs of the task, by entities of their names (ses, acq, dir, run, rec, echo …; res
    with fmriprep_dir): a value, a pattern ('mb*'), a list of those; null where the entity must not
    be in the name. Numbers fit labels with and without zeros."""
    t1w_filters: dict[str, Any] = field(default_factory=dict)
    """Which T1w image of each participant, likewise."""
    trust_affine: Literal["sform", "qform"] | None = None
    """null refuses images whose orientation is unknown (both codes 0) or contradictory; for those
    who know which of the header's two affines is right."""
    removed_volumes: Natural = 0
    """So many first volumes were removed from fMRIPrep's images; events keep the raw clock."""
    skip_volumes: Natural | Literal["auto"] = 0
    """So many first volumes of each raw run are left out, or, with auto, those that are bright
    because the magnetisation was not steady yet; events keep the raw run's clock."""
    participants: Names | None = None
    """Labels without 'sub-', in quotes; null takes all that have the task."""
    betas: BetasConfig | None = None
    """Betas of another program, taken instead of raw scans; null estimates them."""
    space: (
        Literal["MNI152NLin2009aSym", "native", "MNI152NLin2009cAsym", "MNI152NLin6Asym", "MNI152"]
        | None
    ) = None
    """Where patterns are estimated: MNI152NLin2009aSym (needs a T1w image; what null takes) or
    native (the grid of the BOLD reference, no normalisation); with fmriprep_dir, one of fMRIPrep's:
    MNI152NLin2009cAsym or MNI152NLin6Asym; with betas, where these lie (MNI152: some MNI space,
    as SPM's), which has to be said."""
    analysis_voxel_mm: Annotated[float, Ge(0.5), Le(20)] | None = None
    """Voxel size of the analysis grid, mm; null: 3 in standard space, the scans' own grid in native
    space."""
    conditions: Names | None = None
    """Names and order of the conditions. null takes the study's clips or, without clips, the
    sorted names that at least half of the runs' events hold."""
    events: EventsConfig = EventsConfig()
    motion: MotionConfig = MotionConfig()
    normalise: NormaliseConfig | None = None
    """T1w to template, affine and SyN; null: by default settings, or not at all in native space
    and with fmriprep_dir."""
    brain_masks: MaskPattern | None = None
    """Files of brain masks on the T1w images' own grids, 0 and 1, with {participant} in place of
    the label (for slabs and odd heads); participants without such a file, and all if null:
    deepbet finds the brain."""
    coregister: CoregisterConfig | None = None
    """BOLD reference to T1w, rigid, by mutual information, then refined; null: as normalise."""
    glm: GLMConfig = GLMConfig()
    slice_reference: Annotated[float, Ge(0), Le(1)] | None = None
    """Slices are interpolated in time to this fraction of the repetition time (0.5: its middle), by
    the sidecars' SliceTiming, and regressors are read off there; null leaves them alone."""
    a_comp_cor: Annotated[int, Ge(0), Le(50)] = 0
    """Number of aCompCor components (white matter and ventricles together) that are written to
    the confounds tables; the GLM takes those that glm.confounds names."""
    quality: QualityConfig = QualityConfig()
    export: Annotated[tuple[Literal["betas", "maps"], ...], Unique()] = ()
    """What is written as NIfTI under BIDS names, too, into derivatives: betas (an image for each
    run and condition) and maps (each participant's searchlight maps)."""
    contrast_smoothing_mm: NonNegative = 6.0
    """FWHM of the smoothing of the data that contrasts are mapped from, mm; patterns for the
    searchlight are never smoothed."""
    contrasts: dict[ContrastName, Annotated[dict[str, float], MinLen(1)]] = field(
        default_factory=dict
    )
    """Name of a t map -> weights of conditions (before they are split into blocks), from a model
    with one regressor a condition."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.task is None and self.betas is None:
            raise InputError("Scans", "task", "key 'task' (without scans.betas)", "no such key")
        if self.space is None:
            if self.betas:
                # SPM's, GLMsingle's and FSL's images are hardly ever in the space that we choose.
                expected = "where the betas lie (SPM's MNI is MNI152), with scans.betas"
                raise InputError("Scans", "space", expected, None)
            object.__setattr__(self, "space", OWN_SPACE)
        if self.space == "native" or self.betas:
            return
        defaults = {"analysis_voxel_mm": STANDARD_VOXEL_MM}
        if self.fmriprep_dir is None:
            defaults |= {"normalise": NormaliseConfig(), "coregister": CoregisterConfig()}
        for name, value in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
