"""One clip's way from a media file to crops and a mel image."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from crossmodal.contracts.clips import Clip
from crossmodal.contracts.errors import InputError
from crossmodal.stimuli.crops import crop_sizes, to_grey
from crossmodal.stimuli.detectors import Detector, make_detector
from crossmodal.stimuli.extraction_config import AudioConfig, FaceConfig
from crossmodal.stimuli.faces import track_face
from crossmodal.stimuli.media import Film, read_audio, read_video
from crossmodal.stimuli.mel import mel_power

log = logging.getLogger(__name__)


class ClipExtractor:
    """Extracts clips; holds the detector, so that it is loaded once.

    Parameters
    ----------
    modalities : what the study uses, of 'video' and 'audio'
    missing_modality : 'error', or 'skip' to keep clips that have one of the two only
    """

    def __init__(
        self,
        face: FaceConfig | None,
        audio: AudioConfig,
        modalities: Sequence[str],
        missing_modality: str = "error",
    ) -> None:
        self.face, self.audio = face, audio
        self.modalities, self.missing_modality = tuple(modalities), missing_modality
        self.detector: Detector | None = make_detector(face) if "video" in modalities else None

    def extract_all(self, paths: Sequence[str]) -> Iterator[Clip]:
        """Clips one by one, in the order of ``paths``."""
        for path in paths:
            yield self.extract(path)

    def extract(self, path: str) -> Clip:
        """Decode, find the face, crop; resample the sound and make its mel image.

        Raises
        ------
        InputError : everything media.py and faces.py refuse, and a modality that is missing
        """
        film = read_video(path) if "video" in self.modalities else None
        self._require(path, "video", film is not None)
        seen = self._see(path, film) if film else {}
        heard = self._hear(path, film) if "audio" in self.modalities else {}
        return Clip(Path(path).stem, **seen, **heard)

    def _hear(self, path: str, film: Film | None) -> dict[str, object]:
        picture = film.clock.span if film else None
        sound = read_audio(path, self.audio.sample_rate_hz, picture)
        self._require(path, "audio", sound is not None)
        if sound is None:
            return {}
        rate_hz, image = float(self.audio.sample_rate_hz), mel_power(sound, self.audio)
        return {"audio": sound, "sample_rate_hz": rate_hz, "mel_power": image}

    def _require(self, path: str, modality: str, is_there: bool) -> None:
        if modality in self.modalities and not is_there:
            if self.missing_modality == "error":
                raise InputError(path, "streams", f"a stream of {modality}", "none")
            log.warning("%s has no %s: kept without", Path(path).name, modality)

    def _see(self, path: str, film: Film) -> dict[str, object]:
        track = track_face(film, film.frame_rate_hz, self.detector, self.face, path)
        sizes_px = (self.face.rgb_px, self.face.grey_px)
        rgb, grey = crop_sizes(film, track.box_px, self.face.margin, sizes_px)
        log.info(
            "%s: %d frames, face in %.0f %% of those examined, median score %.2f",
            Path(path).stem, len(rgb), 100 * track.detected, np.nanmedian(track.score),
        )  # fmt: skip
        return {
            "video_grey": to_grey(grey),
            "video_rgb": rgb,
            "frame_rate_hz": film.frame_rate_hz,
            "face_box_px": track.box_px,
            "detection_score": track.score,
        }
