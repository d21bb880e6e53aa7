"""Inference on searchlight maps, one job per model set: over participants, or within one."""

# What names the clusters' peaks: an atlas in the space of the maps, else the regions' spheres.
ANATOMY = dict(
    image=STUDY.group.atlas.image if STUDY.group.atlas else [],
    labels=STUDY.group.atlas.labels if STUDY.group.atlas else [],
    spheres=(STUDY.roi and STUDY.roi.spheres) or "resources/rois.tsv",
)
GROUP = plain(STUDY.group, without=("atlas", "prevalence", "maps", "maps_space"))
GROUP_MAPS = ["mean", "t", "effect_size", "p_fwe", "p_fwe_all"]
SIGN_FLIPS = STUDY.group.test == "sign_flip"
if SIGN_FLIPS:
    GROUP_MAPS += ["half_width", "q_fdr"]
    for name in STUDY.group.statistics:
        GROUP_MAPS += [name, f"p_{name}", f"p_{name}_all"]
# Maps of p corrected over all model sets, and the statistic that each is made of.
STUDY_P = {"p_fwe_study": "t" if SIGN_FLIPS else "effect_size"}
if SIGN_FLIPS:
    STUDY_P |= {f"p_{name}_study": name for name in STUDY.group.statistics}
GROUP_DIR = f"{RESULTS}/group/{{model}}/{{regime}}"
GROUP_OUTPUT = dict(
    maps=[f"{GROUP_DIR}/{name}.nii.gz" for name in GROUP_MAPS],
    sidecars=[f"{GROUP_DIR}/{name}.json" for name in GROUP_MAPS],
    clusters=f"{GROUP_DIR}/clusters.tsv",
    null=f"{GROUP_DIR}/null.tsv",
    facts=f"{GROUP_DIR}/group.json",
)


rule group_maps:
    message:
        "Group test of {wildcards.model}/{wildcards.regime}"
    input:
        **ANATOMY,
        maps=expand(
            f"{RESULTS}/searchlight/{{{{model}}}}/{{{{regime}}}}/sub-{{sub}}.nii.gz",
            sub=PARTICIPANTS,
        ),
        sidecars=expand(
            f"{RESULTS}/searchlight/{{{{model}}}}/{{{{regime}}}}/sub-{{sub}}.json",
            sub=PARTICIPANTS,
        ),
        code=code_inputs("infer_group_maps.py"),
    output:
        **GROUP_OUTPUT,
        record=record("group_maps", "{model}/{regime}"),
    params:
        group=GROUP,
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
    log:
        f"{LOGS}/group_maps/{{model}}/{{regime}}.log",
    benchmark:
        f"{BENCHMARKS}/group_maps/{{model}}/{{regime}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/infer_group_maps.py"


# One participant has no sign flips: the same files come from permuted condition labels.
rule single_maps:
    message:
        "Single-participant test of {wildcards.model}/{wildcards.regime}"
    input:
        **ANATOMY,
        betas=f"{RESULTS}/betas/sub-{PARTICIPANTS[0]}.h5",
        residuals=residuals_of(PARTICIPANTS[0]),
        rdms=f"{RESULTS}/rdms/{{model}}/{{regime}}.h5",
        code=code_inputs("infer_single_maps.py"),
    output:
        **GROUP_OUTPUT,
        record=record("single_maps", "{model}/{regime}"),
    params:
        group=GROUP,
        searchlight=ENGINE,
        source=STUDY.models.source,
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=1500 + ENGINE_MB,
        engine_mb=ENGINE_MB,
        runtime=60,
    log:
        f"{LOGS}/single_maps/{{model}}/{{regime}}.log",
    benchmark:
        f"{BENCHMARKS}/single_maps/{{model}}/{{regime}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/infer_single_maps.py"


PREVALENCE = STUDY.group.prevalence
PREVALENCE_SETS = [tuple(name.split("/", 1)) for name in (PREVALENCE and PREVALENCE.models) or ()]


if PREVALENCE_SETS:

    rule prevalence_maps:
        message:
            "Prevalence of {wildcards.model}/{wildcards.regime}"
        input:
            betas=expand(f"{RESULTS}/betas/sub-{{sub}}.h5", sub=PARTICIPANTS),
            residuals=residuals_of(PARTICIPANTS),
            rdms=f"{RESULTS}/rdms/{{model}}/{{regime}}.h5",
            code=code_inputs("map_prevalence.py"),
        output:
            maps=expand(
                f"{RESULTS}/prevalence/{{{{model}}}}/{{{{regime}}}}/{{name}}.nii.gz",
                name=["p_global", "p_corrected", "gamma"],
            ),
            sidecars=expand(
                f"{RESULTS}/prevalence/{{{{model}}}}/{{{{regime}}}}/{{name}}.json",
                name=["p_global", "p_corrected", "gamma"],
            ),
            record=record("prevalence_maps", "{model}/{regime}"),
        params:
            prevalence=plain(PREVALENCE),
            alpha=STUDY.group.alpha,
            searchlight=ENGINE,
            source=STUDY.models.source,
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1500 + ENGINE_MB + 300 * len(PARTICIPANTS),
            engine_mb=ENGINE_MB,
            runtime=240,
        log:
            f"{LOGS}/prevalence_maps/{{model}}/{{regime}}.log",
        benchmark:
            f"{BENCHMARKS}/prevalence_maps/{{model}}/{{regime}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/map_prevalence.py"

    for model, regime in PREVALENCE_SETS:
        TARGETS += expand([*rules.prevalence_maps.output], model=model, regime=regime)


if not SIGN_FLIPS:

    ruleorder: single_maps > group_maps

    group_rule = rules.single_maps

else:

    ruleorder: group_maps > single_maps

    group_rule = rules.group_maps


for model, regime in MODEL_SETS:
    TARGETS += expand([*group_rule.output], model=model, regime=regime)


SET_DIRS = [f"{RESULTS}/group/{model}/{regime}" for model, regime in MODEL_SETS]


rule correct_over_sets:
    message:
        "Correct for all models that were tested"
    input:
        maps=[f"{folder}/{s}.nii.gz" for s in STUDY_P.values() for folder in SET_DIRS],
        sidecars=[f"{folder}/{s}.json" for s in STUDY_P.values() for folder in SET_DIRS],
        null=[f"{folder}/null.tsv" for folder in SET_DIRS],
        clusters=[f"{folder}/clusters.tsv" for folder in SET_DIRS],
        facts=[f"{folder}/group.json" for folder in SET_DIRS],
        code=code_inputs("correct_over_sets.py"),
    output:
        maps=[f"{folder}/{p}.nii.gz" for p in STUDY_P for folder in SET_DIRS],
        sidecars=[f"{folder}/{p}.json" for p in STUDY_P for folder in SET_DIRS],
        clusters=f"{RESULTS}/group/clusters.tsv",
        record=record("correct_over_sets"),
    params:
        statistics=list(STUDY_P.values()),
        sets=[f"{m}/{r}" for m, r in MODEL_SETS],
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    log:
        f"{LOGS}/correct_over_sets/all.log",
    benchmark:
        f"{BENCHMARKS}/correct_over_sets/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/correct_over_sets.py"


TARGETS += [*rules.correct_over_sets.output]
