"""Config block of the clips."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Le

from crossmodal.contracts.names import Modalities
from crossmodal.contracts.settings import Settings
from crossmodal.stimuli.extraction_config import AudioConfig, FaceConfig
from crossmodal.stimuli.sets import Pool, StudySet, Voices


@dataclass(frozen=True)
class ContactSheet(Settings):
    """The figure of what became of some of the study's clips."""

    n_clips: Annotated[int, Ge(1), Le(15)] = 12
    """Clips shown, spread evenly over the study set."""
    n_frames: Annotated[int, Ge(2), Le(12)] = 7
    """Face crops shown of each."""


@dataclass(frozen=True)
class Stimuli(Settings):
    """Which clips, and how faces and voices are taken from them."""

    clips_dir: str | None = None
    """Folder of media files, searched with its subfolders; null takes the simulated clips."""
    table: str | None = None
    """TSV or CSV of clips, first column path; its other columns are labels. Takes the place of
    clips_dir and of names that say everything; null for none."""
    actor_column: str | None = None
    """Column of the table that names the person; null: actor, or identity."""
    naming: Literal["ravdess", "cremad", "grid", "auto"] = "auto"
    """Convention of the file names: ravdess, cremad, grid, or auto to tell them apart by their
    separators."""
    demographics: str | None = None
    """CSV that tells the gender of actors where file names do not, in the layout of CREMA-D's
    VideoDemographics.csv: columns ActorID,Age,Sex,Race,Ethnicity, Sex is Male or Female. null
    or left out for none (such genders are 'n/a')."""
    modalities: Modalities = ("video", "audio")
    """What is used of the clips. With [audio] alone, recordings without pictures are chosen
    where there are any, and only the auditory arm of a network is trained."""
    missing_modality: Literal["error", "skip"] = "error"
    """What to do with a clip that lacks one of the modalities: error stops, skip keeps what
    there is."""
    study: StudySet = StudySet()
    pool: Pool | None = None
    voices: Voices | None = None
    test_actors: tuple[str, ...] | None = None
    """Actors of the study whose clips cross_channel and mrpn are tested on and never trained on,
    in one fold in place of n_folds; they are kept out of the pool, too. null for none."""
    face: FaceConfig | None = None
    """How faces are found and cropped; null: by default settings, or not at all without video
    among the modalities."""
    audio: AudioConfig = AudioConfig()
    contact_sheet: ContactSheet = ContactSheet()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.face is None and "video" in self.modalities:
            object.__setattr__(self, "face", FaceConfig())
