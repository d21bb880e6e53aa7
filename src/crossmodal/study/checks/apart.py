"""The checks that open files, in a process of their own.

Their libraries (torch, nibabel, PyAV) take half a gigabyte, which Snakemake's process would keep
for as long as the study runs.
"""

import json
import subprocess
import sys
from dataclasses import asdict

from crossmodal.contracts.errors import InputError
from crossmodal.study.overlay import Layers
from crossmodal.study.traps import Source


def problems_apart(layers: Layers) -> list[InputError]:
    """What ``checks.data.data_problems`` says of a valid config.

    Raises
    ------
    RuntimeError : the checks themselves failed; their traceback is on stderr
    """
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, input=json.dumps(asdict(layers)), stdout=-1, text=True)
    if done.returncode:
        raise RuntimeError(f"the check of the data ended with {done.returncode}")
    return [InputError(*problem) for problem in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    """Layers as JSON on stdin, problems as the last line of stdout."""
    from crossmodal.study.checks.data import data_problems
    from crossmodal.study.validate import build_study

    given = json.load(sys.stdin)
    given["raw"] = {path: Source(**source) for path, source in given["raw"].items()}
    layers = Layers(**given)
    found = data_problems(build_study(layers), layers)
    print(json.dumps([[p.file, p.field, str(p.expected), str(p.got)] for p in found]))


if __name__ == "__main__":
    main()
