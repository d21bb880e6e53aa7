"""Speech from eSpeak NG, a program that runs beside this one (``espeak_program.py``)."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np

PROGRAM = Path(__file__).with_name("espeak_program.py")


class Speaker:
    """One process, started by the first words within ``with Speaker() as say:``."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Speaker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def __call__(
        self, text: str, voice: str, *, rate_wpm: int, pitch: int, pitch_range: int
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

        Raises
        ------
        RuntimeError : no such voice, or espeakng-loader is not installed
        """
        request = {"text": text, "voice": voice, "rate_wpm": rate_wpm, "pitch": pitch}
        samples, rate_hz = self._ask(request | {"pitch_range": pitch_range})
        speech = samples.astype(np.float64) / 2**15
        loud = np.flatnonzero(np.abs(speech) > 0.01 * np.abs(speech).max())
        return speech[loud[0] : loud[-1] + 1], rate_hz

    def _ask(self, request: dict[str, object]) -> tuple[np.ndarray, int]:
        if self._process is None:
            # -I: the program finds the packages installed beside it, and nothing of ours.
            command = [sys.executable, "-I", str(PROGRAM)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        program = self._process
        with suppress(BrokenPipeError):  # ended before: no line will come
            program.stdin.write(json.dumps(request).encode() + b"\n")
            program.stdin.flush()
        line = program.stdout.readline()
        head = json.loads(line) if line else {"error": "the speaking program ended"}
        if "error" in head:
            raise RuntimeError(head["error"])
        samples = program.stdout.read(head["n_bytes"])
        return np.frombuffer(samples, dtype=np.int16), head["sample_rate_hz"]
