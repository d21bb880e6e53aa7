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
    localrule: True


if STUDY.simulate.clips or STUDY.simulate.brain:

    include: "workflow/rules/simulate.smk"


if STUDY.stimuli:

    include: "workflow/rules/stimuli.smk"


if STUDY.families:

    include: "workflow/rules/families.smk"


if STUDY.models:

    include: "workflow/rules/representations.smk"


if STUDY.scans and STUDY.scans.betas:

    include: "workflow/rules/outside_betas.smk"

elif STUDY.scans:

    include: "workflow/rules/bold.smk"
    include: "workflow/rules/quality.smk"


if STUDY.searchlight:

    include: "workflow/rules/searchlight.smk"


if STUDY.scans and STUDY.scans.export:

    include: "workflow/rules/export.smk"


if STUDY.group and STUDY.group.maps:

    include: "workflow/rules/group_of_given.smk"

elif STUDY.group:

    include: "workflow/rules/group.smk"


if STUDY.roi:

    include: "workflow/rules/roi.smk"


if STUDY.figures:

    include: "workflow/rules/figures.smk"


if STUDY.figures and STUDY.families.cross_channel:

    include: "workflow/rules/network_figures.smk"


if STUDY.voices:

    include: "workflow/rules/voices.smk"


if STUDY.figures and STUDY.families and STUDY.models:

    include: "workflow/rules/family_figures.smk"


include: "workflow/rules/provenance.smk"


onstart:
    stop_on_problems()
    cancel_own_orphans()  # Slurm jobs that outlived the Snakemake that submitted them
