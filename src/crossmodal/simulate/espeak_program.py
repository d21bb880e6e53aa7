"""A separate program that speaks: requests come in on stdin, sound goes out on stdout.

eSpeak NG is GPL-3.0-or-later. Only this program loads it; it is started as a process of its own,
imports nothing of crossmodal, and nothing of crossmodal imports it (docs/dependencies.md).

A request is a line of JSON: text, voice, rate_wpm, pitch, pitch_range. The answer is a line of
JSON with sample_rate_hz and n_bytes, followed by so many bytes of 16-bit samples in the machine's
byte order; or a line of JSON with an error.
"""

import _ctypes
import ctypes
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AUDIO_OUTPUT_SYNCHRONOUS, CHARS_UTF8 = 2, 1
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4  # enum espeak_PARAMETER
CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def spoken(request: dict[str, Any]) -> tuple[bytes, int]:
    """16-bit samples and their rate in Hz."""
    pieces: list[bytes] = []

    def collect(samples: "ctypes._Pointer", count: int, _events: int | None) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = CALLBACK(collect)
    with _library() as (library, rate_hz):
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(request["voice"].encode()):
            raise ValueError(f"espeak-ng has no voice {request['voice']!r}")
        parameters = {
            RATE: request["rate_wpm"],
            PITCH: request["pitch"],
            RANGE: request["pitch_range"],
            VOLUME: 100,
        }
        for parameter, value in parameters.items():
            library.espeak_SetParameter(parameter, value, 0)
        data = request["text"].encode()
        library.espeak_Synth(data, len(data) + 1, 0, 0, 0, CHARS_UTF8, None, None)
        library.espeak_Synchronize()
    return b"".join(pieces), rate_hz


@contextmanager
def _library() -> Iterator[tuple[ctypes.CDLL, int]]:
    """A fresh copy of the library and its sample rate in Hz.

    It keeps state (breath noise, flutter) from one utterance to the next in static variables:
    loading it anew, in 2 ms, makes the same words sound the same whatever was said before. Its
    noise is seeded with the time of day unless told otherwise.
    """
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = espeakng_loader.get_data_path().encode()
    rate_hz = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data, 0)
    if rate_hz <= 0:
        raise ValueError(f"espeak-ng did not initialise (code {rate_hz})")
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    try:
        yield library, rate_hz
    finally:
        library.espeak_Terminate()
        _ctypes.dlclose(library._handle)


def answer(line: bytes) -> bytes:
    """The answer to one request."""
    try:
        samples, rate_hz = spoken(json.loads(line))
    except (ImportError, ValueError) as error:
        return json.dumps({"error": str(error)}).encode() + b"\n"
    head = {"sample_rate_hz": rate_hz, "n_bytes": len(samples)}
    return json.dumps(head).encode() + b"\n" + samples


if __name__ == "__main__":
    for request_line in sys.stdin.buffer:
        sys.stdout.buffer.write(answer(request_line))
        sys.stdout.buffer.flush()
