"""Speak the two sentences with espeak-ng: speakers and emotions by prosody and formants."""

from dataclasses import dataclass

import numpy as np
import soxr

from crossmodal.simulate.espeak import Speaker

NORMAL_RATE_WPM = 165
PITCH_PER_SEMITONE = 50 / 8.9  # espeak-ng's pitch 0, 50, 100: 8.9 semitones apart (measured)
RESTING_LEVEL_DBFS = -26.0
# ASSUME: one espeak-ng variant per gender; people of one gender differ by formants and pitch
# hardly more than one person does from clip to clip, so that a voice tells its gender well and
# its owner weakly at most (the published pattern: the auditory arm fails at identity).
VOICE_OF_GENDER = {"male": "en-us+m3", "female": "en-us+f2"}
SPEAKER_SD = {"pitch_semitones": 0.5, "formant_scale": 0.015}
CLIP_SD = {
    "pitch_semitones": 0.7,
    "pitch_range": 0.08,
    "rate": 0.04,
    "loudness_db": 0.8,
    "formant_scale": 0.015,
    "tilt_db": 0.8,
}


@dataclass(frozen=True)
class Prosody:
    """What the voice is told, relative to the speaker's neutral speech.

    ``pitch_semitones`` and ``loudness_db`` are differences, ``pitch_range``, ``rate`` and
    ``formant_scale`` factors; ``tilt_db`` raises (+) or lowers (-) the spectrum above 2 kHz.
    """

    pitch_semitones: float = 0.0
    pitch_range: float = 1.0
    rate: float = 1.0
    loudness_db: float = 0.0
    tilt_db: float = 0.0
    formant_scale: float = 1.0


# ASSUME: directions after Banse & Scherer 1996 (10.1037/0022-3514.70.3.614) and Juslin & Laukka
# 2003 (10.1037/0033-2909.129.5.770, table 7); the amounts are ours.
EMOTIONAL_PROSODY = {
    "neutral": Prosody(),
    "calm": Prosody(-1.5, 0.7, 0.92, -4, -2),
    "happy": Prosody(3.5, 1.7, 1.10, 4, 2),
    "sad": Prosody(-1.0, 0.5, 0.80, -6, -4),
    "angry": Prosody(2.0, 1.2, 1.20, 9, 7),
    "fearful": Prosody(5.5, 0.5, 1.38, 1, 0),
    "disgust": Prosody(-3.0, 0.9, 0.78, -2, -3),
    "surprised": Prosody(6.5, 2.0, 0.95, 5, 2),
}


def draw_prosody(emotion: str, actor: int, seed: int, rng: np.random.Generator) -> Prosody:
    """The emotion's prosody, shifted by the speaker's habits and by this clip's chance."""
    speaker = np.random.default_rng([seed, actor, 2])
    values = dict(vars(EMOTIONAL_PROSODY[emotion]))
    for name, sd in SPEAKER_SD.items():
        values[name] += sd * speaker.standard_normal()
    for name, sd in CLIP_SD.items():
        values[name] += sd * rng.standard_normal()
    return Prosody(**values)


def speak(
    say: Speaker, text: str, gender: str, prosody: Prosody, sample_rate_hz: int
) -> np.ndarray:
    """Speech with the given prosody.

    Formants are scaled by resampling, which also scales pitch and duration: espeak-ng (``say``)
    is asked for a pitch and a rate that undo it.

    Returns
    -------
    float32 (sample,) at ``sample_rate_hz``, RESTING_LEVEL_DBFS + ``prosody.loudness_db`` RMS
    """
    semitones = prosody.pitch_semitones - 12 * np.log2(prosody.formant_scale)
    speech, rate_hz = say(
        text,
        VOICE_OF_GENDER[gender],
        rate_wpm=round(NORMAL_RATE_WPM * prosody.rate / prosody.formant_scale),
        pitch=round(float(np.clip(50 + semitones * PITCH_PER_SEMITONE, 0, 100))),
        pitch_range=round(float(np.clip(50 * prosody.pitch_range, 0, 100))),
    )
    speech = soxr.resample(speech, rate_hz * prosody.formant_scale, sample_rate_hz)
    speech = _tilt(speech, sample_rate_hz, prosody.tilt_db)
    level = 10 ** ((RESTING_LEVEL_DBFS + prosody.loudness_db) / 20)
    return (speech * level / np.sqrt(np.mean(speech**2))).astype(np.float32)


def _tilt(speech: np.ndarray, sample_rate_hz: int, tilt_db: float) -> np.ndarray:
    """A smooth shelf: ``tilt_db`` above 2 kHz, nothing far below."""
    spectrum = np.fft.rfft(speech)
    octaves = np.log2(np.fft.rfftfreq(len(speech), 1 / sample_rate_hz).clip(1) / 2000)
    spectrum *= 10 ** (tilt_db / (1 + np.exp(-4 * octaves)) / 20)
    return np.fft.irfft(spectrum, len(speech))
