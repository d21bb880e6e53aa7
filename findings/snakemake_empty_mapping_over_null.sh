#!/usr/bin/env bash
# Snakemake 9.27.1: of two --configfile values, an empty mapping in the second does not replace a
# plain value of the first. 2026-11-29.
# Expected: "multiple files overwrite each other in the given order", so `roi: {}` (a block with
#   nothing but defaults) in the second file switches on what `roi: null` in the first switched off.
# Seen: roi stays null; a number stays the number. With one key in the mapping it is replaced.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'snakemake==9.27.1' 2>/dev/null
venv/bin/snakemake --version
printf 'roi: null\ntest: 3\nmaps: null\n' > base.yaml
printf 'roi: {}\ntest: {}\nmaps: {radius: 9}\n' > top.yaml
printf 'print("CONFIG", config)\nrule all:\n    shell: "true"\n' > Snakefile
PATH="$PWD/venv/bin:$PATH" snakemake --cores 1 --dry-run --configfile base.yaml top.yaml >log.txt 2>&1
grep -m1 CONFIG log.txt
grep -q "CONFIG {'roi': None, 'test': 3, 'maps': {'radius': 9}}" log.txt
