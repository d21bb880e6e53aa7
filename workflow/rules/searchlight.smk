"""Searchlight RSA: one job per participant compares every sphere with every model RDM."""

# Compiled kernels are kept between jobs, outside the source tree.
os.environ.setdefault("NUMBA_CACHE_DIR", os.path.abspath(f"{RESULTS}/cache/numba"))


rule searchlight:
    message:
        "Searchlight RSA of sub-{wildcards.sub}"
    input:
        betas=f"{RESULTS}/betas/sub-{{sub}}.h5",
        rdms=[f"{RESULTS}/rdms/{model}/{regime}.h5" for model, regime in MODEL_SETS],
        code=code_inputs("searchlight.py"),
    output:
        maps=[
            f"{RESULTS}/searchlight/{model}/{regime}/sub-{{sub}}.nii.gz"
            for model, regime in MODEL_SETS
        ],
        sidecars=[
            f"{RESULTS}/searchlight/{model}/{regime}/sub-{{sub}}.json"
            for model, regime in MODEL_SETS
        ],
        sphere_size=f"{RESULTS}/searchlight/sphere_size/sub-{{sub}}.nii.gz",
        sphere_size_sidecar=f"{RESULTS}/searchlight/sphere_size/sub-{{sub}}.json",
        record=record("searchlight", "sub-{sub}"),
    params:
        searchlight=config["searchlight"],
        source=config["models"].get("source", "ensemble"),
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
    log:
        f"{LOGS}/searchlight/sub-{{sub}}.log",
    benchmark:
        f"{BENCHMARKS}/searchlight/sub-{{sub}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/searchlight.py"


rule noise_ceiling:
    message:
        "Noise-ceiling maps over all participants"
    input:
        betas=expand(f"{RESULTS}/betas/sub-{{sub}}.h5", sub=PARTICIPANTS),
        code=code_inputs("noise_ceiling.py"),
    output:
        maps=f"{RESULTS}/searchlight/noise_ceiling/group.nii.gz",
        sidecar=f"{RESULTS}/searchlight/noise_ceiling/group.json",
        record=record("noise_ceiling"),
    params:
        searchlight=config["searchlight"],
    threads: 1
    resources:
        mem_mb=lambda wildcards: 1000 + 500 * len(PARTICIPANTS),
        runtime=60,
    log:
        f"{LOGS}/noise_ceiling.log",
    benchmark:
        f"{BENCHMARKS}/noise_ceiling.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/noise_ceiling.py"


TARGETS += expand([*rules.searchlight.output], sub=PARTICIPANTS)
if len(PARTICIPANTS) > 1 and config["searchlight"].get("comparison", "spearman") in (
    "spearman",
    "pearson",
    "cosine",
):
    TARGETS += [*rules.noise_ceiling.output]
