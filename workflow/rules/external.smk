"""external: networks that others made and trained; their layers become RDMs."""


include: "external_inputs.smk"


rule compute_external_rdms:
    message:
        "RDMs of the layers of {wildcards.regime} and its untrained twins"
    input:
        network=lambda wildcards: or_stop(network_files, EXTERNAL.networks[wildcards.regime]),
        pictures=list(PICTURES.values()),
        table=[] if PICTURES else f"{RESULTS}/stimuli/study.tsv",
        clips=[] if PICTURES else [f"{RESULTS}/clips/actor-{actor}.h5" for actor in STUDY_ACTORS],
        code=code_inputs("compute_external_rdms.py"),
    output:
        rdms=f"{RESULTS}/rdms/external/{{regime}}.h5",
        record=record("compute_external_rdms", "{regime}"),
    params:
        network=lambda wildcards: plain(EXTERNAL.networks[wildcards.regime]),
        pictures=EXTERNAL.pictures,
        seed=STUDY.study.seed,
    wildcard_constraints:
        regime="|".join(EXTERNAL.networks),
    threads: EXTERNAL.threads
    resources:
        mem_mb=2500,
        runtime=120,
    log:
        f"{LOGS}/compute_external_rdms/{{regime}}.log",
    benchmark:
        f"{BENCHMARKS}/compute_external_rdms/{{regime}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/compute_external_rdms.py"


TARGETS += expand([*rules.compute_external_rdms.output], regime=EXTERNAL.networks)
