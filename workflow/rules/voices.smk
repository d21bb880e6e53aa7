"""Voices of actors never trained on: the auditory arm and a baseline in the same actor folds."""


include: "voices_inputs.smk"


VOICES = STUDY.voices
VOICES_DIR = f"{RESULTS}/voices"
VOICE_TABLE = f"{RESULTS}/stimuli/voices.tsv"
VOICE_PRESETS = VOICES.presets
VOICE_FOLDS = range(VOICES.n_folds)
SVM = VOICES.svm
SVM_METHODS = {
    {"training": "svm", "speaker": "svm-speaker"}[name]: name for name in SVM.standardise
}
# method -> whose mean and SD z-score its inputs
STANDARDISE = SVM_METHODS | {name: block.standardise for name, block in VOICE_PRESETS.items()}
SPEECH = f"{VOICES_DIR}/speech/actor-{{actor}}.h5"
VOICE_CLIPS = {
    True: expand(SPEECH, actor=VOICE_ACTORS),
    False: expand(f"{RESULTS}/clips/actor-{{actor}}.h5", actor=VOICE_ACTORS),
}


# (preset, training set, seed) of every network, each trained once per fold
VOICE_NETWORKS = [
    (preset, name, seed)
    for preset, block in VOICE_PRESETS.items()
    for name in block.train_sets
    for seed in range(block.n_seeds)
]


rule crop_speech:
    message:
        "Cut the silence around the speech of actor {wildcards.actor}"
    input:
        clips=f"{RESULTS}/clips/actor-{{actor}}.h5",
        code=code_inputs("crop_speech.py"),
    output:
        speech=SPEECH,
        record=record("crop_speech", "actor-{actor}"),
    params:
        audio=plain(STIMULI.audio),
        silence_db=VOICES.silence_db,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/crop_speech/actor-{{actor}}.log",
    benchmark:
        f"{BENCHMARKS}/crop_speech/actor-{{actor}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/crop_speech.py"


rule train_voices:
    message:
        "Train the auditory arm on voices: {wildcards.preset}, {wildcards.train_set}, fold {wildcards.fold}"
    input:
        table=VOICE_TABLE,
        clips=lambda wildcards: VOICE_CLIPS[VOICE_PRESETS[wildcards.preset].speech_only],
        code=code_inputs("train_voices.py"),
    output:
        scores=f"{VOICES_DIR}/{{preset}}/{{train_set}}/fold-{{fold}}_seed-{{seed}}.tsv",
        curves=f"{VOICES_DIR}/{{preset}}/{{train_set}}/fold-{{fold}}_seed-{{seed}}_epochs.tsv",
        record=record("train_voices", "{preset}_{train_set}_fold-{fold}_seed-{seed}"),
    params:
        preset=voice_preset,
        audio=plain(STIMULI.audio),
        n_folds=VOICES.n_folds,
        machine=plain(VOICES.machine),
        study_seed=STUDY.study.seed,
        checkpoints=f"{RESULTS}/checkpoints/voices/{{preset}}_{{train_set}}_{{fold}}_{{seed}}",
    wildcard_constraints:
        preset="|".join(VOICE_PRESETS),
        train_set="strong|both",
        fold=r"\d+",
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
        gpu=int(VOICES.machine.accelerator != "cpu"),
    log:
        f"{LOGS}/train_voices/{{preset}}_{{train_set}}_fold-{{fold}}_seed-{{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/train_voices/{{preset}}_{{train_set}}_fold-{{fold}}_seed-{{seed}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/train_voices.py"


rule voice_baseline:
    message:
        "Support vector machine on utterance statistics: {wildcards.method}, {wildcards.train_set}"
    input:
        table=VOICE_TABLE,
        clips=VOICE_CLIPS[True],
        code=code_inputs("fit_voice_baseline.py"),
    output:
        scores=f"{VOICES_DIR}/{{method}}/{{train_set}}/all.tsv",
        record=record("voice_baseline", "{method}_{train_set}"),
    params:
        svm=plain(SVM, without=("standardise", "train_sets")),
        standardise=lambda wildcards: SVM_METHODS[wildcards.method],
        n_folds=VOICES.n_folds,
        study_seed=STUDY.study.seed,
    wildcard_constraints:
        method="svm|svm-speaker",
        train_set="strong|both",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    log:
        f"{LOGS}/voice_baseline/{{method}}_{{train_set}}.log",
    benchmark:
        f"{BENCHMARKS}/voice_baseline/{{method}}_{{train_set}}.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/fit_voice_baseline.py"


rule tabulate_voices:
    message:
        "Recall on voices of unseen actors: table and figures"
    input:
        table=VOICE_TABLE,
        networks=[
            rules.train_voices.output.scores.format(
                preset=preset, train_set=name, fold=fold, seed=seed
            )
            for preset, name, seed in VOICE_NETWORKS
            for fold in VOICE_FOLDS
        ],
        baseline=expand(
            rules.voice_baseline.output.scores, method=SVM_METHODS, train_set=SVM.train_sets
        ),
        code=code_inputs("tabulate_voices.py"),
    output:
        recall=report(
            f"{RESULTS}/tables/voices.tsv", caption="../report/voices.rst", category="Tables"
        ),
        markdown=f"{RESULTS}/tables/voices.md",
        confusion=f"{RESULTS}/tables/voices_confusion.tsv",
        figure=[*figure_files("figS7_voices").values()],
        matrices=[*figure_files("figS8_voices_confusion").values()],
        record=record("tabulate_voices"),
    params:
        networks=[(preset, name) for preset, name, _ in VOICE_NETWORKS],
        baseline=[(method, name) for method in SVM_METHODS for name in SVM.train_sets],
        standardise=STANDARDISE,
        by_speaker=[name for name in STANDARDISE if STANDARDISE[name] == "speaker"],
        n_folds=VOICES.n_folds,
        n_actors=len(VOICE_ACTORS),
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/tabulate_voices/all.log",
    benchmark:
        f"{BENCHMARKS}/tabulate_voices/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/tabulate_voices.py"


TARGETS += expand([*rules.crop_speech.output], actor=VOICE_ACTORS)
for preset, name, seed in VOICE_NETWORKS:
    TARGETS += expand(
        [*rules.train_voices.output],
        preset=preset,
        train_set=name,
        fold=VOICE_FOLDS,
        seed=seed,
    )
TARGETS += [
    *expand([*rules.voice_baseline.output], method=SVM_METHODS, train_set=SVM.train_sets),
    *rules.tabulate_voices.output,
]
