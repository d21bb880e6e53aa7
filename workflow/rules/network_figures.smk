"""How the study's network was trained: confusions, learning curves, seeds; the paper's pattern."""

NETWORK_FILES = f"{RESULTS}/network/{STUDY_NETWORK}/{{regime}}"
SIMILARITY = f"{RESULTS}/similarity/{STUDY_NETWORK}/{{regime}}"


rule draw_training:
    message:
        "Draw confusions, learning curves and how much seeds differ"
    input:
        confusion=expand(f"{NETWORK_FILES}/confusion.tsv", regime=NETWORK_REGIMES),
        curves=expand(f"{NETWORK_FILES}/learning_curves.tsv", regime=NETWORK_REGIMES),
        seeds=expand(f"{SIMILARITY}_seeds.tsv", regime=NETWORK_REGIMES),
        trained=expand(f"{NETWORK_FILES}/trained.tsv", regime=NETWORK_REGIMES),
        code=code_inputs("draw_training.py"),
    output:
        confusion=[*figure_files("figS4_confusion").values()],
        curves=[*figure_files("figS5_learning_curves").values()],
        seeds=[*figure_files("figS6_seeds").values()],
        record=record("draw_training"),
    params:
        regimes=NETWORK_REGIMES,
        preset=FAMILIES[STUDY_NETWORK].preset,
        method=STUDY.models.similarity.method,
        n_seeds=FAMILIES[STUDY_NETWORK].n_seeds,
        n_folds=FAMILIES[STUDY_NETWORK].n_folds,
        seed=STUDY.study.seed,
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/draw_training/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_training/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/draw_training.py"


rule check_pattern:
    message:
        "Check the paper's pattern of layer similarities"
    input:
        similarity=expand(f"{SIMILARITY}.tsv", regime=NETWORK_REGIMES),
        curves=expand(f"{NETWORK_FILES}/learning_curves.tsv", regime=NETWORK_REGIMES),
        code=code_inputs("check_pattern.py"),
    output:
        table=report(
            f"{TABLES_DIR}/pattern.tsv", caption="../report/pattern.rst", category="Tables"
        ),
        record=record("check_pattern"),
    params:
        regimes=NETWORK_REGIMES,
        n_clips=len(STUDY_IDS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    log:
        f"{LOGS}/check_pattern/all.log",
    benchmark:
        f"{BENCHMARKS}/check_pattern/all.tsv"
    conda:
        "../envs/crossmodal.yaml"
    script:
        "../scripts/check_pattern.py"


TARGETS += [*rules.draw_training.output, *rules.check_pattern.output]
