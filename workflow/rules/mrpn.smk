"""mrpn: residual perceptrons for fusion, tested on actors never trained on."""


include: "mrpn_inputs.smk"


MRPN = STUDY.families.mrpn
MRPN_DIR = f"{RESULTS}/network/mrpn"
MRPN_SEEDS = range(MRPN.n_seeds)
MRPN_MODALITIES = MRPN.inputs.modalities
# Without weights of their own, extractors are pretrained on the pool, where there is one.
MRPN_PRETRAINED = [m for m in MRPN.without_weights if POOL_ACTORS]
MRPN_NOISE = MRPN.interference


MRPN_FAMILY = mrpn_family("train", "n_folds", "n_validation_folds")


rule mrpn_pretrain:
    message:
        "Pretrain the {wildcards.modality} extractor of mrpn on the pool"
    input:
        table=f"{RESULTS}/stimuli/pool.tsv",
        clips=[f"{RESULTS}/clips/actor-{actor}.h5" for actor in POOL_ACTORS],
        code=code_inputs("pretrain_extractors.py"),
    output:
        weights=f"{MRPN_DIR}/{{regime}}/pretrained-{{modality}}.safetensors",
        training=f"{MRPN_DIR}/{{regime}}/pretraining-{{modality}}.json",
        record=record("mrpn_pretrain", "{regime}_{modality}"),
    params:
        family=mrpn_family("pretrain"),
        study_seed=STUDY.study.seed,
        checkpoints=f"{RESULTS}/checkpoints/mrpn_pretrain/{{regime}}_{{modality}}",
    threads: MRPN.threads
    resources:
        mem_mb=4000,
        runtime=600,
        gpu=gpus("mrpn"),
    log:
        f"{LOGS}/mrpn_pretrain/{{regime}}_{{modality}}.log",
    benchmark:
        f"{BENCHMARKS}/mrpn_pretrain/{{regime}}_{{modality}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/pretrain_extractors.py"


rule mrpn_train:
    message:
        "Train and test {wildcards.variant} of mrpn, seed {wildcards.seed}, over actor folds"
    input:
        unpack(mrpn_extractors),
        tables=[*STIMULUS_TABLES.values()],
        clips=[f"{RESULTS}/clips/actor-{actor}.h5" for actor in ACTORS],
        code=code_inputs("train_mrpn.py"),
    output:
        weights=f"{MRPN_DIR}/{{regime}}/{{variant}}/seed-{{seed}}/weights.safetensors",
        training=f"{MRPN_DIR}/{{regime}}/{{variant}}/seed-{{seed}}/training.json",
        record=record("mrpn_train", "{regime}_{variant}_seed-{seed}"),
    params:
        family=MRPN_FAMILY,
        study_seed=STUDY.study.seed,
        checkpoints=f"{RESULTS}/checkpoints/mrpn_train/{{regime}}_{{variant}}_seed-{{seed}}",
    threads: MRPN.threads
    resources:
        mem_mb=4000,
        runtime=1200,
        gpu=gpus("mrpn"),
    log:
        f"{LOGS}/mrpn_train/{{regime}}_{{variant}}_seed-{{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/mrpn_train/{{regime}}_{{variant}}_seed-{{seed}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/train_mrpn.py"


rule mrpn_tables:
    message:
        "Tables of mrpn, beside the published ones, and the errata of those"
    input:
        training=expand(
            rules.mrpn_train.output.training,
            variant=MRPN.variants,
            seed=MRPN_SEEDS,
            allow_missing=True,
        ),
        published="resources/published_mrpn.tsv",
        code=code_inputs("tabulate_mrpn.py"),
    output:
        folds=f"{RESULTS}/tables/mrpn/{{regime}}_folds.tsv",
        summary=f"{RESULTS}/tables/mrpn/{{regime}}_summary.tsv",
        errata=f"{RESULTS}/tables/mrpn/{{regime}}_errata.tsv",
        record=record("mrpn_tables", "{regime}"),
    params:
        dataset=lambda wildcards: (
            MRPN.compare_with_published if wildcards.regime == "emotion" else None
        ),
        study_seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/mrpn_tables/{{regime}}.log",
    benchmark:
        f"{BENCHMARKS}/mrpn_tables/{{regime}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/tabulate_mrpn.py"


