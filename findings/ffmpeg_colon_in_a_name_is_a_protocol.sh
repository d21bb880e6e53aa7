#!/usr/bin/env bash
# FFmpeg in PyAV 18.1.0: a relative path with a colon is taken for a protocol. 2026-11-30.
# Expected: av.open("take1: angry.wav") opens the file of this name, as open() does.
# Seen: "Protocol not found", for "http:clip.wav" an attempt to reach the network. "file:" in front helps.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'av==18.1.0' 2>/dev/null
venv/bin/python - <<'P'
import wave
import av

name = "take1: angry.wav"
with wave.open(name, "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000), file.writeframes(bytes(8000))
try:
    av.open(name)
except av.error.FFmpegError as error:
    print("as it is:", error)
    with av.open(f"file:{name}") as container:
        print("with file: in front:", container.format.name)
else:
    raise SystemExit("opened")
P
