#!/usr/bin/env bash
# Snakemake 9.27.1: what an input function returns still undergoes wildcard substitution. 2026-11-29.
# Expected: a function gets the wildcards and returns a file; a real file called 'data {take}.txt' is
#   that file (or can be written so with doubled braces, as in Python and in shell commands).
# Seen: with an output 'copy_{take}.txt' the job silently reads 'data 1.txt', another file that
#   exists; doubled braces are replaced within. With any other word in braces planning fails.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'snakemake==9.27.1' 2>/dev/null
venv/bin/snakemake --version
printf 'wanted\n' > 'data {take}.txt'
printf 'another file\n' > 'data 1.txt'
cat > Snakefile <<'S'
rule copy:
    input:
        lambda wildcards: "data {take}.txt"
    output:
        "copy_{take}.txt"
    shell:
        "cp {input:q} {output}"
S
PATH="$PWD/venv/bin:$PATH" snakemake --cores 1 copy_1.txt >log.txt 2>&1
echo "copied: $(cat copy_1.txt)"
grep -qx "another file" copy_1.txt
