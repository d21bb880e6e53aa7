"""What a user should know of scans that are no mistake: said by ``check``, which goes on."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from crossmodal.bold.bids import find_runs
from crossmodal.bold.images import open_image
from crossmodal.bold.sidecar import read_sidecars, repetition_time_s
from crossmodal.contracts.errors import InputError

SHORT_REPETITION_S = 1.0


def scan_remarks(scans: dict[str, Any]) -> Iterator[str]:
    """Lines about the config block ``scans`` and its data, from headers and sidecars alone."""
    if scans["bids_dir"] is None:
        return
    try:
        runs = find_runs(scans["bids_dir"], scans["task"], scans["participants"])
        for _, own in groupby(runs, key=lambda run: run.participant):
            first = next(own)
            seconds = repetition_time_s(
                open_image(first.bold, 4), first.bold, read_sidecars(first.sidecars)
            )
            if remark := short_repetition_remark(seconds, scans["glm"].get("noise", "ar1")):
                yield f"{first.bold}: {remark}"
                return
    except InputError:
        return  # reported as a problem


def short_repetition_remark(repetition_time_s: float, noise: str) -> str | None:
    """What AR(1) does to t maps at short repetition times; None where there is nothing to say."""
    if noise == "fast" or repetition_time_s >= SHORT_REPETITION_S:
        return None
    return (
        f"repetition time {repetition_time_s:g} s with scans.glm.noise {noise}: t maps have more "
        "false positives than they say (docs/calibration.md); noise: fast is made for it"
    )
