#!/usr/bin/env bash
# scipy 1.17.1: loadmat gives uint8 for a MATLAB double, and differences wrap around. 2026-11-29.
# Expected: `onsets`, a double in MATLAB, is float64 in Python.
# Seen: MATLAB stores a double array of whole numbers in the smallest integer type that holds them (the
#   MAT-file format says so); loadmat returns that storage type, uint8, so that onsets - 4 of 2 s is 254 s.
#   The same variable with one onset of 2.5 is float64. mat_dtype=True gives what MATLAB has.
# The file is written here byte by byte as the format's description has it: class mxDOUBLE, data miUINT8.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'scipy==1.17.1' 'numpy==2.4.6' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import struct
import numpy as np, scipy
from scipy.io import loadmat


def element(kind, data):
    return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def write(path, kind, data):
    matrix = element(6, struct.pack("<II", 6, 0))  # array flags: class 6, mxDOUBLE
    matrix += element(5, struct.pack("<ii", 1, 3)) + element(1, b"onsets") + element(kind, data)
    header = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<HH", 0x0100, 0x4D49)
    open(path, "wb").write(header + element(14, matrix))


print("scipy", scipy.__version__)
write("whole.mat", 2, bytes([2, 10, 30]))  # miUINT8
write("half.mat", 9, struct.pack("<3d", 2.5, 10, 30))  # miDOUBLE
whole, half = loadmat("whole.mat")["onsets"], loadmat("half.mat")["onsets"]
print("2, 10, 30:", whole.dtype, "minus 4:", (whole - 4).tolist())
print("2.5, 10, 30:", half.dtype, "minus 4:", (half - 4).tolist())
right = loadmat("whole.mat", mat_dtype=True)["onsets"]
print("mat_dtype=True:", right.dtype)
assert whole.dtype == np.uint8 and (whole - 4)[0, 0] == 254
assert half.dtype == right.dtype == np.float64
P
