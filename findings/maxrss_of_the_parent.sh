#!/usr/bin/env bash
# Linux 6.18, Python 3.11: ru_maxrss of a new program is that of the process that started it. 2026-11-30.
# Expected: getrusage(RUSAGE_SELF).ru_maxrss is the largest resident size of the program that asks.
# Seen: it starts at the size of its parent and survives exec: a job of 8 MB that a scheduler of 400 MB
#   starts reports 392 MB. VmHWM of /proc/self/status says 8 MB.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > child.py <<'EOF'
import resource
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
print("ru_maxrss", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB,",
      "VmHWM", int(status["VmHWM"].split()[0]) // 1024, "MB")
EOF
python3 - <<'EOF'
import subprocess, sys
print("started by a small process:", flush=True)
subprocess.run([sys.executable, "child.py"])
large = bytearray(400_000_000)
large[::4096] = b"x" * len(large[::4096])
print("started by a process of 400 MB:", flush=True)
subprocess.run([sys.executable, "child.py"])
EOF
