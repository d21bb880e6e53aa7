#!/usr/bin/env bash
# PyAV 18.1.0: a frame that was asked for its side_data is not freed with its last name. 2026-11-29.
# Expected: `for frame in container.decode(video=0): frame.side_data` needs the memory of some frames,
#   as the same loop without the question does.
# Seen: frames and side data hold each other, so that they stay until Python's cycle collector comes by,
#   which counts objects and not megabytes: 120 frames of 4K take 1.4 GB more.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'av==18.1.0' 'imageio-ffmpeg==0.8.1' 2>/dev/null
cat > film.py <<'P'
import resource, subprocess, sys
import av, imageio_ffmpeg

if sys.argv[1] == "write":
    source = "color=gray:s=1920x1080:r=30:d=3"
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "f.mp4"], check=True)
    print("PyAV", av.__version__)
else:
    with av.open("f.mp4") as film:
        for frame in film.decode(video=0):
            if sys.argv[1] == "ask":
                frame.side_data
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
P
venv/bin/python film.py write
plain=$(venv/bin/python film.py plain); asked=$(venv/bin/python film.py ask)
echo "peak of 90 frames of 1080p: $plain MB; with frame.side_data: $asked MB"
[ "$asked" -gt $((plain + 150)) ]
