"""Networks: pretrain both arms on the pool, tune on the study set, count how often they are right."""


include: "network_inputs.smk"


NETWORK = f"{RESULTS}/network/{{model}}"


rule describe_architecture:
    message:
        "List the layers of {wildcards.model}"
    input:
        code=code_inputs("describe_architecture.py"),
    output:
        layers=f"{NETWORK}/layers.tsv",
        record=record("describe_architecture", "{model}"),
    params:
        network=network_params,
        modalities=list(STIMULI.modalities),
    wildcard_constraints:
        model="|".join(dict(NETWORK_SETS)),
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    log:
        f"{LOGS}/describe_architecture/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/describe_architecture/{{model}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/describe_architecture.py"


rule pretrain:
    message:
        "Pretrain {wildcards.model} for {wildcards.regime}, seed {wildcards.seed}, on the pool"
    input:
        table=f"{RESULTS}/stimuli/pool.tsv",
        clips=clip_stores(POOL_ACTORS),
        code=code_inputs("pretrain_network.py"),
    output:
        weights=f"{NETWORK}/{{regime}}/seed-{{seed}}/pretrained.safetensors",
        training=f"{NETWORK}/{{regime}}/seed-{{seed}}/pretraining.json",
        record=record("pretrain", "{model}_{regime}_seed-{seed}"),
    params:
        network=network_params,
        family=lambda wildcards: family(
            wildcards.model, "preset", "n_frames", "mel", "pretrain", "n_folds", "machine"
        ),
        # Labels, not the study's table: a new study clip must not repeat the pretraining.
        study_labels=lambda wildcards: sorted(
            {name.label(wildcards.regime) for name in SELECTION.study}
        ),
        study_seed=STUDY.study.seed,
        checkpoints=f"{RESULTS}/checkpoints/pretrain/{{model}}_{{regime}}_seed-{{seed}}",
    wildcard_constraints:
        model="|".join(dict(NETWORK_SETS)),
    threads: lambda wildcards: FAMILIES[wildcards.model].threads
    resources:
        mem_mb=4000,
        runtime=600,
        gpu=lambda wildcards: gpus(wildcards.model),
    log:
        f"{LOGS}/pretrain/{{model}}_{{regime}}_seed-{{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/pretrain/{{model}}_{{regime}}_seed-{{seed}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/pretrain_network.py"


rule tune:
    message:
        "Tune {wildcards.model} for {wildcards.regime}, seed {wildcards.seed}, on the study set"
    input:
        table=f"{RESULTS}/stimuli/study.tsv",
        clips=clip_stores(STUDY_ACTORS),
        pretrained=rules.pretrain.output.weights,
        code=code_inputs("tune_network.py"),
    output:
        weights=f"{NETWORK}/{{regime}}/seed-{{seed}}/weights.safetensors",
        training=f"{NETWORK}/{{regime}}/seed-{{seed}}/training.json",
        record=record("tune", "{model}_{regime}_seed-{seed}"),
    params:
        network=network_params,
        family=lambda wildcards: family(
            wildcards.model, "preset", "n_frames", "mel", "tune", "n_folds", "machine"
        )
        | {"test_actors": list(STUDY.stimuli.test_actors or ())},
        study_seed=STUDY.study.seed,
        checkpoints=f"{RESULTS}/checkpoints/tune/{{model}}_{{regime}}_seed-{{seed}}",
    wildcard_constraints:
        model="|".join(dict(NETWORK_SETS)),
    threads: lambda wildcards: FAMILIES[wildcards.model].threads
    resources:
        mem_mb=4000,
        runtime=600,
        gpu=lambda wildcards: gpus(wildcards.model),
    log:
        f"{LOGS}/tune/{{model}}_{{regime}}_seed-{{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/tune/{{model}}_{{regime}}_seed-{{seed}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/tune_network.py"


rule summarise_accuracy:
    message:
        "Accuracy of {wildcards.model} for {wildcards.regime} over seeds and folds"
    input:
        table=f"{RESULTS}/stimuli/study.tsv",
        pretraining=lambda wildcards: expand(
            rules.pretrain.output.training, seed=seeds_of(wildcards.model), allow_missing=True
        ),
        training=lambda wildcards: expand(
            rules.tune.output.training, seed=seeds_of(wildcards.model), allow_missing=True
        ),
        code=code_inputs("summarise_accuracy.py"),
    output:
        accuracy=f"{NETWORK}/{{regime}}/accuracy.tsv",
        summary=f"{NETWORK}/{{regime}}/accuracy_summary.tsv",
        confusion=f"{NETWORK}/{{regime}}/confusion.tsv",
        curves=f"{NETWORK}/{{regime}}/learning_curves.tsv",
        trained=f"{NETWORK}/{{regime}}/trained.tsv",
        record=record("summarise_accuracy", "{model}_{regime}"),
    params:
        study_seed=STUDY.study.seed,
    wildcard_constraints:
        model="|".join(dict(NETWORK_SETS)),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/summarise_accuracy/{{model}}_{{regime}}.log",
    benchmark:
        f"{BENCHMARKS}/summarise_accuracy/{{model}}_{{regime}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/summarise_accuracy.py"


TARGETS += expand([*rules.describe_architecture.output], model=dict(NETWORK_SETS))
for model, regime in NETWORK_SETS:
    TARGETS += expand(
        [*rules.pretrain.output, *rules.tune.output],
        model=model,
        regime=regime,
        seed=seeds_of(model),
    )
    TARGETS += expand([*rules.summarise_accuracy.output], model=model, regime=regime)
