"""Write true valence and arousal of all frames of the simulated clips, and a rater's labels."""

from typing import TYPE_CHECKING, Any

from crossmodal.provenance.record import recorded
from crossmodal.simulate.affect import simulate_affect
from crossmodal.simulate.clips_config import SimulatedClips

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    params = snakemake.params
    config = SimulatedClips(**params.clips)
    labels = simulate_affect(config, params.actors, params.seed, params.rater_noise_sd)
    labels.write(snakemake.output.labels[0])
