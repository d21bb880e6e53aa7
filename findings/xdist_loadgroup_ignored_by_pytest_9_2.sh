#!/usr/bin/env bash
# pytest-xdist 3.8.0 with pytest 9.2.0 (2026-11-29): `--dist loadgroup` ignores xdist_group,
# without a word.
# Expected (pytest-xdist's docs): tests with the same xdist_group run in the same worker.
# Seen: they are spread over the workers like any others. xdist hands the group to its scheduler by
# writing `item._nodeid`, an attribute that pytest 9.2 no longer reads (`nodeid` is made of `_id`).
# With pytest 9.0.2 and the same pytest-xdist, one worker runs them all.
# Exits non-zero when this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
cat > test_group.py <<'PY'
import os, pathlib, time
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_worker(number):
    time.sleep(0.2)
    pathlib.Path(f"worker-{os.environ['PYTEST_XDIST_WORKER']}").touch()
PY
workers() { # of a version of pytest: how many workers ran the eight tests of one group
  ./venv/bin/pip install --quiet "pytest==$1" pytest-xdist==3.8.0
  rm -f worker-*
  ./venv/bin/python -m pytest -q -n 2 --dist loadgroup >/dev/null
  ls worker-* | wc -l
}
before=$(workers 9.0.2)
now=$(workers 9.2.0)
echo "pytest-xdist 3.8.0, eight tests of one xdist_group, two workers, --dist loadgroup"
echo "pytest 9.0.2: run by $before worker(s)"
echo "pytest 9.2.0: run by $now worker(s)"
test "$before" = 1 && test "$now" = 2
