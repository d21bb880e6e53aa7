"""``python -m benchmarks.run [NAME …]``: run the named benchmarks, or all."""

import importlib
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "report", "run", "pretended", "timing"}


def main(names: list[str]) -> int:
    known = sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHMARKS
    )
    if unknown := [name for name in names if name not in known]:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    for name in names or known:
        sys.argv = [f"benchmarks.{name}"]  # a benchmark reads its own options, here none
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
