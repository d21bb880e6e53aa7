"""Write the face crops, sounds and mel images of one actor's clips."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crossmodal.contracts.clips import write_clips
from crossmodal.provenance.record import recorded
from crossmodal.stimuli.extraction import ClipExtractor
from crossmodal.stimuli.extraction_config import AudioConfig, FaceConfig

if TYPE_CHECKING:
    snakemake: Any

with recorded(snakemake):
    face = snakemake.params.face
    extractor = ClipExtractor(
        FaceConfig(**face) if face else None,
        AudioConfig(**snakemake.params.audio),
        snakemake.params.modalities,
        snakemake.params.missing_modality,
    )
    clips = extractor.extract_all(snakemake.input.clips)
    named = zip(clips, snakemake.params.stimulus_ids, strict=True)
    write_clips(snakemake.output.clips, (replace(clip, stimulus_id=name) for clip, name in named))
