"""Searchlight RSA: one job per participant compares every sphere with the study's own model RDMs.

Sets from outside (tables, files, others' networks) have a job each: one more of them leaves all other maps as they are.
"""


include: "searchlight_inputs.smk"


# Compiled kernels are kept between jobs, outside the source tree.
os.environ.setdefault("NUMBA_CACHE_DIR", os.path.abspath(f"{RESULTS}/cache/numba"))

# Memory is a resource and no parameter: no result depends on it.
ENGINE_MB = SEARCHLIGHT.max_memory_mb
ENGINE = plain(SEARCHLIGHT, without=("max_memory_mb",))
CONTROLS = [f"{RESULTS}/rdms/{name}.h5" for name in SEARCHLIGHT.controls]


# One pass over a brain serves many models at the price of little more than one.
OUTSIDE = ("table", "file", "external")
OUTSIDE_SETS = [(model, regime) for model, regime in MODEL_SETS if model in OUTSIDE]
OWN_SETS = [names for names in MODEL_SETS if names not in OUTSIDE_SETS]
if not OWN_SETS:  # a study of tables alone: the first one is there for the sphere sizes, too
    OWN_SETS, OUTSIDE_SETS = OUTSIDE_SETS[:1], OUTSIDE_SETS[1:]
SET_MAPS = f"{RESULTS}/searchlight/{{model}}/{{regime}}/sub-{{sub}}"


rule searchlight:
    message:
        "Searchlight RSA of sub-{wildcards.sub}"
    input:
        betas=f"{RESULTS}/betas/sub-{{sub}}.h5",
        residuals=lambda wildcards: residuals_of(wildcards.sub),
        rdms=[f"{RESULTS}/rdms/{model}/{regime}.h5" for model, regime in OWN_SETS],
        controls=CONTROLS,
        code=code_inputs("map_searchlight.py"),
    output:
        maps=[
            f"{RESULTS}/searchlight/{model}/{regime}/sub-{{sub}}.nii.gz"
            for model, regime in OWN_SETS
        ],
        sidecars=[
            f"{RESULTS}/searchlight/{model}/{regime}/sub-{{sub}}.json"
            for model, regime in OWN_SETS
        ],
        sphere_size=f"{RESULTS}/searchlight/sphere_size/sub-{{sub}}.nii.gz",
        sphere_size_sidecar=f"{RESULTS}/searchlight/sphere_size/sub-{{sub}}.json",
        record=record("searchlight", "sub-{sub}"),
    params:
        searchlight=ENGINE,
        source=STUDY.models.source,
    threads: 1
    resources:
        mem_mb=1500 + ENGINE_MB,
        engine_mb=ENGINE_MB,
        runtime=60,
    log:
        f"{LOGS}/searchlight/sub-{{sub}}.log",
    benchmark:
        f"{BENCHMARKS}/searchlight/sub-{{sub}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/map_searchlight.py"


if OUTSIDE_SETS:

    rule searchlight_of_set:
        message:
            "Searchlight RSA of sub-{wildcards.sub} with {wildcards.model}/{wildcards.regime}"
        input:
            betas=f"{RESULTS}/betas/sub-{{sub}}.h5",
            residuals=lambda wildcards: residuals_of(wildcards.sub),
            rdms=[f"{RESULTS}/rdms/{{model}}/{{regime}}.h5"],
            controls=CONTROLS,
            code=code_inputs("map_searchlight.py"),
        output:
            maps=[f"{SET_MAPS}.nii.gz"],
            sidecars=[f"{SET_MAPS}.json"],
            record=record("searchlight_of_set", "{model}/{regime}/sub-{sub}"),
        params:
            searchlight=ENGINE,
            source=STUDY.models.source,
        wildcard_constraints:
            model="|".join(sorted({model for model, _ in OUTSIDE_SETS})),
            regime="|".join(sorted({regime for _, regime in OUTSIDE_SETS})),
        threads: 1
        resources:
            mem_mb=1500 + ENGINE_MB,
            engine_mb=ENGINE_MB,
            runtime=60,
        log:
            f"{LOGS}/searchlight/{{model}}/{{regime}}/sub-{{sub}}.log",
        benchmark:
            f"{BENCHMARKS}/searchlight/{{model}}/{{regime}}/sub-{{sub}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/map_searchlight.py"

    for model, regime in OUTSIDE_SETS:
        made = expand([*rules.searchlight_of_set.output], sub=PARTICIPANTS, allow_missing=True)
        TARGETS += expand(made, model=model, regime=regime)


rule noise_ceiling:
    message:
        "Noise-ceiling maps over all participants"
    input:
        betas=expand(f"{RESULTS}/betas/sub-{{sub}}.h5", sub=PARTICIPANTS),
        residuals=residuals_of(PARTICIPANTS),
        controls=CONTROLS,
        code=code_inputs("estimate_noise_ceiling.py"),
    output:
        maps=f"{RESULTS}/searchlight/noise_ceiling/group.nii.gz",
        sidecar=f"{RESULTS}/searchlight/noise_ceiling/group.json",
        record=record("noise_ceiling"),
    params:
        searchlight=ENGINE,
        participants=PARTICIPANTS,
        source=STUDY.models.source,
    threads: 1
    resources:
        mem_mb=1500 + ENGINE_MB + 300 * len(PARTICIPANTS),
        engine_mb=ENGINE_MB,
        runtime=60,
    log:
        f"{LOGS}/noise_ceiling.log",
    benchmark:
        f"{BENCHMARKS}/noise_ceiling.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/estimate_noise_ceiling.py"


TARGETS += expand([*rules.searchlight.output], sub=PARTICIPANTS)
if len(PARTICIPANTS) > 1:
    TARGETS += [*rules.noise_ceiling.output]
