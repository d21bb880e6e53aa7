#!/usr/bin/env bash
# pandas 3.1.1: a quotation mark in a cell of a valid BIDS table makes rows disappear. 2026-11-29.
# Expected: a BIDS TSV has no quoting, so that read_csv(sep="\t") gives one row a line, or an error.
# Seen: a cell that begins with a quotation mark (a note, an answer of a participant: "big) opens a string that runs
#   over tabs and line ends to the next one: of 16 events 11 are read, without an error; those between
#   have become one cell. quoting=csv.QUOTE_NONE reads what is written.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv >/dev/null
venv/bin/pip install -q 'pandas==3.1.1' 'numpy==2.4.6' 2>/dev/null
venv/bin/python -W ignore - <<'P'
import csv, io
import pandas as pd

print("pandas", pd.__version__)
answers = {2: '"big', 7: '"small'}
lines = [f"{4 * k}\t1.0\ta\t{answers.get(k, 'round')}" for k in range(16)]
text = "\n".join(["onset\tduration\ttrial_type\tanswer", *lines]) + "\n"
events = pd.read_csv(io.StringIO(text), sep="\t")
as_written = pd.read_csv(io.StringIO(text), sep="\t", quoting=csv.QUOTE_NONE)
print("lines 16, read", len(events), "as written", len(as_written))
print("onsets", events["onset"].tolist())
assert len(events) == 11 and len(as_written) == 16
P
