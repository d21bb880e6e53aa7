#!/usr/bin/env bash
# Cancel the jobs of a Slurm that up.sh started, then stop exactly its daemons, by process id.
state=$(cd "${1:?usage: down.sh FOLDER}" && pwd)
[ -s "$state/pids" ] || exit 0
source "$state/env"
scancel --user="$(id -un)" 2>/dev/null
for _ in $(seq 20); do
  [ -z "$(squeue -h 2>/dev/null)" ] && break
  sleep 0.5
done
tac "$state/pids" | while read -r name pid; do
  kill "$pid" 2>/dev/null && echo "stopped $name ($pid)"
  for _ in $(seq 40); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
done
: >"$state/pids"
