"""Calibration study: do the tests err as often as they say, and what do they find?

Writes docs/calibration.md and docs/calibration.png. Finished studies are kept in
results/calibration; a run that was stopped, or limited by --minutes, goes on from there.
"""

import argparse
import time
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.calibration.noise import Noise
from benchmarks.calibration.page import plot, text
from benchmarks.calibration.store import run_part, table
from benchmarks.calibration.studies import PARTS
from benchmarks.calibration.t_maps import section
from crossmodal.contracts.atomic import write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after these")
    parser.add_argument("--seed", type=int, default=20210507)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--store", type=Path, default=Path("results/calibration"))
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    stop_s = time.monotonic() + 60 * options.minutes
    noise = Noise()
    with threadpool_limits(1):
        for part in options.parts:
            n = max(10, round(options.studies * PARTS[part][1]))
            path = options.store / f"{part}.jsonl"
            run_part(part, noise, path, n, options.seed, stop_s)
    outcomes = {part: table(options.store / f"{part}.jsonl") for part in PARTS}
    if not all(outcomes.values()):
        print("no page yet: some parts have no study")
        return
    errors = {
        name: hits
        for part in ("group_null", "condition_null", "prevalence_null")
        for name, hits in outcomes[part].items()
    }
    plot(errors, outcomes["power"], options.docs / "calibration.png")
    page = text(errors, outcomes["distance_bias"], outcomes["power"])
    page += section(outcomes["t_null"])
    write_text(options.docs / "calibration.md", page)
    print(page)


if __name__ == "__main__":
    main()
