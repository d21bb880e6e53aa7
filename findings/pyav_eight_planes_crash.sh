#!/usr/bin/env bash
# PyAV 18.1.0: AudioFrame.to_ndarray of planar sound with eight or more channels ends the process. 2026-11-30.
# Expected: float32 (channel, sample), as with seven channels.
# Seen: a segmentation fault in numpy's vstack (8 channels, 7.1): planes are counted until a null pointer,
#   and FFmpeg's array of eight has none behind it. Packed sound ("flt") is read whole.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'av==18.1.0' 'imageio-ffmpeg==0.8.1' 'numpy' 2>/dev/null
program=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
for n in 7 8; do
  layout=$([ $n = 7 ] && echo 6.1 || echo 7.1)
  "$program" -y -v error -f lavfi -i "sine=d=1" -ac $n -channel_layout $layout -c:a aac $n.m4a
done
cat > read.py <<'P'
import sys
import av
with av.open(sys.argv[1]) as container:
    print(sys.argv[1], [frame.to_ndarray().shape for frame in container.decode(audio=0)][0])
P
venv/bin/python read.py 7.m4a
code=0; venv/bin/python read.py 8.m4a || code=$?
echo "8 channels: exit code $code"
test $code = 139