rule mrpn_rdms:
    message:
        "Layers of mrpn, {wildcards.regime}: t-SNE and, where wanted, RDMs"
    input:
        unpack(mrpn_extractors),
        table=f"{RESULTS}/stimuli/study.tsv",
        clips=[f"{RESULTS}/clips/actor-{actor}.h5" for actor in STUDY_ACTORS],
        weights=expand(
            rules.mrpn_train.output.weights,
            variant=MRPN.rdm_variant,
            seed=MRPN_SEEDS,
            allow_missing=True,
        ),
        training=expand(
            rules.mrpn_train.output.training,
            variant=MRPN.rdm_variant,
            seed=MRPN_SEEDS,
            allow_missing=True,
        ),
        code=code_inputs("compute_mrpn_rdms.py"),
    output:
        rdms=f"{RESULTS}/rdms/mrpn/{{regime}}.h5" if MRPN.rdms else [],
        embedding=f"{RESULTS}/tables/mrpn/{{regime}}_tsne.tsv",
        layers=f"{MRPN_DIR}/{{regime}}/layers.tsv",
        record=record("mrpn_rdms", "{regime}"),
    params:
        inputs=plain(MRPN.inputs),
        accelerator=MRPN.accelerator,
        study_seed=STUDY.study.seed,
    threads: MRPN.threads
    resources:
        mem_mb=4000,
        runtime=60,
        gpu=gpus("mrpn"),
    log:
        f"{LOGS}/mrpn_rdms/{{regime}}.log",
    benchmark:
        f"{BENCHMARKS}/mrpn_rdms/{{regime}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/compute_mrpn_rdms.py"


MRPN_TARGETS = [
    *expand([*rules.mrpn_pretrain.output], modality=MRPN_PRETRAINED, allow_missing=True),
    *expand(
        [*rules.mrpn_train.output],
        variant={*MRPN.variants, MRPN.rdm_variant},
        seed=MRPN_SEEDS,
        allow_missing=True,
    ),
    *rules.mrpn_tables.output,
    *rules.mrpn_rdms.output,
]
TARGETS += expand(MRPN_TARGETS, regime=MRPN.regimes)


if MRPN_NOISE:

    rule mrpn_interference:
        message:
            "What noise in one modality does to fused networks with and without residuals"
        input:
            unpack(lambda wildcards: mrpn_extractors(wildcards)),
            tables=[*STIMULUS_TABLES.values()],
            clips=[f"{RESULTS}/clips/actor-{actor}.h5" for actor in ACTORS],
            code=code_inputs("measure_interference.py"),
        output:
            accuracy=f"{RESULTS}/tables/mrpn/{{regime}}_interference.tsv",
            differences=f"{RESULTS}/tables/mrpn/{{regime}}_interference_differences.tsv",
            record=record("mrpn_interference", "{regime}"),
        params:
            family=MRPN_FAMILY,
            interference=plain(MRPN_NOISE),
            study_seed=STUDY.study.seed,
            checkpoints=f"{RESULTS}/checkpoints/mrpn_interference/{{regime}}",
        threads: MRPN.threads
        resources:
            mem_mb=4000,
            runtime=1200,
            gpu=gpus("mrpn"),
        log:
            f"{LOGS}/mrpn_interference/{{regime}}.log",
        benchmark:
            f"{BENCHMARKS}/mrpn_interference/{{regime}}.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/measure_interference.py"

    TARGETS += expand([*rules.mrpn_interference.output], regime=MRPN.regimes)
