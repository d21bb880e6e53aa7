"""Model families: where the rules of each are, and which RDM sets they give."""

FAMILIES = config["families"]
# The registry. A new family is one module in src/crossmodal, one config block, its rules, and
# a line here; its rules write f"{RESULTS}/rdms/{model}/{regime}.h5" for each of its regimes.
FAMILY_RULES = {
    "cross_channel": "network.smk",
    "mrpn": "mrpn.smk",
    "affect3d": "affect3d.smk",
}
FAMILY_SETS = [
    (model, regime)
    for model, block in FAMILIES.items()
    if block.get("rdms", True)
    for regime in block["regimes"]
]
NETWORK_SETS = [pair for pair in FAMILY_SETS if FAMILY_RULES[pair[0]] == "network.smk"]


wildcard_constraints:
    model="[a-z0-9_]+",
    regime="[a-zA-Z0-9_]+",
    seed=r"\d+",


for name, rules_file in FAMILY_RULES.items():
    if name in FAMILIES:

        include: rules_file
