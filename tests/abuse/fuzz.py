"""``python -m tests.abuse.fuzz``: fuzz each kind of parser for minutes, always with new examples.

Runs the tests of test_fuzz.py again and again until each kind has had its CPU time. A
failure ends that kind, with the example that made it.
"""

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KINDS = {
    "names": "test_names or test_bids",
    "config": "test_config",
    "TSV and JSON": "test_text_files or test_zenodo or test_job_stats",
    "contract readers": "test_binary_files",
}
EXAMPLES = 1000  # of each test in one round


def cpu_s() -> float:
    """CPU time of all finished rounds, s."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def fuzz(kind: str, minutes: float) -> bool:
    """Whether a kind survived its minutes; says how many examples it had."""
    start, n_rounds = cpu_s(), 0
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider"]
    command += ["tests/abuse/test_fuzz.py", "-k", KINDS[kind]]
    variables = os.environ | {"FUZZ": "1", "FUZZ_EXAMPLES": str(EXAMPLES)}
    while cpu_s() - start < 60 * minutes:
        result = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
        n_rounds += 1
        if result.returncode:
            print(result.stdout[-6000:], flush=True)
            print(f"{kind}: failed in round {n_rounds}", flush=True)
            return False
    minutes = (cpu_s() - start) / 60
    print(f"{kind}: {n_rounds} rounds of {EXAMPLES} examples a test, {minutes:.1f} CPU minutes, "
          f"no failure; {result.stdout.strip().splitlines()[-1]}", flush=True)  # fmt: skip
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="CPU time of each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    failed = sum(not fuzz(kind, options.minutes) for kind in options.kinds)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
