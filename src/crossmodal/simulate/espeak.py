"""The few calls of espeak-ng's C library that synthesis needs."""

import _ctypes
import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import espeakng_loader
import numpy as np

AUDIO_OUTPUT_SYNCHRONOUS, CHARS_UTF8 = 2, 1
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4  # enum espeak_PARAMETER
CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def synthesize(
    text: str, voice: str, *, rate_wpm: int, pitch: int, pitch_range: int
) -> tuple[np.ndarray, int]:
    """Speech without its silent ends.

    Parameters
    ----------
    voice : language and variant, e.g. 'en-us+f2'
    rate_wpm : words per minute
    pitch, pitch_range : 0–100, 50 is the voice's own

    Returns
    -------
    float64 (sample,) in [-1, 1], and the sample rate in Hz
    """
    pieces: list[np.ndarray] = []

    def collect(samples: "ctypes._Pointer", count: int, _events: int | None) -> int:
        if samples and count > 0:
            pieces.append(np.ctypeslib.as_array(samples, shape=(count,)).copy())
        return 0

    callback = CALLBACK(collect)
    with _library() as (library, rate_hz):
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(voice.encode()):
            raise RuntimeError(f"espeak-ng has no voice {voice!r}")
        parameters = {RATE: rate_wpm, PITCH: pitch, RANGE: pitch_range, VOLUME: 100}
        for parameter, value in parameters.items():
            library.espeak_SetParameter(parameter, value, 0)
        data = text.encode()
        library.espeak_Synth(data, len(data) + 1, 0, 0, 0, CHARS_UTF8, None, None)
        library.espeak_Synchronize()
    speech = np.concatenate(pieces).astype(np.float64) / 2**15
    loud = np.flatnonzero(np.abs(speech) > 0.01 * np.abs(speech).max())
    return speech[loud[0] : loud[-1] + 1], rate_hz


@contextmanager
def _library() -> Iterator[tuple[ctypes.CDLL, int]]:
    """A fresh copy of the library and its sample rate in Hz.

    It keeps state (breath noise, flutter) from one utterance to the next in static variables:
    loading it anew, in 2 ms, makes the same words sound the same whatever was said before. Its
    noise is seeded with the time of day unless told otherwise.
    """
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = espeakng_loader.get_data_path().encode()
    rate_hz = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
    if rate_hz <= 0:
        raise RuntimeError(f"espeak-ng did not initialise (code {rate_hz})")
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    try:
        yield library, rate_hz
    finally:
        library.espeak_Terminate()
        _ctypes.dlclose(library._handle)
