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


TARGETS += expand([*rules.searchlight.output], sub=PARTICIPANTS)
