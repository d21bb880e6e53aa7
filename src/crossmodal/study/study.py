"""A study's config as one frozen tree of the stages' own configs. Light: the Snakefile imports it.

A key is added to the stage's class, nowhere else; see ``crossmodal.contracts.settings``.
"""

from dataclasses import dataclass
from typing import Annotated

from crossmodal.bold.block import Scans
from crossmodal.contracts.settings import Matches, Natural, Settings
from crossmodal.families.registry import Families
from crossmodal.figures.block import Figures
from crossmodal.inference.block import Group, Roi
from crossmodal.representations.block import Models
from crossmodal.rsa.config import SearchlightConfig
from crossmodal.simulate.brain_config import BrainSettings
from crossmodal.simulate.clips_config import ClipsSettings
from crossmodal.stimuli.block import Stimuli
from crossmodal.voices.block import VoiceStudy


@dataclass(frozen=True)
class About(Settings):
    """Name, place and seed of the study."""

    name: Annotated[str, Matches(r"^[^\s/][^/]{0,99}$", "1 to 100 letters, none of them /")]
    """Short name; appears in figures and in the summary."""
    results_dir: str | None = None
    """Folder for everything that is made; one per study. null: results-NAME."""
    seed: Natural = 1
    """Every random number of the study follows from it."""
    data_license: str | None = None
    """Licence of what a crate shares beside the code, as an SPDX id (CC-BY-4.0) or an address; it
    may be other people's. null: not stated."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.results_dir is None:
            object.__setattr__(self, "results_dir", f"results-{self.name}")


@dataclass(frozen=True)
class Simulate(Settings):
    """The embedded mini-study's generators; leave out to use your own data."""

    clips: ClipsSettings | None = None
    brain: BrainSettings | None = None


@dataclass(frozen=True)
class Study(Settings):
    """One study. Which stages run follows from which blocks it has."""

    study: About
    simulate: Simulate | None = None
    stimuli: Stimuli | None = None
    families: Families | None = None
    models: Models = Models()
    scans: Scans | None = None
    searchlight: SearchlightConfig | None = None
    group: Group | None = None
    roi: Roi | None = None
    figures: Figures | None = Figures()
    voices: VoiceStudy | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, block in (("simulate", Simulate), ("families", Families)):
            if getattr(self, name) is None:
                object.__setattr__(self, name, block())
