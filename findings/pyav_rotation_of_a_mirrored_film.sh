#!/usr/bin/env bash
# PyAV 18.1.0: frame.rotation is -180 for a film that is mirrored left to right. 2026-11-29.
# Expected: 0 (nothing is turned), or some sign that an angle cannot say it: phones' front cameras and
#   `ffmpeg -display_hflip` write such display matrices.
# Seen: -180. Who turns frames by it shows them upside down instead of mirrored: read the matrix
#   itself (frame.side_data, DISPLAYMATRIX; stored (x, y) is shown at (a x + c y, b x + d y)).
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'av==18.1.0' 'numpy==2.4.6' 'imageio-ffmpeg==0.8.1' 2>/dev/null
venv/bin/python - <<'P'
import subprocess
import av
import imageio_ffmpeg
import numpy as np
from av.sidedata.sidedata import Type

run = imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error"
subprocess.run([*run, "-f", "lavfi", "-i", "testsrc=s=64x48:d=0.2", "plain.mp4"], check=True)
subprocess.run([*run, "-display_hflip", "-i", "plain.mp4", "-c", "copy", "mirrored.mp4"], check=True)
with av.open("mirrored.mp4") as film:
    frame = next(film.decode(video=0))
    matrix = np.frombuffer(bytes(frame.side_data.get(Type.DISPLAYMATRIX)), "<i4") / 65536
a, b, c, d = matrix[[0, 1, 3, 4]]
print("PyAV", av.__version__, "rotation", frame.rotation, "matrix", a, b, c, d)
assert (a, b, c, d) == (-1, 0, 0, 1), "the matrix is a mirror's"
assert abs(frame.rotation) == 180
P
