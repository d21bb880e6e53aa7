"""Write the clips of one actor without the silence before and after the speech."""

from typing import TYPE_CHECKING, Any

from crossmodal.contracts.clips import Clip, read_clips, write_clips
from crossmodal.provenance.record import recorded
from crossmodal.representations.speech_part import speech_part
from crossmodal.stimuli.extraction_config import AudioConfig
from crossmodal.stimuli.mel import mel_power

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    config, silence_db = AudioConfig(**snakemake.params.audio), snakemake.params.silence_db
    clips = read_clips(snakemake.input.clips, arrays=("audio", "mel_power"))
    spoken = ((clip, speech_part(clip.audio, silence_db)) for clip in clips)
    write_clips(
        snakemake.output.speech,
        (
            Clip(
                clip.stimulus_id,
                audio=speech,
                sample_rate_hz=clip.sample_rate_hz,
                mel_power=mel_power(speech, config),
            )
            for clip, speech in spoken
        ),
    )
