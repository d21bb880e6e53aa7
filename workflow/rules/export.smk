"""On request, betas and maps as NIfTI under BIDS names, in the folder of derivatives."""

from crossmodal.contracts.statmap_names import labels_of, space_entity

EXPORT_SPACE = space_entity(SCANS.space)
EXPORT_RUN = f"{FUNC}_{{run}}{EXPORT_SPACE}"
EXPORT_MAPS = (
    [
        f"{FUNC}{EXPORT_SPACE}_desc-{label}_statmap"
        for label in labels_of([f"{model}{regime}" for model, regime in MODEL_SETS])
    ]
    if "maps" in SCANS.export and STUDY.searchlight
    else []
)


if "betas" in SCANS.export:

    rule export_betas:
        message:
            "Write the betas of sub-{wildcards.sub}, {wildcards.run} as NIfTI"
        input:
            betas=f"{RESULTS}/betas/sub-{{sub}}.h5",
            code=code_inputs("export_betas.py"),
        output:
            images=[
                f"{EXPORT_RUN}_contrast-{label}_stat-effect_statmap.nii.gz"
                for label in labels_of(bold_conditions())
            ],
            variance=f"{EXPORT_RUN}_stat-residualvariance_statmap.nii.gz",
            sidecar=f"{EXPORT_RUN}_stat-effect_statmap.json",
            record=record("export_betas", "sub-{sub}_{run}"),
        threads: 1
        resources:
            mem_mb=2000,
            runtime=15,
        log:
            f"{LOGS}/export_betas/sub-{{sub}}_{{run}}.log",
        benchmark:
            f"{BENCHMARKS}/export_betas/sub-{{sub}}_{{run}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/export_betas.py"

    for _sub in PARTICIPANTS:
        TARGETS += [
            path for pattern in rules.export_betas.output for path in of_runs(pattern, _sub)
        ]


if EXPORT_MAPS:

    rule export_maps:
        message:
            "Write the maps of sub-{wildcards.sub} under BIDS names"
        input:
            maps=[
                f"{RESULTS}/searchlight/{model}/{regime}/sub-{{sub}}.nii.gz"
                for model, regime in MODEL_SETS
            ],
            sidecars=[
                f"{RESULTS}/searchlight/{model}/{regime}/sub-{{sub}}.json"
                for model, regime in MODEL_SETS
            ],
            code=code_inputs("export_maps.py"),
        output:
            images=[f"{stem}.nii.gz" for stem in EXPORT_MAPS],
            sidecars=[f"{stem}.json" for stem in EXPORT_MAPS],
            record=record("export_maps", "sub-{sub}"),
        threads: 1
        resources:
            mem_mb=2000,
            runtime=15,
        log:
            f"{LOGS}/export_maps/sub-{{sub}}.log",
        benchmark:
            f"{BENCHMARKS}/export_maps/sub-{{sub}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/export_maps.py"

    TARGETS += expand([*rules.export_maps.output], sub=PARTICIPANTS)


# fMRIPrep's derivatives take the place of own ones, and nobody asked for their description.
if FMRIPREP:
    TARGETS += [*rules.describe_derivatives.output]
