"""Model families: where the rules of each are, and which RDM sets they give."""

from crossmodal.families.registry import FAMILIES as REGISTRY

FAMILIES = dict(sorted(STUDY.families))
FAMILY_SETS = [
    (model, regime)
    for model, block in sorted(STUDY.families.with_rdms())
    for regime in block.regimes
]
NETWORK_SETS = [pair for pair in FAMILY_SETS if REGISTRY[pair[0]].rules == "network.smk"]


wildcard_constraints:
    model="[a-z0-9_]+",
    regime="[a-zA-Z0-9_]+",
    seed=r"\d+",


for name, family_entry in REGISTRY.items():
    if name in FAMILIES:

        include: family_entry.rules
