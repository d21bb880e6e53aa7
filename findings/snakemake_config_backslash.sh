#!/usr/bin/env bash
# Snakemake 9.27.1: a backslash in a value of --config is doubled for the jobs. 2026-11-29.
# Expected: a rule's job sees the same config as the Snakefile that planned it, so that
#   --config 'match={name: s\d+}' gives both the pattern s\d+.
# Seen: the process that plans has s\d+, the job's process has s\\d+ (it gets Python's repr of the
#   argument, in single quotes of the shell), without a warning: what is planned and what runs differ.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'snakemake==9.27.1' 2>/dev/null
venv/bin/snakemake --version
cat > Snakefile <<'S'
if not any("--mode" in word for word in __import__("sys").argv):
    open("planned.txt", "w").write(config["match"]["name"])

rule job:
    output: "seen.txt"
    run:
        open(output[0], "w").write(config["match"]["name"])
S
PATH="$PWD/venv/bin:$PATH" snakemake --cores 1 --config 'match={name: s\d+}' >log.txt 2>&1 || { cat log.txt; exit 1; }
planned=$(cat planned.txt); seen=$(cat seen.txt)
echo "planned with: $planned"; echo "job has:      $seen"
[ "$planned" = 's\d+' ] && [ "$seen" = 's\\d+' ]
