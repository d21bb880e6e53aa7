"""affect3d: faces to valence and arousal, trained on the pool, tested on the study's clips."""

AFFECT = STUDY.families.affect3d
AFFECT_DIR = f"{RESULTS}/network/affect3d/affect"
AFFECT_SEEDS = range(AFFECT.n_seeds)
AFFECT_KEYS = ("network", "training", "accelerator", "precision")
AFFECT_FAMILY = {key: plain(getattr(AFFECT, key)) for key in AFFECT_KEYS}
AFFECT_LABELS = {
    "simulated": [f"{RESULTS}/simulated/truth/affect.csv"],
    "frames": [f"{AFFECT.labels_dir}/actor-{actor}.csv" for actor in ACTORS],
    "circumplex": [],
}[AFFECT.labels]
# Without frame labels targets follow from the emotions.
AFFECT_CIRCUMPLEX = [] if AFFECT_LABELS else [AFFECT.circumplex]


if AFFECT.labels == "simulated":

    rule simulate_affect:
        message:
            "Write true valence and arousal of all frames of the simulated clips"
        input:
            code=code_inputs("simulate_affect.py"),
        output:
            labels=AFFECT_LABELS,
            record=record("simulate_affect"),
        params:
            clips=CLIP_OPTIONS,
            actors=SIMULATED_ACTORS,
            rater_noise_sd=AFFECT.rater_noise_sd,
            seed=STUDY.study.seed,
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        log:
            f"{LOGS}/simulate_affect/all.log",
        benchmark:
            f"{BENCHMARKS}/simulate_affect/all.tsv"
        conda:
            "../envs/crossmodal.yaml"
        script:
            "../scripts/simulate_affect.py"

    TARGETS += [*rules.simulate_affect.output]


rule affect3d_train:
    message:
        "Train affect3d on the pool, seed {wildcards.seed}"
    input:
        table=f"{RESULTS}/stimuli/pool.tsv",
        clips=[f"{RESULTS}/clips/actor-{actor}.h5" for actor in POOL_ACTORS],
        labels=AFFECT_LABELS,
        circumplex=AFFECT_CIRCUMPLEX,
        code=code_inputs("train_affect3d.py"),
    output:
        weights=f"{AFFECT_DIR}/seed-{{seed}}/weights.safetensors",
        curve=f"{AFFECT_DIR}/seed-{{seed}}/learning_curve.tsv",
        record=record("affect3d_train", "seed-{seed}"),
    params:
        family=AFFECT_FAMILY,
        study_seed=STUDY.study.seed,
        checkpoints=f"{RESULTS}/checkpoints/affect3d_train/seed-{{seed}}",
    threads: AFFECT.threads
    resources:
        mem_mb=4000,
        runtime=1200,
        gpu=gpus("affect3d"),
    log:
        f"{LOGS}/affect3d_train/seed-{{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/affect3d_train/seed-{{seed}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/train_affect3d.py"


rule affect3d_evaluate:
    message:
        "RMSE, predictive spread and layer RDMs of affect3d on the study's clips"
    input:
        table=f"{RESULTS}/stimuli/study.tsv",
        clips=[f"{RESULTS}/clips/actor-{actor}.h5" for actor in STUDY_ACTORS],
        labels=AFFECT_LABELS,
        circumplex=AFFECT_CIRCUMPLEX,
        weights=expand(rules.affect3d_train.output.weights, seed=AFFECT_SEEDS),
        code=code_inputs("evaluate_affect3d.py"),
    output:
        rdms=f"{RESULTS}/rdms/affect3d/affect.h5",
        layers=f"{AFFECT_DIR}/layers.tsv",
        rmse=f"{RESULTS}/tables/affect3d/rmse.tsv",
        coverage=f"{RESULTS}/tables/affect3d/coverage.tsv",
        traces=f"{RESULTS}/tables/affect3d/traces.tsv",
        relevance=f"{RESULTS}/tables/affect3d/relevance.h5",
        record=record("affect3d_evaluate"),
    params:
        family=AFFECT_FAMILY,
        study_seed=STUDY.study.seed,
    threads: AFFECT.threads
    resources:
        mem_mb=4000,
        runtime=60,
        gpu=gpus("affect3d"),
    log:
        f"{LOGS}/affect3d_evaluate/all.log",
    benchmark:
        f"{BENCHMARKS}/affect3d_evaluate/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/evaluate_affect3d.py"


TARGETS += [
    *expand([*rules.affect3d_train.output], seed=AFFECT_SEEDS),
    *rules.affect3d_evaluate.output,
]
