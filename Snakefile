"""crossmodal: from clips and scans to figures. The default target is the whole study."""

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/common.smk"


# `all` stands first so that it is the default; its inputs are collected by the includes.
rule all:
    message:
        "Every result is there"
    input:
        lambda wildcards: guarded(TARGETS),


if config.get("simulate"):

    include: "workflow/rules/simulate.smk"


if config.get("stimuli"):

    include: "workflow/rules/stimuli.smk"


if config.get("families"):

    include: "workflow/rules/families.smk"


if config.get("models"):

    include: "workflow/rules/representations.smk"


if config.get("scans"):

    include: "workflow/rules/bold.smk"
    include: "workflow/rules/quality.smk"


if config.get("searchlight"):

    include: "workflow/rules/searchlight.smk"


if config.get("group"):

    include: "workflow/rules/group.smk"


if config.get("roi"):

    include: "workflow/rules/roi.smk"


if config.get("figures"):

    include: "workflow/rules/figures.smk"


if config.get("figures") and "cross_channel" in config.get("families", {}):

    include: "workflow/rules/network_figures.smk"


if config.get("voices"):

    include: "workflow/rules/voices.smk"


if config.get("figures") and config.get("families") and config.get("models"):

    include: "workflow/rules/family_figures.smk"


include: "workflow/rules/provenance.smk"
include: "workflow/rules/cluster.smk"


onstart:
    stop_on_problems()
    cancel_own_orphans()  # Slurm jobs that outlived the Snakemake that submitted them
