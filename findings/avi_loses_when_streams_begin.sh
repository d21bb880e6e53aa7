#!/usr/bin/env bash
# FFmpeg 9.0.2 (imageio-ffmpeg 0.8.1), read with PyAV 18.1.0: an AVI does not keep that a stream begins
# late, and nothing warns. 2026-11-29.
# Expected: `ffmpeg -i late.mkv -c copy late.avi` keeps sound that begins 0.5 s after the picture there
#   (as mp4, mkv, mov, flv and webm do), with silence or an offset, or says that it cannot.
# Seen: in the AVI sound begins with the picture, 0.5 s early: only its length shows that something
#   is missing, and not where. A late picture's first frame is put at 0, with a gap behind it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'av==18.1.0' 'imageio-ffmpeg==0.8.1' 2>/dev/null
venv/bin/python - <<'P'
import subprocess
import av
import imageio_ffmpeg

run = imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error"
streams = "-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=2", "-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=d=1.5"
subprocess.run([*run, *streams, "-c:v", "mpeg4", "-c:a", "pcm_s16le", "late.mkv"], check=True)
copied = subprocess.run([*run, "-i", "late.mkv", "-c", "copy", "late.avi"], check=True, capture_output=True)
begin = {}
for kind in ("mkv", "avi"):
    for stream in ("video", "audio"):
        with av.open(f"late.{kind}") as film:
            begin[kind, stream] = next(film.decode(**{stream: 0})).time
print("PyAV", av.__version__, begin, "ffmpeg said:", copied.stderr.decode() or "nothing")
assert abs(begin["mkv", "audio"] - begin["mkv", "video"] - 0.5) < 0.01
assert begin["avi", "audio"] == begin["avi", "video"] == 0
P
