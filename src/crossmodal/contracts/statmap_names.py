"""Names of exported images. Light: rules ask for them."""

import re
from collections.abc import Sequence

IGNORED = ("*_statmap.*",)  # what a validator skips, as it does not know the names yet
CONDITIONS = "Conditions"  # in the sidecar of a run: label -> name


def labels_of(names: Sequence[str]) -> list[str]:
    """BIDS labels, of letters and digits alone; those that would be equal get a number, or more
    than one where a name ends like that already."""
    labels = [re.sub("[^A-Za-z0-9]", "", name) or "x" for name in names]
    while len(set(labels)) < len(labels):
        labels = [
            f"{label}n{i + 1}" if labels.count(label) > 1 else label
            for i, label in enumerate(labels)
        ]
    return labels


def space_entity(space: str) -> str:
    """'_space-X', or nothing in a participant's own space, for which there is no such label."""
    return "" if space == "native" else f"_space-{space}"
